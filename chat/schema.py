"""OpenAPI for the stream, which Django never sees."""

from typing import Any

EVENT = {
    "description": "One `data:` line. `token` until the answer ends with `done` or `error`.",
    "oneOf": [
        {
            "type": "object",
            "properties": {"type": {"const": "token"}, "value": {"type": "string"}},
            "required": ["type", "value"],
        },
        {
            "type": "object",
            "properties": {
                "type": {"const": "done"},
                "tokens": {"type": "integer"},
                "finish": {"type": "string", "enum": ["stop", "length", "stopped"]},
            },
            "required": ["type", "tokens", "finish"],
        },
        {
            "type": "object",
            "properties": {"type": {"const": "error"}, "message": {"type": "string"}},
            "required": ["type", "message"],
        },
    ],
}
POSITION = {"type": "string", "pattern": "^(end-)?[0-9]{1,9}$"}


def add_stream(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's postprocessing hook: adds the stream and the shape of its events."""
    result.setdefault("components", {}).setdefault("schemas", {})["StreamEvent"] = EVENT
    result["paths"]["/api/chat/stream"] = {"get": _operation()}
    return result


def _operation() -> dict[str, Any]:
    return {
        "operationId": "chat_stream",
        "summary": "An answer as it is written: server-sent events, each with an id to resume after.",
        "description": "A comment comes every 15 seconds when nothing else does.",
        "tags": ["chat"],
        "security": [{"apiKey": []}, {"session": []}],
        "parameters": [
            {"name": "jobId", "in": "query", "required": True, "schema": {"type": "string"}},
            {"name": "lastEventId", "in": "query", "schema": POSITION},
            {
                "name": "Last-Event-ID",
                "in": "header",
                "description": "The id of the last event that was read. It goes before `lastEventId`.",
                "schema": POSITION,
            },
        ],
        "responses": {
            "200": {
                "description": "The events. Only for whoever sent the job.",
                "content": {"text/event-stream": {"schema": {"$ref": "#/components/schemas/StreamEvent"}}},
            },
            "204": {"description": "The reader has all of it already."},
        },
    }
