"""The models that a browser may run: what the Earn page is told of each, checked when a process starts.

The default catalogue is `catalogue_default.json`; `BROWSER_MODELS` names a file of the same form in its place.
The first model that fits a browser's adapter is the default, so the order is the order of preference.

Its sizes are approximate: the page asks the host for the exact ones before it downloads. `largestBufferBytes` is
the larger of two: the table of embeddings, which a 4-bit build keeps in 16 bits (`q4f16`) or 32 (`q4`), and the
scores of a whole prompt, which these exports compute for every position: context × vocabulary × 4 bytes.
`memoryBytes` adds the files, those scores, the keys and values of a full context, and something to work in.
"""

import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

PUBLIC_HUB = "https://huggingface.co/"
PUBLIC_HUB_DOWNLOADS = ("https://*.huggingface.co", "https://*.hf.co")
"""Where the public hub sends those who ask it for a large file."""
DEFAULT_FILE = Path(__file__).parent / "catalogue_default.json"
FILE_MAX_BYTES = 256 * 1024
MODELS_MAX = 50
FILES_MAX = 32

Dtype = Literal["q4f16", "fp16", "q4", "fp32"]
NEEDED_FILES = ("config.json", "tokenizer.json", "tokenizer_config.json")
WEIGHTS: dict[Dtype, str] = {
    "q4f16": "onnx/model_q4f16.onnx",
    "fp16": "onnx/model_fp16.onnx",
    "q4": "onnx/model_q4.onnx",
    "fp32": "onnx/model.onnx",
}
"""The file that the runtime loads for a dtype. Where a model has more, they lie beside it (`….onnx_data`)."""

_PART = r"[A-Za-z0-9_][A-Za-z0-9._-]*"  # of a path: no empty one, and none that leads upwards
_HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")
_HOST_PATH = re.compile(r"[A-Za-z0-9._~/-]*")

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
FilePath = Annotated[str, StringConstraints(pattern=rf"^{_PART}(/{_PART})*$", max_length=200)]
Bytes = Annotated[int, Field(ge=1, le=1 << 40)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class ModelBuild(_Strict):
    """One way to get a model: its files for one dtype, and what they need."""

    dtype: Dtype
    files: Annotated[tuple[FilePath, ...], Field(max_length=FILES_MAX)]
    downloadBytes: Bytes
    memoryBytes: Bytes
    largestBufferBytes: Bytes

    @model_validator(mode="after")
    def _has_its_files(self) -> Self:
        missing = [name for name in (*NEEDED_FILES, WEIGHTS[self.dtype]) if name not in self.files]
        if missing:
            raise ValueError(f"files must list {', '.join(missing)}")
        if len(set(self.files)) != len(self.files):
            raise ValueError("files lists a file twice")
        return self


class Model(_Strict):
    """A model of the catalogue. Its files are at `{host}{id}/resolve/{revision}/{file}`."""

    id: FilePath
    name: Words
    about: Words
    revision: FilePath
    license: Words
    contextTokens: Annotated[int, Field(ge=64, le=1_000_000)]
    """Of question and answer together."""
    maxNewTokens: Annotated[int, Field(ge=1, le=1_000_000)]
    builds: Annotated[tuple[ModelBuild, ...], Field(min_length=1, max_length=len(WEIGHTS))]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.maxNewTokens >= self.contextTokens:
            raise ValueError("maxNewTokens must be less than contextTokens")
        if len({build.dtype for build in self.builds}) != len(self.builds):
            raise ValueError("builds has a dtype twice")
        return self


Catalogue = tuple[Model, ...]
_CATALOGUE: TypeAdapter[Catalogue] = TypeAdapter(
    Annotated[Catalogue, Field(min_length=1, max_length=MODELS_MAX)]
)


def read_catalogue(path: Path = DEFAULT_FILE) -> Catalogue:
    """Read a catalogue: a JSON list of models. Raises `ValueError` with one sentence that says what is wrong."""
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}.") from None
    if len(raw) > FILE_MAX_BYTES:
        raise ValueError(f"{path} is too large: at most {FILE_MAX_BYTES:,} bytes.")
    try:
        models = _CATALOGUE.validate_json(raw)
    except ValidationError as error:
        raise ValueError(f"{path} is no catalogue of models: {_first_problem(error)}.") from None
    ids = [model.id for model in models]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice:
        raise ValueError(f"{path} has the model {twice} twice.")
    return models


def model_host(url: str) -> str:
    """Where models are served from, with a slash at its end. Raises `ValueError` with one sentence."""
    try:
        parts = urlsplit(url)
        known = _HOST.fullmatch(parts.netloc.removesuffix(f":{parts.port}")) is not None
    except ValueError:  # a port that is none, a bracket that is not closed
        known = False
    # Whatever passes here becomes part of a header: only what an origin and a path are made of.
    if not known or parts.scheme not in ("http", "https") or not _HOST_PATH.fullmatch(parts.path):
        raise ValueError(f"must be an http or https URL of a host and perhaps a path, not {url!r}.")
    if parts.query or parts.fragment:
        raise ValueError(f"must be an http or https URL without a query, not {url!r}.")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/"


def download_origins(host: str) -> list[str]:
    """The origins that a page talks to when it downloads from this host: itself and where it redirects to."""
    parts = urlsplit(host)
    further = PUBLIC_HUB_DOWNLOADS if host == PUBLIC_HUB else ()
    return [f"{parts.scheme}://{parts.netloc}", *further]


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
    field = ".".join(str(part) for part in problem["loc"])
    message = problem["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{field}: {message}" if field else message
