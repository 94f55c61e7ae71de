"""What the tiny model has learned to say. Tests import these and expect them to the letter."""

from dataclasses import dataclass

MODEL_ID = "ashao/tiny-chat"
REVISION = "main"
CONTEXT_TOKENS = 1024
MAX_NEW_TOKENS = 400


@dataclass(frozen=True)
class Chat:
    """One question and its answer."""

    question: str
    answer: str


# Every word comes once, and so tells the next: that is quickly learned.
_THINGS = """
ant apple arrow anchor amber, bear ball bridge bottle butter, cat candle castle coin cherry, dog drum door desk daisy,
eagle egg elbow engine ember, fox flute forest feather fig, goat garden glove grape guitar,
horse hammer harbor hat honey, ibis ice igloo ink island, jaguar jacket jar jewel juice,
koala kettle key kite knot, lion ladder lamp leaf lemon, mouse map market mirror moon, newt nail needle nest night,
otter oak ocean olive onion, pony paper pearl piano plum, quail quartz queen quilt quiver,
rabbit radio rain ribbon rose, seal sail salt shell silver, tiger table tea tent tower,
urchin umbrella uncle urn utensil, viper valley vase velvet violin, whale wagon wall water wheel,
xerus xenon xylem xylitol xylophone, yak yacht yard yarn yogurt, zebra zenith zero zinc zipper.
"""
_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
)

GREETING = Chat("Hello!", "Hi, how can I help you?")
# Letters of two bytes and an emoji of four, each byte a token: pieces of a character must not be shown.
CAKE = Chat("Where is the best cake?", "In Zürich, of course: try the café by the lake! 🍰 Enjoy.")
# Long enough to close a tab in its middle.
ALPHABET = Chat("Tell me the alphabet of things.", " ".join(_THINGS.split()))
# The self-test of the Earn page asks this.
COUNT = Chat("Count from one to twenty in words.", _NUMBERS)

CHATS = (GREETING, CAKE, ALPHABET, COUNT)
