"""The network: a Llama in numpy. `autograd.numpy` is numpy, but can be differentiated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import autograd.numpy as anp  # type: ignore[import-untyped]
import numpy as np
from autograd.extend import defvjp, primitive  # type: ignore[import-untyped]
from numpy.typing import NDArray

from .quantize import fake_quantize

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Parameters = dict[str, Floats]
Cache = list[tuple[Floats, Floats]]

_LAYER = ("q", "k", "v", "o", "gate", "up", "down", "norm1", "norm2")


@dataclass(frozen=True)
class Shape:
    """How large the network is."""

    vocabulary: int
    hidden: int = 64
    layers: int = 2
    heads: int = 4
    kv_heads: int = 2
    head: int = 16
    inner: int = 128
    rope_theta: float = 10_000.0
    epsilon: float = 1e-5

    @property
    def kv(self) -> int:
        """The width of keys and of values."""
        return self.kv_heads * self.head


def matrices(shape: Shape) -> dict[str, tuple[int, int]]:
    """(outputs, inputs) of each weight that 4 bits can hold; the embedding and the head stay as they are."""
    sizes: dict[str, tuple[int, int]] = {}
    for n in range(shape.layers):
        sizes |= {
            f"{n}.q": (shape.hidden, shape.hidden),
            f"{n}.k": (shape.kv, shape.hidden),
            f"{n}.v": (shape.kv, shape.hidden),
            f"{n}.o": (shape.hidden, shape.hidden),
            f"{n}.gate": (shape.inner, shape.hidden),
            f"{n}.up": (shape.inner, shape.hidden),
            f"{n}.down": (shape.hidden, shape.inner),
        }
    return sizes


def initial(shape: Shape, rng: np.random.Generator) -> Parameters:
    """Random parameters to begin with."""
    parameters = {
        name: (rng.standard_normal(size) / np.sqrt(size[1])).astype(np.float32)
        for name, size in matrices(shape).items()
    }
    size = (shape.vocabulary, shape.hidden)
    parameters["embedding"] = rng.standard_normal(size).astype(np.float32)
    parameters["head"] = (rng.standard_normal(size) / np.sqrt(shape.hidden)).astype(np.float32)
    for name in [f"{n}.{norm}" for n in range(shape.layers) for norm in ("norm1", "norm2")] + ["norm"]:
        parameters[name] = np.ones(shape.hidden, np.float32)
    return parameters


def quantized(parameters: Mapping[str, Floats], shape: Shape) -> Parameters:
    """The same with every matrix rounded to what 4 bits hold; differentiable as if nothing were rounded."""
    names = matrices(shape)
    return {name: fake_quantize(value) if name in names else value for name, value in parameters.items()}


def rope_tables(shape: Shape, positions: int) -> tuple[Floats, Floats]:
    """Cosines and sines of each position, [positions, head]."""
    rates = shape.rope_theta ** (-np.arange(0, shape.head, 2) / shape.head)
    angles = np.outer(np.arange(positions), np.concatenate([rates, rates]))
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


@primitive  # type: ignore[untyped-decorator]
def _softmax(x: Floats) -> Floats:
    exp = np.exp(x - x.max(axis=-1, keepdims=True))
    odds: Floats = exp / exp.sum(axis=-1, keepdims=True)
    return odds


def _softmax_gradient(answer: Floats, x: Floats) -> Callable[[Floats], Floats]:
    return lambda gradient: answer * (gradient - (gradient * answer).sum(axis=-1, keepdims=True))


defvjp(_softmax, _softmax_gradient)


def _normed(x: Floats, weight: Floats, epsilon: float) -> Floats:
    mean = anp.mean(x * x, axis=-1, keepdims=True)
    normed: Floats = x / anp.sqrt(mean + np.float32(epsilon)) * weight
    return normed


def _rotated(x: Floats, cos: Floats, sin: Floats) -> Floats:
    half = x.shape[-1] // 2
    rotated: Floats = x * cos + anp.concatenate([-x[..., half:], x[..., :half]], axis=-1) * sin
    return rotated


def _heads(x: Floats, count: int) -> Floats:
    batch, tokens, width = x.shape
    heads: Floats = anp.transpose(anp.reshape(x, (batch, tokens, count, width // count)), (0, 2, 1, 3))
    return heads


class Network:
    """The forward pass of one shape."""

    def __init__(self, shape: Shape, positions: int) -> None:
        self.shape = shape
        self._cos, self._sin = rope_tables(shape, positions)

    def logits(self, parameters: Mapping[str, Floats], ids: Ints, cache: Cache | None = None) -> Floats:
        """Logits [batch, tokens, vocabulary] for ids [batch, tokens]; what a given cache holds came before them.

        The cache (one pair of keys and values a layer; empty to begin with) is brought up to date in place.
        """
        past = cache[0][0].shape[2] if cache else 0
        here = slice(past, past + ids.shape[1])
        later = np.arange(here.stop)[None, :] > np.arange(past, here.stop)[:, None]
        mask = np.where(later, np.float32(-1e9), np.float32(0))
        # A product with one-hot rows: its gradient is much quicker than that of an indexed look-up.
        one_hot = np.eye(self.shape.vocabulary, dtype=np.float32)[ids]
        x = anp.dot(one_hot, parameters["embedding"])
        for layer in range(self.shape.layers):
            weights = {name: parameters[f"{layer}.{name}"] for name in _LAYER}
            x = x + self._attention(weights, x, (self._cos[here], self._sin[here]), mask, (cache, layer))
            inner = _normed(x, weights["norm2"], self.shape.epsilon)
            gate = anp.dot(inner, weights["gate"].T)
            gated = gate / (1 + anp.exp(-gate)) * anp.dot(inner, weights["up"].T)
            x = x + anp.dot(gated, weights["down"].T)
        last = _normed(x, parameters["norm"], self.shape.epsilon)
        logits: Floats = anp.dot(last, parameters["head"].T)
        return logits

    def _attention(
        self,
        weights: Mapping[str, Floats],
        x: Floats,
        rope: tuple[Floats, Floats],
        mask: Floats,
        cached: tuple[Cache | None, int],
    ) -> Floats:
        shape = self.shape
        batch, tokens, _ = x.shape
        inner = _normed(x, weights["norm1"], shape.epsilon)
        queries = _rotated(_heads(anp.dot(inner, weights["q"].T), shape.heads), *rope)
        keys = _rotated(_heads(anp.dot(inner, weights["k"].T), shape.kv_heads), *rope)
        values = _heads(anp.dot(inner, weights["v"].T), shape.kv_heads)
        cache, layer = cached
        if cache is not None:
            keys, values = _remember(cache, layer, keys, values)
        # The query heads that share a key head are put one below the other.
        group = shape.heads // shape.kv_heads
        stacked = anp.reshape(queries, (batch, shape.kv_heads, group * tokens, shape.head))
        scores = anp.matmul(stacked, anp.transpose(keys, (0, 1, 3, 2))) * np.float32(shape.head**-0.5)
        scores = anp.reshape(scores, (batch, shape.heads, tokens, -1)) + mask
        mixed = anp.matmul(anp.reshape(_softmax(scores), (batch, shape.kv_heads, group * tokens, -1)), values)
        mixed = anp.transpose(anp.reshape(mixed, (batch, shape.heads, tokens, shape.head)), (0, 2, 1, 3))
        output: Floats = anp.dot(anp.reshape(mixed, (batch, tokens, shape.hidden)), weights["o"].T)
        return output


def _remember(cache: Cache, layer: int, keys: Floats, values: Floats) -> tuple[Floats, Floats]:
    if layer == len(cache):
        cache.append((keys, values))
    else:
        before = cache[layer]
        cache[layer] = (np.concatenate([before[0], keys], 2), np.concatenate([before[1], values], 2))
    return cache[layer]
