"""OpenAPI for the calls that Django never sees: their bodies' schemas come from the models that check them."""

from typing import Any

from pydantic.json_schema import models_json_schema

from workers.api.bodies import BODIES
from workers.jobs import Tier

_REF = "#/components/schemas/"
_TIER = {"type": "string", "enum": [str(tier) for tier in Tier]}
_OK = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
_MESSAGE = {
    "type": "object",
    "properties": {
        "role": {"type": "string", "enum": ["system", "user", "assistant"]},
        "content": {"type": "string"},
    },
    "required": ["role", "content"],
}
_JOB = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "tier": _TIER,
        "model": {"type": "string"},
        "value": {"type": "integer", "description": "The job's value in µUSDC."},
    },
    "required": ["id", "tier", "model", "value"],
}
_LEASE = {
    "type": "object",
    "properties": {"token": {"type": "string"}, "ms": {"type": "integer"}},
    "required": ["token", "ms"],
}
_CLAIMED = {
    "type": "object",
    "description": "A job, for as long as its lease runs.",
    "properties": {
        "job": {"$ref": f"{_REF}ClaimedJob"},
        "messages": {"type": "array", "items": {"$ref": f"{_REF}PromptMessage"}},
        "prefix": {"type": "string", "description": "Text of the answer that exists: continue after it."},
        "lease": {"$ref": f"{_REF}Lease"},
    },
    "required": ["job", "messages", "prefix", "lease"],
}
_NO_JOB = {
    "type": "object",
    "description": "No job, and why there is none.",
    "properties": {
        "job": {"type": "null"},
        "reason": {"type": "string", "enum": ["no_job", "no_job_for_you", "too_many_jobs", "paused"]},
    },
    "required": ["job", "reason"],
}
ANSWERS: dict[str, dict[str, Any]] = {
    "claim": {"oneOf": [{"$ref": f"{_REF}Claimed"}, {"$ref": f"{_REF}NoJob"}]},
    "token": {
        "type": "object",
        "properties": {"ok": {"type": "boolean"}, "stop": {"type": "boolean"}},
        "required": ["ok", "stop"],
    },
    "complete": {
        "type": "object",
        "properties": {"earned": {"type": "integer", "description": "µUSDC."}},
        "required": ["earned"],
    },
    "fail": _OK,
    "heartbeat": {
        "type": "object",
        "properties": {
            "ok": {"type": "boolean"},
            "workerId": {"type": "string"},
            "model": {"type": "string"},
            "tiers": {"type": "array", "items": _TIER},
            "jobs": {"type": "array", "items": {"type": "string"}, "description": "The jobs that it holds."},
            "stop": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Jobs that the person has stopped: stop the model, then call complete.",
            },
            "paused": {"type": "boolean", "description": "Whether its owner wants it to take no more jobs."},
        },
        "required": ["ok", "workerId", "model", "tiers", "jobs", "stop", "paused"],
    },
    "release": _OK,
}
PARTS = {
    "PromptMessage": _MESSAGE,
    "ClaimedJob": _JOB,
    "Lease": _LEASE,
    "Claimed": _CLAIMED,
    "NoJob": _NO_JOB,
}
"""What the answers are made of."""
SUMMARIES = {
    "claim": "Wait for a job and claim it (long poll).",
    "token": "Add one numbered chunk of the answer, or of the reasoning before it; renews the lease.",
    "complete": "End the answer and be paid. Repeating it returns the same.",
    "fail": "Give the job up: it goes to the next producer.",
    "heartbeat": "A sign of life; renews the leases of the jobs that are held.",
    "release": "Goodbye: what is held is handed on at once.",
}


def add_worker_calls(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's postprocessing hook: adds the worker calls and their schemas."""
    _, bodies = models_json_schema(
        [(model, "validation") for model in BODIES.values()], ref_template=f"{_REF}{{model}}"
    )
    components = result.setdefault("components", {})
    components.setdefault("schemas", {}).update({**bodies["$defs"], **PARTS})
    components.setdefault("securitySchemes", {})["workerToken"] = {
        "type": "http",
        "scheme": "bearer",
        "description": "A worker token, wt_…, from /api/worker/register.",
    }
    for name, model in BODIES.items():
        components["schemas"][_answer(name)] = ANSWERS[name]
        result["paths"][f"/api/worker/{name}"] = {"post": _operation(name, model.__name__)}
    return result


def _answer(name: str) -> str:
    return f"{name.capitalize()}Answer"


def _operation(name: str, model: str) -> dict[str, Any]:
    return {
        "operationId": f"worker_{name}",
        "summary": SUMMARIES[name],
        "tags": ["worker"],
        "security": [{"workerToken": []}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"{_REF}{model}"}}},
        },
        "responses": {
            "200": {
                "description": "",
                "content": {"application/json": {"schema": {"$ref": f"{_REF}{_answer(name)}"}}},
            },
        },
    }
