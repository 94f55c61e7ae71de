"""Which texts can contain a word, told by a few bits for each text. Pure.

A person's search looks through their own texts only, and finds any piece of any word in any language: "utz" is in
"Nutzer", "天" in "明天". Neither full text search (whole words, and only of languages that PostgreSQL knows) nor a
trigram index (an extension, over everybody's texts at once) does that. So each text has a signature, a Bloom
filter (B. Bloom, "Space/Time Trade-offs in Hash Coding with Allowable Errors", 1970) of the characters, pairs and
triples in it: a text can contain a word only if all bits of the word are set. Those that pass are read and looked
through; the others, nearly all, never are. The signature is about a third as long as the text.
"""

import unicodedata
from itertools import chain, zip_longest
from zlib import crc32

INDEXED_MAX_CHARS = 32_000
"""Of a longer text every bit is set: it is always read."""
BYTES_MIN = 8
BYTES_MAX = 2_048
BITS_FOR_TWO = 3
"""How many bits there are for two that are set: then half of them are set, as many are set twice."""
PROBES_MAX = 48
_ROUNDS = {1: 5, 2: 5, 3: 1}
"""How many bits for a piece of so many characters. Short pieces must tell more: short words have nothing else."""
_MIXERS = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1)
"""One for each bit of a piece: odd numbers without a pattern (the primes of xxHash), so that the bits fall apart."""


def fold(text: str) -> str:
    """The text as it is compared: upper and lower case, and ways to write the same character, are one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def signature(text: str) -> bytes:
    """The bits of a text."""
    if len(text) > INDEXED_MAX_CHARS:
        return b"\xff" * BYTES_MIN
    folded = fold(text)
    hashes = {value for width in _ROUNDS for value in _hashes(folded, width)}
    size = min(max(BYTES_MIN, len(hashes) * BITS_FOR_TWO // 16), BYTES_MAX)
    bits = bytearray(size)
    for value in hashes:
        position = value % (size * 8)
        bits[position // 8] |= 1 << position % 8
    return bytes(bits)


def probes(words: list[str]) -> list[int]:
    """What to look for: (each modulo the number of bits) the bits that are set where all of these words are.

    The words are folded. Those that tell most come first, of all words in turn; there are never none.
    """
    of_each = [chain.from_iterable(_hashes(word, width) for width in _widths(word)) for word in words]
    in_turn = chain.from_iterable(zip_longest(*of_each))
    return list(dict.fromkeys(value for value in in_turn if value is not None))[:PROBES_MAX]


def _widths(word: str) -> tuple[int, ...]:
    """Triples tell most, and single characters nothing beside pairs."""
    return (3, 2) if len(word) > 1 else (1,)


def _hashes(folded: str, width: int) -> list[int]:
    """The hashes of all pieces of so many characters."""
    pieces = dict.fromkeys(folded[start : start + width] for start in range(len(folded) - width + 1))
    mixers = _MIXERS[: _ROUNDS[width]]
    sums = [crc32(piece.encode("utf-8", "surrogatepass")) for piece in pieces]
    return [(value * mixer >> 12) & 0x7FFF_FFFF for value in sums for mixer in mixers]
