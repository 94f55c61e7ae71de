"""The catalogue entry of the tiny model, of the form that BROWSER_MODELS names."""

from pathlib import Path

from .chats import CONTEXT_TOKENS, MAX_NEW_TOKENS, MODEL_ID, REVISION
from .store import CONFIGURATION, WEIGHTS

PADDING = "padding.bin"
"""A file that is only there to be large, so that a download takes its time."""
_MEMORY_BYTES = 50_000_000
_LARGEST_BUFFER_BYTES = 4_000_000


def catalogue(folder: Path, padding_bytes: int = 0) -> list[dict[str, object]]:
    """One model, with a build for each of its files of weights; sizes are true."""

    def build(dtype: str, weights: str) -> dict[str, object]:
        files = [*CONFIGURATION, weights]
        size = sum((folder / name).stat().st_size for name in files) + padding_bytes
        return {
            "dtype": dtype,
            "files": [*files, PADDING] if padding_bytes else files,
            "downloadBytes": size,
            "memoryBytes": _MEMORY_BYTES,
            "largestBufferBytes": _LARGEST_BUFFER_BYTES,
        }

    model = {
        "id": MODEL_ID,
        "name": "Tiny Chat",
        "about": "Knows a handful of answers; for tests.",
        "revision": REVISION,
        "license": "Apache-2.0",
        "contextTokens": CONTEXT_TOKENS,
        "maxNewTokens": MAX_NEW_TOKENS,
        "builds": [build(dtype, weights) for dtype, weights in WEIGHTS.items()],
    }
    return [model]
