"""The simulated provider's long text, for whoever asks for a story, an essay or simply much. Data only."""

LONG = """
## The journey of a message

It begins with a key going down. Somebody has written a question, read it over once, and sent it. On the
screen almost nothing happens: the line moves up, a small dot begins to pulse. But behind the page a good deal
has been decided already. The price of the answer has been set aside, not taken. The question has been written
into a table where it will outlive any crash. And it has received a number, which is from now on the only name
it travels under. Whoever asked stays behind. The number goes on alone.

### The queue

Now it waits, though waiting is a large word for it. The queue of a network like this is a corridor with many
doors, and behind each door a machine is listening. Some are browser tabs, left open on a desk while their
owner reads something else. Some are proper machines with a fan and a model of their own. They do not ask
again and again whether there is work. They have asked once, and hold the line until somebody answers.

The number is called out. Two of them hear it at the same instant, and here the network does the one thing
that it must never get wrong: it gives the number to one of them only. Not to both with an apology later; not
to neither out of caution. The step that takes the job out of the queue and the step that writes down who has
it are one step, and nothing can come in between.

### The lease

What the winner receives is less than ownership. It is a lease, good for a few seconds, and renewed by every
piece of text that comes back. That sounds strict, and it is meant to be kind to the person who waits. A
machine that goes silent is not argued with. Its lease runs out, and somebody else may go on.

The worker reads the question. It does not know who asked. It could not find out if it wanted to, for the
letter has no sender. It begins to write, and sends its words one by one, each with a number, so that a word
that arrives twice counts once and a word that arrives late cannot push in front of another.

### The interruption

Halfway through the third sentence, the tab is closed. There is no malice in this: a train has reached its
station, a battery its end. In most systems the answer would now hang in the air, a sentence without its verb.

Here the text that came so far is taken up, every word of it, and handed to the next worker together with the
question. *This is what has been said*, the network tells it; *go on from here.* And if nobody is behind any
of the doors, because it is four in the morning and the whole neighbourhood sleeps, then a provider in some
data centre picks up the pen. The person at the screen sees a pause, hardly longer than a breath, and then
the verb arrives.

### The reckoning

When the last word has been passed on, the books are opened. The price that was set aside is now divided:
the larger part to the owner of the machine that finished the answer, the rest to a treasury that belongs to
everybody who has bound themselves to the network. Every figure is a whole number. Nothing is rounded away in
the dark, because small sums that vanish are how trust is lost, a millionth at a time.

Then comes the part that nobody sees. The question leaves the network's memory. A few minutes later the stream
of words goes too. What stays is a line in the history of the person who asked, theirs to keep or to delete,
and an entry in a ledger that knows an amount and a number and nothing else.

### What remains

Seen from far enough away it is a modest thing. Someone wanted to know something, and a machine that was
standing idle helped. Nobody had to build a hall full of computers for it, nobody had to sell what was asked.
The work went to where there was room for it, and the money followed the work.

The dot has stopped pulsing. The answer stands there, one answer in one voice, although two hands have written
it. Somewhere, on a desk, a browser tab shows that it has earned seven cents. And behind every door of the
corridor they have already begun to listen again.
""".strip()
