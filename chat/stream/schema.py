"""OpenAPI for the stream, which Django never sees."""

from typing import Any

from chat.stream.sse import EVENT_ID

_EVENTS = (
    "Server-sent events. Each has an `id:` and one `data:` line of JSON: "
    '`{"type":"token","value":"…"}`, at last `{"type":"done","tokens":n,"finish":"stop|length|stopped"}` '
    'or `{"type":"error","message":"…"}`. A `{"type":"reset"}` says: forget what came, the answer is told anew. A '
    "comment fills every 15 s of silence. Who asks with `reasoning=1` is also "
    'told what a model thinks before it answers, as it comes: `{"type":"reasoning","value":"…"}`. That is no part of '
    "the answer, and not told again."
)
_STREAM: dict[str, Any] = {
    "operationId": "chat_stream",
    "summary": "The answer of a job, as it is written.",
    "tags": ["chat"],
    "security": [{"apiKey": ["chat"]}, {"session": []}],
    "parameters": [
        {"name": "jobId", "in": "query", "required": True, "schema": {"type": "string", "minLength": 1}},
        {
            "name": "lastEventId",
            "in": "query",
            "description": "Go on after this event; a `Last-Event-ID` header comes before it.",
            "schema": {"type": "string", "pattern": f"^{EVENT_ID}$"},
        },
        {
            "name": "reasoning",
            "in": "query",
            "description": "`1`: also events of the type `reasoning`.",
            "schema": {"type": "string", "enum": ["0", "1"]},
        },
    ],
    "responses": {
        "200": {
            "description": _EVENTS,
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        "204": {"description": "`lastEventId` was the last event: there is nothing more."},
    },
}


def add_chat(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's postprocessing hook: adds `GET /api/chat/stream`; a PATCH needs its body."""
    paths = result.setdefault("paths", {})
    paths["/api/chat/stream"] = {"get": _STREAM}
    for operations in paths.values():
        if "requestBody" in operations.get("patch", {}):
            operations["patch"]["requestBody"]["required"] = True
    return result
