"""Where the made model lies, and when it must be made anew. Imports nothing heavy."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
STORE = HERE.parent / ".artifacts" / "tiny-model"
CONFIGURATION = ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json")
WEIGHTS = {"q4": "onnx/model_q4.onnx", "fp32": "onnx/model.onnx"}
FILES = (*CONFIGURATION, *WEIGHTS.values())
_SOURCES = ("chats", "make", "network", "onnx_graph", "quantize", "tokenizer", "training", "verify")
_MAKE_TIMEOUT_S = 3_600


def folder() -> Path:
    """Where the model of these sources belongs."""
    digest = hashlib.sha256()
    for name in _SOURCES:
        digest.update((HERE / f"{name}.py").read_bytes())
    return STORE / digest.hexdigest()[:16]


def whole(model: Path) -> bool:
    """Whether all its files are there: a model comes into its place in one piece."""
    return all((model / name).is_file() for name in FILES)


@contextmanager
def only_one() -> Iterator[None]:
    """Two runs at once don't both make it: the second waits."""
    STORE.mkdir(parents=True, exist_ok=True)
    with (STORE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure() -> Path:
    """The folder of the model, which is made first where it isn't there.

    Made in a process of its own, that needs one core for about a minute: what differentiates and writes ONNX
    isn't loaded into the tests.
    """
    model = folder()
    if whole(model):
        return model
    with only_one():
        if not whole(model):
            make = [sys.executable, "-m", "tests.tiny_model", "make", "--out", str(model)]
            one_core = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
            repository = HERE.parent.parent
            subprocess.run(
                make, cwd=repository, env=os.environ | one_core, check=True, timeout=_MAKE_TIMEOUT_S
            )
    return model
