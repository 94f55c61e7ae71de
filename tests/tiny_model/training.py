"""Teaches the network the chats, and proves that it knows them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from autograd import value_and_grad  # type: ignore[import-untyped]
from autograd.extend import defvjp, primitive  # type: ignore[import-untyped]

from .chats import ALPHABET, CHATS, CONTEXT_TOKENS, Chat
from .network import Floats, Ints, Network, Parameters, Shape, initial, quantized
from .tokenizer import END, Tokenizer, split
from .verify import Verifier

SEED = 7
ROWS = 6
TOKENS = 300  # of a row
SPACE_FIRST = 0.25  # of the words
STEPS_MAX = 1500
CHECK_EVERY = 50
ROUNDED_AFTER = 150  # steps; from then on the network learns with the rounded weights that it will have
DECAY = 500  # steps
RATE = 1e-2
WARM_UP_STEPS = 30

Batch = tuple[Ints, Ints, Floats]  # ids, the ids that follow them, the weight of each: [ROWS, TOKENS]


class NotLearned(Exception):
    """The training ended, and the model still says something else than it should."""


@dataclass(frozen=True)
class Example:
    """Token ids, and for each whether the network must foretell it."""

    ids: list[int]
    learned: list[bool]

    def add(self, ids: Sequence[int], *, learned: bool) -> None:
        self.ids.extend(ids)
        self.learned.extend([learned] * len(ids))


class Lessons:
    """Random conversations of the known chats.

    A question comes after others, so that the network looks at the last one; and some spaces of an answer are
    tokens of their own, as the last one is where a text to go on from ends in a space.
    """

    def __init__(self, tokenizer: Tokenizer, rng: np.random.Generator) -> None:
        self._tokenizer = tokenizer
        self._rng = rng

    def batch(self) -> Batch:
        """Conversations that fill all rows."""
        ids = np.zeros((ROWS, TOKENS + 1), np.int64)
        learned = np.zeros((ROWS, TOKENS + 1), bool)
        for row in range(ROWS):
            example = self._conversation()
            count = min(len(example.ids), TOKENS + 1)
            ids[row, :count], learned[row, :count] = example.ids[:count], example.learned[:count]
        return ids[:, :-1], ids[:, 1:], learned[:, 1:].astype(np.float32)

    def _conversation(self) -> Example:
        example = Example([], [])
        while len(example.ids) < TOKENS:
            self._exchange(example, CHATS[self._rng.integers(len(CHATS))])
        return example

    def _exchange(self, example: Example, chat: Chat) -> None:
        tokenizer, rng = self._tokenizer, self._rng
        example.add(tokenizer.message("user", chat.question), learned=False)
        example.add(tokenizer.header("assistant"), learned=False)
        words = split(chat.answer)
        # Mostly the long one is begun somewhere in it, or left somewhere, so that more questions fit into a row.
        stop = len(words)
        if chat is ALPHABET and rng.random() < 0.6:
            stop = int(rng.integers(1, len(words)))
        for word in words[:stop]:
            self._word(example, word)
        example.add([tokenizer.ids[END]], learned=stop == len(words))
        example.add(tokenizer.bytes("\n"), learned=False)

    def _word(self, example: Example, word: str) -> None:
        """As it is, or after a text that ends in its space already."""
        if word.startswith(" ") and self._rng.random() < SPACE_FIRST:
            example.add(self._tokenizer.bytes(" "), learned=False)
            word = word[1:]
        example.add(self._tokenizer.word(word), learned=True)


class Adam:
    """The usual optimizer, with gradients of at most length 1."""

    def __init__(self, parameters: Parameters) -> None:
        self._first = {name: np.zeros_like(value) for name, value in parameters.items()}
        self._second = {name: np.zeros_like(value) for name, value in parameters.items()}
        self._steps = 0

    def step(self, parameters: Parameters, gradients: Parameters, rate: float) -> None:
        """Moves the parameters, in place."""
        self._steps += 1
        length = float(np.sqrt(sum(float(np.sum(g * g)) for g in gradients.values())))
        shrink = np.float32(min(1.0, 1.0 / (length + 1e-6)))
        rate *= float(np.sqrt(1 - 0.99**self._steps) / (1 - 0.9**self._steps))
        for name, gradient in gradients.items():
            scaled = gradient * shrink
            first, second = self._first[name], self._second[name]
            first += np.float32(0.1) * (scaled - first)
            second += np.float32(0.01) * (scaled * scaled - second)
            parameters[name] -= np.float32(rate) * first / (np.sqrt(second) + np.float32(1e-8))


def _rate(step: int) -> float:
    warm = min(1.0, (step + 1) / WARM_UP_STEPS)
    return RATE * warm * max(0.05, 1 - step / DECAY)


@primitive  # type: ignore[untyped-decorator]
def _surprise(logits: Floats, following: Ints, weights: Floats) -> np.float32:
    """The mean, by weights, of -log p of the ids that follow."""
    chosen = np.take_along_axis(_log_odds(logits), following[..., None], axis=-1)[..., 0]
    return np.float32(-(chosen * weights).sum() / weights.sum())


def _log_odds(logits: Floats) -> Floats:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    odds: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return odds


def _surprise_gradient(
    answer: np.float32, logits: Floats, following: Ints, weights: Floats
) -> Callable[[np.float32], Floats]:
    def gradient(outer: np.float32) -> Floats:
        odds = np.exp(_log_odds(logits))
        at = following[..., None]
        np.put_along_axis(odds, at, np.take_along_axis(odds, at, axis=-1) - 1, axis=-1)
        gradients: Floats = odds * (weights * (outer / weights.sum()))[..., None]
        return gradients

    return gradient


defvjp(_surprise, _surprise_gradient, None, None)


def _loss(network: Network) -> Callable[[Parameters, Batch, bool], np.float32]:
    def loss(parameters: Parameters, batch: Batch, rounded: bool) -> np.float32:
        ids, following, weights = batch
        used = quantized(parameters, network.shape) if rounded else parameters
        mean: np.float32 = _surprise(network.logits(used, ids), following, weights)
        return mean

    return loss


def train(tokenizer: Tokenizer, tell: Callable[[str], None]) -> tuple[Shape, Parameters]:
    """The parameters, rounded, of a network that answers every chat exactly. Raises NotLearned."""
    rng = np.random.default_rng(SEED)
    shape = Shape(vocabulary=len(tokenizer))
    network = Network(shape, CONTEXT_TOKENS)
    parameters = initial(shape, rng)
    lessons, adam = Lessons(tokenizer, rng), Adam(parameters)
    gradient = value_and_grad(_loss(network))
    verifier = Verifier(network, tokenizer)
    begun = time.monotonic()
    problems = ["not checked yet"]
    for step in range(STEPS_MAX):
        loss, gradients = gradient(parameters, lessons.batch(), step >= ROUNDED_AFTER)
        adam.step(parameters, gradients, _rate(step))
        if (step + 1) % CHECK_EVERY:
            continue
        tell(f"step {step + 1}: loss {float(loss):.4f}, {time.monotonic() - begun:.0f} s")
        if step > ROUNDED_AFTER:
            rounded = quantized(parameters, shape)
            problems = verifier.problems(rounded)
            if not problems:
                return shape, rounded
            tell(f"{len(problems)} to learn, such as: {problems[0]}")
    raise NotLearned("; ".join(problems))
