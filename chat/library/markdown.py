"""How a conversation is written in Markdown."""

from datetime import UTC

from ashao_site.lib.pieces import Json
from chat.conversation.models import Conversation, Role, Status
from workers import jobs

BETWEEN = "\n---\n\n"
_SERVED_BY = {
    "browser": "by a volunteer's browser",
    "native": "by a volunteer's machine",
    "cloud": "by the cloud",
}
_ENDED = {
    Status.PENDING: "*This answer is still being written.*",
    Status.STOPPED: "*You stopped this answer.*",
    Status.FAILED: "*This answer failed, and was not charged.*",
}


def heading(row: Conversation) -> str:
    """The title and when it was begun."""
    title = " ".join(row.title.split())
    begun = row.created_at.astimezone(UTC)
    return f"# {title}\n\n*Begun on {begun:%Y-%m-%d at %H:%M} UTC, with ashao.*\n"


def message(row: Json) -> str:
    """A message as the API tells it: who says it, the text as it is, how it ended, the receipt."""
    who = "You" if row["role"] == Role.USER else "ashao"
    parts = [f"## {who}", row["content"].strip("\n"), _ENDED.get(row["status"], ""), _receipt(row)]
    return "\n" + "\n\n".join(part for part in parts if part) + "\n"


def _receipt(row: Json) -> str:
    receipt = row["receipt"]
    if receipt is None:
        return ""
    facts = [
        jobs.TIER_NAME[jobs.Tier(row["tier"])] if row["tier"] else "",
        "simulated" if receipt["simulated"] else f"served {_SERVED_BY[receipt['servedBy']]}",
        _plain(receipt["model"]),
        f"{receipt['tokens']} token" + ("s" if receipt["tokens"] != 1 else ""),
        f"{receipt['seconds']} s",
        f"{receipt['credits']} credits",
        "handed over on the way" if receipt["handedOver"] else "",
    ]
    return "> " + " · ".join(fact for fact in facts if fact)


def _plain(text: str) -> str:
    """Text that a worker has chosen, as code, in which nothing means anything."""
    return "`" + text.replace("`", "'") + "`"
