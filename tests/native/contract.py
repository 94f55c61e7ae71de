"""The worker calls as the server itself has them: the fakes are held to it, so that no fake can invent a field."""

from typing import Any

import jsonschema
from pydantic import ValidationError

from workers.api.bodies import BODIES
from workers.api.schema import ANSWERS, PARTS
from workers.machines.serializers import RegisteredSerializer, RegisterSerializer


def wrong_with_body(call: str, body: dict[str, Any]) -> str | None:
    """What the server would not take, or not read, of what a worker sends."""
    if call == "register":
        serializer = RegisterSerializer(data=body)
        known = set(serializer.fields)
        said = None if serializer.is_valid() else str(serializer.errors)
    else:
        known = set(BODIES[call].model_fields)
        said = _refusal(call, body)
    unknown = set(body) - known
    return said or (f"fields that the server does not read: {sorted(unknown)}" if unknown else None)


def wrong_with_answer(call: str, data: dict[str, Any]) -> str | None:
    """What the server would never answer."""
    if call == "register":
        return None if set(data) == set(RegisteredSerializer().fields) else f"answered {sorted(data)}"
    try:
        jsonschema.validate(data, {**ANSWERS[call], "components": {"schemas": PARTS}})
    except jsonschema.ValidationError as error:
        return error.message
    unknown = set(data) - answer_fields(call, data)
    return f"fields that the server does not send: {sorted(unknown)}" if unknown else None


def answer_fields(call: str, data: dict[str, Any]) -> set[str]:
    """The fields of an answer."""
    if call != "claim":
        return set(ANSWERS[call]["properties"])
    return set(PARTS["Claimed" if data["job"] else "NoJob"]["properties"])


def _refusal(call: str, body: dict[str, Any]) -> str | None:
    try:
        BODIES[call].model_validate(body)
    except ValidationError as error:
        return str(error)
    return None
