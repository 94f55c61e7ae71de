"""The catalogue of models that browsers may run, and the settings around it."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ashao_site.embedded.config import ROOT
from workers.machines.catalogue import (
    DEFAULT_FILE,
    FILE_MAX_BYTES,
    PUBLIC_HUB,
    download_origins,
    model_host,
    read_catalogue,
)

TINY: dict[str, Any] = {
    "id": "tests/tiny",
    "name": "Tiny",
    "about": "For tests.",
    "revision": "main",
    "license": "MIT",
    "contextTokens": 512,
    "maxNewTokens": 64,
    "builds": [
        {
            "dtype": "q4",
            "files": ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model_q4.onnx"],
            "downloadBytes": 300_000,
            "memoryBytes": 10_000_000,
            "largestBufferBytes": 100_000,
        }
    ],
}


def written(folder: Path, models: object) -> Path:
    path = folder / "models.json"
    path.write_text(models if isinstance(models, str) else json.dumps(models))
    return path


def tiny(**changes: object) -> dict[str, Any]:
    return {**copy.deepcopy(TINY), **changes}


def tiny_build(**changes: object) -> dict[str, Any]:
    return tiny(builds=[{**copy.deepcopy(TINY["builds"][0]), **changes}])


def test_the_default_catalogue_begins_with_the_default_model() -> None:
    models = read_catalogue()
    assert models[0].id == "onnx-community/Qwen2.5-0.5B-Instruct"
    assert [build.dtype for build in models[0].builds] == ["q4f16", "q4"]
    for model in models:
        for build in model.builds:
            assert f"onnx/model_{build.dtype}.onnx" in build.files
            assert build.downloadBytes < build.memoryBytes
            assert build.largestBufferBytes < build.memoryBytes


def test_an_adapter_without_16_bit_shaders_has_a_choice_too() -> None:
    assert sum(any(build.dtype == "q4" for build in model.builds) for model in read_catalogue()) >= 2


def test_what_is_read_is_what_is_told(tmp_path: Path) -> None:
    models = read_catalogue(written(tmp_path, [TINY]))
    assert [model.model_dump(mode="json") for model in models] == [TINY]
    default = json.loads(DEFAULT_FILE.read_text())
    assert [model.model_dump(mode="json") for model in read_catalogue()] == default


@pytest.mark.parametrize(
    ("models", "about"),
    [
        ("nonsense", "JSON"),
        ("", "JSON"),
        ({"models": []}, "array"),
        ([], "at least 1"),
        ([tiny(), tiny()], "tests/tiny twice"),
        ([tiny(id="../secrets")], "0.id"),
        ([tiny(id="/etc")], "0.id"),
        ([tiny(id="https://evil.example/x")], "0.id"),
        ([tiny(id="a/../../b")], "0.id"),
        ([tiny(revision="main?x=1")], "0.revision"),
        ([tiny(name=" ")], "0.name"),
        ([tiny(name=5)], "0.name"),
        ([tiny(contextTokens="512")], "0.contextTokens"),
        ([tiny(contextTokens=512.5)], "0.contextTokens"),
        ([tiny(maxNewTokens=512)], "maxNewTokens must be less"),
        ([tiny(builds=[])], "0.builds"),
        ([tiny(builds=TINY["builds"] * 2)], "dtype twice"),
        ([tiny(temperature=1)], "0.temperature"),
        ([{key: value for key, value in TINY.items() if key != "license"}], "0.license"),
        ([tiny_build(dtype="q8")], "0.builds.0.dtype"),
        ([tiny_build(dtype="q4f16")], "onnx/model_q4f16.onnx"),
        ([tiny_build(files=["onnx/model_q4.onnx"])], "config.json, tokenizer.json"),
        ([tiny_build(files=[*TINY["builds"][0]["files"], "config.json"])], "a file twice"),
        ([tiny_build(files=[*TINY["builds"][0]["files"], "onnx/../../x"])], "0.builds.0.files"),
        ([tiny_build(downloadBytes=0)], "0.builds.0.downloadBytes"),
        ([tiny_build(memoryBytes=True)], "0.builds.0.memoryBytes"),
        ("[" + " " * FILE_MAX_BYTES + "]", "too large"),
    ],
)
def test_a_wrong_catalogue_is_refused_in_one_sentence(tmp_path: Path, models: object, about: str) -> None:
    with pytest.raises(ValueError, match=r"models\.json") as refused:
        read_catalogue(written(tmp_path, models))
    assert about in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="No such file"):
        read_catalogue(tmp_path / "models.json")
    with pytest.raises(ValueError, match="directory"):
        read_catalogue(tmp_path)


@pytest.mark.parametrize(
    ("given", "host", "origin"),
    [
        ("https://huggingface.co", PUBLIC_HUB, "https://huggingface.co"),
        ("https://models.example.org/a/b//", "https://models.example.org/a/b/", "https://models.example.org"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_model_hosts(given: str, host: str, origin: str) -> None:
    assert model_host(given) == host
    assert download_origins(host)[0] == origin
    assert (len(download_origins(host)) > 1) == (host == PUBLIC_HUB)


@pytest.mark.parametrize(
    "given",
    [
        "huggingface.co",
        "ftp://models.example.org/",
        "javascript:alert(1)",
        "file:///models",
        "https://",
        "https:///models",
        "https://alice@models.example.org/",
        "https://models.example.org:port/",
        "https://models.example.org:99999/",
        "https://models.example.org/?a=1",
        "https://models.example.org/#a",
        "https://models.example.org; script-src *",
        "https://models.example.org/a; script-src *",
        "https://*.example.org/",
        "https://[::1",
    ],
)
def test_what_is_no_model_host(given: str) -> None:
    with pytest.raises(ValueError, match="must be an http or https URL"):
        model_host(given)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODEL_HOST", "ftp://models.example.org/"),
        ("BROWSER_MODELS", "/nowhere/models.json"),
        ("BROWSER_MIN_TOKENS_PER_SECOND", "fast"),
        ("BROWSER_ALLOW_SOFTWARE_GPU", "yes"),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_sentence(name: str, value: str) -> None:
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(
        command, check=False, cwd=ROOT, env={**os.environ, name: value}, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith("ashao: " + name)
    assert done.stderr.count("\n") == 1
