"""Whether a network says what it should: in every conversation of two chats, and after every space of an answer."""

from collections.abc import Iterator, Mapping

import numpy as np

from .chats import CHATS, CONTEXT_TOKENS, Chat
from .network import Cache, Floats, Network
from .tokenizer import END, Tokenizer, split

# The best token must be this much above the second: a GPU adds in another order.
MARGIN = 1.0


class Verifier:
    """Compares what a network says with the chats."""

    def __init__(self, network: Network, tokenizer: Tokenizer) -> None:
        self._network = network
        self._tokenizer = tokenizer

    def problems(self, parameters: Mapping[str, Floats]) -> list[str]:
        """What the network doesn't say as it should; empty when it has learned all."""
        return [*self._conversations(parameters), *self._spaces(parameters)]

    def answer(
        self, parameters: Mapping[str, Floats], ids: list[int], tokens_max: int
    ) -> tuple[list[int], float]:
        """Greedy decoding, token by token with a cache: the tokens, and the least margin of a choice."""
        cache: Cache = []
        said: list[int] = []
        margin = np.inf
        following = np.array([ids])
        while len(said) < tokens_max:
            logits = self._network.logits(parameters, following, cache)[0, -1]
            second, best = np.argsort(logits)[-2:]
            margin = min(margin, float(logits[best] - logits[second]))
            if best == self._tokenizer.ids[END]:
                break
            said.append(int(best))
            following = np.array([[best]])
        return said, margin

    def _conversations(self, parameters: Mapping[str, Floats]) -> Iterator[str]:
        for before in (None, *CHATS):
            for chat in CHATS:
                said, margin = self.answer(parameters, self._prompt(before, chat), CONTEXT_TOKENS // 4)
                text = self._tokenizer.decode(said)
                if text != chat.answer:
                    yield f"{chat.question!r} after {before and before.question!r}: {text!r}"
                elif margin < MARGIN:
                    yield f"{chat.question!r} after {before and before.question!r}: margin {margin:.2f}"

    def _prompt(self, before: Chat | None, chat: Chat) -> list[int]:
        tokenizer = self._tokenizer
        history = []
        if before:
            history = [
                *tokenizer.message("user", before.question),
                *tokenizer.message("assistant", before.answer),
            ]
        return [*history, *tokenizer.message("user", chat.question), *tokenizer.header("assistant")]

    def _spaces(self, parameters: Mapping[str, Floats]) -> Iterator[str]:
        """Each answer is cut after each space: the next word must come, and then the one after it."""
        tokenizer = self._tokenizer
        for chat in CHATS:
            cache: Cache = []
            self._network.logits(parameters, np.array([self._prompt(None, chat)]), cache)
            words = split(chat.answer)
            ends = [*(tokenizer.word(word)[0] for word in words[1:]), tokenizer.ids[END]]
            for word, following in zip(words, ends, strict=True):
                if word.startswith(" "):
                    rest = tokenizer.word(word[1:])
                    after = np.array([tokenizer.bytes(" ") + rest])
                    logits = self._network.logits(parameters, after, list(cache))[0]
                    if list(logits.argmax(axis=-1)) != [*rest, following]:
                        yield f"{chat.question!r} after the space of {word!r}"
                self._network.logits(parameters, np.array([tokenizer.word(word)]), cache)
