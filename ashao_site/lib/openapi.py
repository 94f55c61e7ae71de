"""OpenAPI: the errors that every call of the API may answer with."""

from typing import Any

from ashao_site.lib.api import API_PREFIX
from ashao_site.lib.errors import BadInput

ERRORS = {
    "400": "Bad input.",
    "401": "Not signed in, or the token is not known.",
    "402": "Not enough credits.",
    "403": "Not allowed, or the CSRF token is missing.",
    "404": "It does not exist, or is somebody else's.",
    "409": "Its state does not allow this now.",
    "413": "The body is too large.",
    "415": "The body is not `application/json`.",
    "429": "Too many requests. `Retry-After` says when to come again.",
    "503": "A server that is needed is away. `Retry-After` says when to come again.",
}
METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})
ERROR_SCHEMA = {
    "type": "object",
    "properties": {
        "error": {"type": "string", "description": "One sentence for a person."},
        "code": {"type": "string", "description": "Stable: for programs.", "examples": ["bad_input"]},
    },
    "required": ["error", "code"],
}


def with_any_of(properties: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The schema of a body with at least one of these, which a serializer cannot say of its fields."""
    return {
        "anyOf": [{"type": "object", "properties": properties, "required": [name]} for name in properties]
    }


def add_errors(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's postprocessing hook: adds the `Error` schema, and its responses to every call."""
    _check_version(request)
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = ERROR_SCHEMA
    responses = components.setdefault("responses", {})
    for status, description in ERRORS.items():
        responses[f"Error{status}"] = {
            "description": description,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
    for path, operations in result.get("paths", {}).items():
        if path.startswith(API_PREFIX):
            for method in METHODS & operations.keys():
                _document(operations[method])
    return result


def _document(operation: dict[str, Any]) -> None:
    documented = operation.setdefault("responses", {})
    for status in ERRORS:
        documented.setdefault(status, {"$ref": f"#/components/responses/Error{status}"})


def _check_version(request: Any) -> None:
    """drf-spectacular copies `?version=` into a header of its answer, where a line break or NUL cannot stand."""
    if request is not None and not request.query_params.get("version", "").isprintable():
        raise BadInput("version must be printable text.")
