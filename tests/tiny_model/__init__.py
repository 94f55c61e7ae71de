"""A language model so small that the repository makes it itself, for tests of what runs models in a browser.

`ensure()` makes it once (about a minute) and says where it is; `ModelHost` serves it as a hub of models does, and can
be told to fail; `CHATS` are the questions that it knows and its answers.
"""

from .chats import ALPHABET, CAKE, CHATS, COUNT, GREETING, MODEL_ID, REVISION, Chat
from .host import ModelHost
from .store import ensure

__all__ = [
    "ALPHABET",
    "CAKE",
    "CHATS",
    "COUNT",
    "GREETING",
    "MODEL_ID",
    "REVISION",
    "Chat",
    "ModelHost",
    "ensure",
]
