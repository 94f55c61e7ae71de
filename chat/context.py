"""What of a conversation goes to the model. Pure."""

from collections.abc import Iterable

from workers import jobs

CONTEXT_MESSAGES_MAX = 40
CONTEXT_CHARS_MAX = 24_000


def build_context(*, newest_first: Iterable[tuple[str, str]], content: str) -> jobs.Messages:
    """The messages for a worker: as much of the past as the limits allow, the newest kept, then `content`.

    `newest_first` are (role, text). The result begins with the person and the roles alternate, as the chat
    templates of several models demand: what a person wrote twice in a row (an answer failed) becomes one.
    """
    kept = [("user", content)]
    chars = len(content)
    for role, text in newest_first:
        chars += len(text)
        if len(kept) >= CONTEXT_MESSAGES_MAX or chars > CONTEXT_CHARS_MAX:
            break
        kept.append((role, text))
    turns: jobs.Messages = []
    for role, text in reversed(kept):
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += "\n\n" + text
        elif turns or role == "user":
            turns.append({"role": "user" if role == "user" else "assistant", "content": text})
    return turns
