"""The tokenizer: whole words of the chats, and bytes for everything else.

It is a byte-level BPE without merges (`ignore_merges`, as Llama 3 has it: a word that is in the vocabulary is
one token, any other is its bytes). A text may be cut before or after a space, and is still made of known tokens.
"""

import re
from collections.abc import Iterable, Sequence

from .chats import CHATS

PAD, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIALS = (PAD, START, END)
# GPT-2's pattern, written without \p classes.
_WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] "
    "+ '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def _byte_letters() -> dict[int, str]:
    """The letter that stands for each byte in a vocabulary (GPT-2's table)."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + n) for n, byte in enumerate(others)}


_LETTERS = _byte_letters()
_BYTES = {letter: byte for byte, letter in _LETTERS.items()}


def split(text: str) -> list[str]:
    """The words of a text; a word begins with the space before it."""
    return _WORDS.findall(text)


def _spelled(word: str) -> str:
    return "".join(_LETTERS[byte] for byte in word.encode())


class Tokenizer:
    """Reads and writes text as numbers, as `tokenizer.json` tells others to do it."""

    def __init__(self, texts: Iterable[str]) -> None:
        words = {word for text in texts for word in split(text) if word.isascii()}
        # With its space and without: a text to go on from may end in the space.
        spelled = sorted({_spelled(form) for word in words for form in (word, word.removeprefix(" "))})
        known = [*SPECIALS, *_LETTERS.values()]
        known += [word for word in spelled if word and word not in _BYTES]
        self.ids = {token: number for number, token in enumerate(known)}
        self._tokens = known

    def __len__(self) -> int:
        return len(self._tokens)

    def word(self, word: str) -> list[int]:
        """One word as one token where it is known, else as its bytes."""
        spelled = _spelled(word)
        return [self.ids[spelled]] if spelled in self.ids else self.bytes(word)

    def bytes(self, text: str) -> list[int]:
        """Byte by byte, also where a word is known."""
        return [self.ids[letter] for letter in _spelled(text)]

    def encode(self, text: str) -> list[int]:
        """Text without special tokens."""
        return [number for word in split(text) for number in self.word(word)]

    def decode(self, ids: Sequence[int]) -> str:
        """Text without the special tokens; half characters become U+FFFD."""
        letters = "".join(self._tokens[number] for number in ids if self._tokens[number] not in SPECIALS)
        return bytes(_BYTES[letter] for letter in letters).decode(errors="replace")

    def message(self, role: str, content: str) -> list[int]:
        """A whole message, as CHAT_TEMPLATE has it."""
        newline = self.bytes("\n")
        return [*self.header(role), *self.encode(content), self.ids[END], *newline]

    def header(self, role: str) -> list[int]:
        """The beginning of a message."""
        return [self.ids[START], *self.encode(f"{role}\n")]

    def files(self, context_tokens: int) -> dict[str, object]:
        """The JSON files of the tokenizer, by name."""
        special = {
            "special": True,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
        }
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
        model: dict[str, object] = {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": True,
            "vocab": self.ids,
            "merges": [],
        }
        tokenizer = {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [{"id": self.ids[token], "content": token, **special} for token in SPECIALS],
            "normalizer": None,
            "pre_tokenizer": byte_level,
            "post_processor": None,
            "decoder": byte_level,
            "model": model,
        }
        config = {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": context_tokens,
            "bos_token": None,
            "eos_token": END,
            "pad_token": PAD,
            "unk_token": None,
            "clean_up_tokenization_spaces": False,
            "chat_template": CHAT_TEMPLATE,
        }
        return {"tokenizer.json": tokenizer, "tokenizer_config.json": config}


def tokenizer_of_chats() -> Tokenizer:
    """The tokenizer whose words are those of the chats."""
    texts = [text for chat in CHATS for text in (chat.question, chat.answer)]
    return Tokenizer([*texts, "user", "assistant", "system"])
