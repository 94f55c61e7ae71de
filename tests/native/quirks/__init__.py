"""What model servers really send, row by row, on the wire; and a server that sends it.

Both readers of such servers are tested against the same rows: the native worker's and the cloud provider's.
"""

from .answers import REASONING, SHAPES, UNMARKED
from .ends import CUTS, ERRORS
from .server import QuirkServer
from .words import CUT, DONE, OPENING, PART, PARTS, STOP, Quirk, delta, event, said

QUIRKS = (*REASONING, *CUTS, *ERRORS, *SHAPES)

__all__ = [
    "CUT",
    "CUTS",
    "DONE",
    "OPENING",
    "PART",
    "PARTS",
    "QUIRKS",
    "REASONING",
    "STOP",
    "UNMARKED",
    "Quirk",
    "QuirkServer",
    "delta",
    "event",
    "said",
]
