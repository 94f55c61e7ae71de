"""What the API says about itself."""

import re

import httpx
import pytest
from drf_spectacular.validation import validate_schema

from ashao_site.embedded.stack import Stack

from .support import PEOPLES_CALLS, STREAM, WORKER_CALLS, Json

pytestmark = pytest.mark.stack

ERRORS = {"400", "401", "402", "403", "404", "409", "413", "429", "503"}
METHODS = {"get", "post", "put", "patch", "delete", "head", "options"}


@pytest.fixture(scope="module")
def schema(stack: Stack) -> Json:
    response = httpx.get(f"{stack.base_url}/api/schema", timeout=30)
    assert response.status_code == 200
    return dict(response.json())


def test_it_is_valid_openapi_3_1(schema: Json) -> None:
    assert schema["openapi"].startswith("3.1.")
    validate_schema(schema)


def test_every_reference_leads_somewhere(schema: Json) -> None:
    references = set(re.findall(r"'\$ref': '([^']+)'", repr(schema)))
    assert references
    for reference in references:
        found = schema
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]


def test_it_lists_every_call(schema: Json) -> None:
    listed = {
        (method.upper(), path)
        for path, operations in schema["paths"].items()
        for method in METHODS & operations.keys()
        if path.startswith("/api/")
    }
    # Both ways, so that a new call is fuzzed too.
    assert listed == {*PEOPLES_CALLS, *WORKER_CALLS, STREAM}


def test_every_call_documents_its_errors(schema: Json) -> None:
    seen = set()
    for path, operations in schema["paths"].items():
        for method in METHODS & operations.keys():
            operation = operations[method]
            assert operation["responses"].keys() >= ERRORS, (method, path)
            assert any(status.startswith("2") for status in operation["responses"]), (method, path)
            seen.add(operation["operationId"])
    assert len(seen) == len({*PEOPLES_CALLS, *WORKER_CALLS, STREAM}), "an operationId is given twice"
    error = schema["components"]["schemas"]["Error"]
    assert set(error["required"]) == {"error", "code"}


def test_the_docs_need_nobody_else(stack: Stack) -> None:
    page = httpx.get(f"{stack.base_url}/api/docs", timeout=30)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    loaded = re.findall(r"""(?:src|href)=["']([^"']+)""", page.text)
    assert loaded
    for address in loaded:
        assert address.startswith("/"), address
        assert not address.startswith("//"), address
        assert httpx.get(f"{stack.base_url}{address}", timeout=30).status_code == 200
    assert "https://" not in page.text


@pytest.mark.parametrize("value", ["1%0a", "1%0d%0aX: y", "1%00"])
def test_the_asked_version_reaches_no_header(stack: Stack, value: str) -> None:
    response = httpx.get(f"{stack.base_url}/api/schema?version={value}", timeout=30)
    assert response.status_code == 400
    assert response.json()["code"] == "bad_input"
