"""The tiny model says what it learned, read by another runtime than the one that made it."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

from .catalogue import catalogue
from .chats import ALPHABET, CAKE, CHATS, COUNT, GREETING, Chat
from .network import Shape
from .quantize import dequantize, quantize
from .store import FILES, WEIGHTS, ensure
from .tokenizer import END, Tokenizer, tokenizer_of_chats

pytestmark = pytest.mark.timeout(1_500)  # the first test that needs the model makes it


@pytest.fixture(scope="module")
def model() -> Path:
    return ensure()


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return tokenizer_of_chats()


class Reader:
    """Runs the plain model with ONNX's own reference, as transformers.js would: the prompt, then token by token."""

    def __init__(self, model: Path, tokenizer: Tokenizer) -> None:
        self._session = ReferenceEvaluator(str(model / WEIGHTS["fp32"]))
        self._tokenizer = tokenizer
        self._shape = Shape(vocabulary=len(tokenizer))

    def answer(self, chat: Chat, given: str = "", most: int = 40) -> str:
        tokenizer = self._tokenizer
        prompt = [*tokenizer.message("user", chat.question), *tokenizer.header("assistant")]
        following = prompt + tokenizer.encode(given)
        empty = np.zeros((1, self._shape.kv_heads, 0, self._shape.head), np.float32)
        names = [f"{n}.{what}" for n in range(self._shape.layers) for what in ("key", "value")]
        cache = dict.fromkeys(names, empty)
        said: list[int] = []
        total = 0
        while len(said) < most:
            total += len(following)
            inputs = {
                "input_ids": np.array([following]),
                "attention_mask": np.ones((1, total), np.int64),
                "position_ids": np.arange(total - len(following), total)[None, :],
            } | {f"past_key_values.{name}": value for name, value in cache.items()}
            logits, *present = (np.asarray(output) for output in self._session.run(None, inputs))
            cache = dict(zip(names, present, strict=True))
            following = [int(logits[0, -1].argmax())]
            if following == [tokenizer.ids[END]]:
                break
            said += following
        return tokenizer.decode(said)


@pytest.fixture(scope="module")
def reader(model: Path, tokenizer: Tokenizer) -> Reader:
    return Reader(model, tokenizer)


@pytest.mark.parametrize("chat", [GREETING, CAKE, COUNT], ids=lambda chat: chat.question)
def test_it_says_what_it_learned(reader: Reader, chat: Chat) -> None:
    assert reader.answer(chat) == chat.answer


@pytest.mark.parametrize("space", ["", " "], ids=["before the space", "after the space"])
def test_it_goes_on_where_an_answer_was_cut(reader: Reader, space: str) -> None:
    words = ALPHABET.answer.split(" ")
    given = " ".join(words[:-12]) + space
    assert given + reader.answer(ALPHABET, given) == ALPHABET.answer


def test_the_4_bit_weights_are_those_of_the_plain_file(model: Path) -> None:
    plain, four = (
        {c.name: c for c in onnx.load(model / name).graph.initializer}
        for name in (WEIGHTS["fp32"], WEIGHTS["q4"])
    )
    names = [name.removesuffix(".q4") for name in four if name.endswith(".q4")]
    assert len(names) == 14
    for name in names:
        packed = numpy_helper.to_array(four[f"{name}.q4"])
        values = np.stack([packed & 15, packed >> 4], axis=-1).reshape(*packed.shape[:2], 32)
        scales = numpy_helper.to_array(four[f"{name}.scales"]).reshape(packed.shape[:2])
        assert np.allclose(dequantize(values, scales), numpy_helper.to_array(plain[name]).T, atol=1e-6)


def test_rounding_keeps_what_is_on_the_grid_and_stays_near_what_is_not() -> None:
    weight = np.random.default_rng(0).standard_normal((6, 64)).astype(np.float32)
    once = dequantize(*quantize(weight))
    assert np.allclose(dequantize(*quantize(once)), once, atol=1e-6)
    steps = np.abs(weight.reshape(6, 2, 32)).max(axis=-1) / 8
    errors = np.abs(once - weight).reshape(6, 2, 32)
    assert (errors <= steps[..., None] * 1.001).all()


def test_text_survives_the_tokenizer(tokenizer: Tokenizer) -> None:
    for text in [*(chat.answer for chat in CHATS), "Ünknown words\n\n and 🦊  spaces 12a_b!"]:
        assert tokenizer.decode(tokenizer.encode(text)) == text
    assert len(tokenizer.encode(ALPHABET.answer)) >= 150


def test_the_catalogue_tells_the_truth(model: Path) -> None:
    ((entry),) = catalogue(model, padding_bytes=1000)
    builds = entry["builds"]
    assert isinstance(builds, list)
    for build in builds:
        assert WEIGHTS[build["dtype"]] in build["files"]
        on_disk = sum((model / name).stat().st_size for name in build["files"] if name != "padding.bin")
        assert build["downloadBytes"] == on_disk + 1000


def test_it_is_made_once(model: Path) -> None:
    before = {name: (model / name).stat().st_mtime_ns for name in FILES}
    assert ensure() == model
    assert {name: (model / name).stat().st_mtime_ns for name in FILES} == before
    assert json.loads((model / "config.json").read_text())["model_type"] == "llama"
