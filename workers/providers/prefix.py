"""Continuing an answer that someone else began, by a chat model. Pure."""

from collections.abc import Sequence

from workers.native.ashao_worker.continuation import CONTINUE
from workers.providers.base import Message


def with_prefix(messages: Sequence[Message], prefix: str) -> list[Message]:
    """The conversation to send so that a chat model goes on from `prefix`; as it is where there is none.

    The last turn is the instruction, as a user's: a conversation that ends in the model's own turn is
    refused by some servers and answered with a fresh start by others.
    """
    if not prefix:
        return list(messages)
    return [*messages, Message(role="assistant", content=prefix), Message(role="user", content=CONTINUE)]
