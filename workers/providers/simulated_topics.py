"""What the simulated provider can talk about: prepared texts in Markdown. Data only."""

import re
from dataclasses import dataclass

# Each says in its first sentence that nothing is being thought here.
OPENINGS = (
    "This is a simulated answer: ashao's demonstration provider wrote it from prepared text, "
    "without a language model.",
    "You are reading a simulated answer, put together by ashao's demonstration provider "
    "rather than by a language model.",
    "A word first: this answer is simulated, which means that prepared text is streamed to you "
    "as a model's would be.",
)


@dataclass(frozen=True)
class Topic:
    """A text, what it answers, and one more thing to say when the person comes back to it."""

    name: str
    pattern: re.Pattern[str]
    text: str
    more: str


_BLOCK_START = re.compile(r"[-|#]|\d+\. |```")


def unwrap(text: str) -> str:
    """One line for each paragraph and list item: a page may show a line break in Markdown as one."""
    lines: list[str] = []
    in_code = False
    for line in text.strip().splitlines():
        if not (in_code or not line or not lines or not lines[-1] or _BLOCK_START.match(line)):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
        in_code ^= line.startswith("```")
    return "\n".join(lines)


def _topic(name: str, pattern: str, text: str, more: str) -> Topic:
    return Topic(name, re.compile(pattern, re.IGNORECASE), unwrap(text), unwrap(more))


# In this order: the narrow ones first, since the first pattern found in the question decides.
TOPICS = (
    _topic(
        "starting a worker",
        r"ashao-worker|(?:start|run|install|set ?up|become|join)\b.{0,40}\b(?:worker|node|miner)",
        """
A worker is a machine of your own, with a local model server that a small program puts to work:

1. Start any model server that speaks the OpenAI protocol, and note its address.
2. Sign in on this page and press *Run a worker*: it makes an API key and shows the command.
3. Install the `ashao-worker` program and look at what it wants to know:

```bash
ashao-worker --help
```

It needs the address of the network, your key and the address of the model server. A native worker can
serve both tiers, and one machine can run several jobs at once if its model server can.
""",
        """
Two habits pay off for a worker. Keep it near its model, because the first token has to come in time or the
job moves on; and stop it politely, because a worker that says goodbye is not waited for.
""",
    ),
    _topic(
        "earning",
        r"\b(?:earn(?:s|ed|ings?)?|paid|pay ?outs?|income|rewards?|make money|volunteers?|workers?)\b",
        """
A worker is paid for each job it finishes, in USDC.

- A job is worth what the person paid for it: 10 cents on the `pro` tier, 15 cents on `max`.
- The worker's owner receives **70 %** of that, or **80 %** if they stake $ASHAO.
- What remains belongs to the treasury: half of it buys $ASHAO back and burns it, half goes to stakers.

The share is fixed when the job is claimed, so nothing changes under a worker's hands while it is writing.
Earnings collect in a ledger and are paid out on chain when you ask for them. What comes from free credits
waits until the worker is trusted, and nobody can serve their own questions: otherwise a new wallet would
be a way to print money.
""",
        """
If several workers take part in one answer, the one that finishes it is paid. A worker that stalls is not
punished beyond the job it lost, but it is not paid for half an answer either.
""",
    ),
    _topic(
        "credits and tiers",
        r"\b(?:credits?|tiers?|price[sd]?|pricing|costs?|cheap|expensive|ashao-(?:pro|max)|deposit|refunds?)\b",
        """
ashao counts in credits, and one credit is one US cent.

| Tier | Who answers | Price of a message |
|---|---|---|
| `pro` | browsers with WebGPU, and native workers | 10 credits |
| `max` | native workers and the cloud | 15 credits |

A new wallet starts with **500 credits**, enough for fifty questions on `pro`. The price is only *held* when
you send a message; it is taken once the answer is complete. If a job fails, the hold is lifted and the
credits are yours again. When you stop an answer halfway, you keep the text that came.
""",
        """
The hold is worth understanding: it is why two questions sent at the same moment can never spend the same
credit, and why a failure costs you nothing.
""",
    ),
    _topic(
        "privacy",
        r"\b(?:priva(?:cy|te)|anonym\w*|who (?:can )?(?:see|read)s?|secret|my data|track\w*|stored|gdpr)\b",
        """
Workers see text, not people. When a machine claims a job it receives the messages it needs to answer and
nothing about who wrote them: no wallet, no name, no address, no session.

- Prompts are removed from the network when the job ends, and the streamed answer a few minutes later.
- Your history belongs to you. You can read it, export it and delete it.
- Logs and metrics hold no prompt and no answer.
- Paying the worker and writing the answer are tied together by the job's number alone.

One caution remains: the machine that answers has to read the question. Don't put into a message what a
stranger must not see.
""",
        """
Put shortly: the network is built so that there is little to leak. What was never sent to a worker cannot
be lost there, and what has been deleted cannot be asked for.
""",
    ),
    _topic(
        "staking and the token",
        r"ashao token|\$ashao|\b(?:stak(?:e[drs]?|ers|ing)|tokenomics|burn(?:s|ed)?|buy ?backs?|treasury)\b",
        """
$ASHAO is the network's token, with a fixed supply of 1,000,000,000. Nobody needs it to chat or to work.
Staking it does two things:

1. A worker whose owner stakes receives 80 % of each job instead of 70 %.
2. Stakers share half of the treasury's revenue, in proportion to how much they staked *and for how long*.

The other half of the treasury's revenue buys $ASHAO back and burns it. You can take your stake out at any
time. Because time counts, arriving one minute before the rewards are shared earns one minute's worth.
""",
        """
The numbers behind it are public: the treasury page shows what came in, what was burned and which
transaction proves it.
""",
    ),
    _topic(
        "what ashao is",
        r"\bashao\b|\b(?:this (?:network|site|project|app)|how (?:does|do) (?:it|this|you) work)\b",
        """
ashao is an inference network that runs on other people's machines. You type a message; it becomes a **job**
in a queue; somewhere a browser tab or a home computer **claims** it, writes the answer and **streams** it
back to you word by word. Whoever owns that machine is paid for it in USDC.

Three things make this bearable in daily use:

- *Nobody waits for a machine that isn't there.* After a few seconds without a taker, a cloud provider
  answers on the same channel.
- *A machine may vanish at any time.* If it does, the next one continues the text where it stopped. You see
  one answer and pay once.
- *Every cent is accounted for.* Prices are held, then taken or returned, in a double-entry ledger.
""",
        """
If you want to see it from the other side, start a worker of your own and send a question from another
account or as a guest: you can watch it being claimed.
""",
    ),
)

HELP = unwrap("""
Here is what I can tell you about. Ask for any of it in your own words:

- **what ashao is** and how a message becomes an answer
- **earning**: what workers are paid, and when
- **credits and tiers**: what a message costs
- **privacy**: who sees what you write
- **starting a worker**, in a browser or with `ashao-worker`
- **staking** and where the treasury's money goes

You can also ask for *a code sample*, *a table*, *a list* or *a long story*, to see how the page shows them.
""")

SMALL_TALK = (
    (
        re.compile(
            r"^\W*(?:hi|hello|hey|good (?:morning|evening|afternoon)|salut|hola|hallo)\b", re.IGNORECASE
        ),
        "Hello, and welcome! Ask me what ashao is, how workers earn, or what a message costs; "
        "or ask for a table, some code or a long story, and watch it arrive.",
    ),
    (
        re.compile(r"\b(?:thanks|thank you|thx|cheers|merci)\b", re.IGNORECASE),
        "You are welcome. If anything is left open, ask on; a follow-up question keeps the thread.",
    ),
    (
        re.compile(r"^\W*(?:bye|goodbye|good night|see you)\b", re.IGNORECASE),
        "Goodbye! This conversation stays in your history until you delete it.",
    ),
    (
        re.compile(r"\bhow are you\b|\bhow(?:'s| is) it going\b", re.IGNORECASE),
        "All is well here, as it always is with prepared text. The more interesting question is how the "
        "network is: its live figures are on the front page.",
    ),
    (
        re.compile(
            r"\b(?:who|what) are you\b|\bare you (?:real|human|an? (?:ai|bot|model))\b|your name",
            re.IGNORECASE,
        ),
        "I am the provider of last resort: when no worker is connected and no cloud is configured, I answer, "
        "so that a fresh installation can be tried from end to end. I choose a text by the words you use.",
    ),
)

LIST = unwrap("""
A list, as you asked. These are the stations of a message:

1. **Sent.** The price is held, and the message becomes a job.
2. **Queued.** The job waits for a worker of its tier.
3. **Claimed.** Exactly one worker takes it, and with it a lease that it has to keep alive.
4. **Streamed.** Each piece of text is numbered, accepted once, and passed on to you.
5. **Done.** The worker is paid, the answer is saved, and the prompt leaves the network.

And what can go otherwise:

- nobody claims it: a cloud provider does
- the worker disappears: another goes on from the last word
- everything fails: the hold is lifted, and you pay nothing
""")

TABLE = unwrap("""
Here is a table of who does what in the network:

| Who | Does | Receives |
|---|---|---|
| A person who chats | sends messages, at 10 or 15 credits each | answers |
| A worker's owner | lends a browser tab or a machine | 70 % of each job, 80 % with a stake |
| A staker | holds $ASHAO in the vault | half of the treasury's revenue, by stake and time |
| The cloud | steps in when nobody claims a job | its costs |

The columns add up: whatever a person pays is divided among the rows below, to the last millionth.
""")

CODE = unwrap("""
A small example in Python. It sends a message and prints the answer while it arrives:

```python
import json
import httpx

def ask(client: httpx.Client, question: str) -> None:
    sent = client.post("/api/chat/send", json={"tier": "pro", "content": question}).json()
    with client.stream("GET", "/api/chat/stream", params={"jobId": sent["jobId"]}) as events:
        for line in events.iter_lines():
            if not line.startswith("data:"):
                continue
            event = json.loads(line.removeprefix("data:"))
            if event["type"] == "token":
                print(event["value"], end="", flush=True)
            else:
                return
```

Three details are worth a look:

- The first call returns *before* any model has run; it only hands over the job's `jobId`.
- Every event has an `id`. After a lost connection, send the last one as `Last-Event-ID` and go on from there.
- The loop ends on `done` as well as on `error`, so it never waits for what will not come.

The client needs your API key in its `Authorization` header.
""")
