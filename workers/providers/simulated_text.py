"""Composes the simulated provider's answers: the same messages always give the same text. Pure."""

import re
import zlib
from collections.abc import Sequence

from workers.providers.base import Message
from workers.providers.simulated_story import LONG
from workers.providers.simulated_topics import (
    CODE,
    HELP,
    LIST,
    OPENINGS,
    SMALL_TALK,
    TABLE,
    TOPICS,
    Topic,
    unwrap,
)

MAX_QUOTE_CHARS = 120

_FORMS = (  # how the answer should look; it wins over what the question is about
    (
        re.compile(
            r"\blong(?:er)?\b(?! (?:do|does|did|will|is|until|ago))"
            r"|\b(?:story|stories|essay|\d{3,} words)\b",
            re.IGNORECASE,
        ),
        unwrap(LONG),
    ),
    (re.compile(r"\b(?:table|spreadsheet|columns?)\b", re.IGNORECASE), TABLE),
    (
        re.compile(r"\b(?:code|python|javascript|typescript|script|snippet|curl)\b", re.IGNORECASE),
        CODE,
    ),
    (re.compile(r"\b(?:lists?|bullets?|enumerate)\b", re.IGNORECASE), LIST),
)
_HELP = re.compile(r"^\W*help\b|\bwhat can (?:you|i)\b|\bwhat (?:do|should) i ask\b", re.IGNORECASE)
_FOLLOW_UP = re.compile(
    r"^\W*(?:and|but|so|also|then|why|how so|more|go on|continue|really|what about (?:it|that|this)"
    r"|tell me more|explain|elaborate|what do you mean|what else|are you sure)\b",
    re.IGNORECASE,
)
_ASKS_BACK = re.compile(
    r"\bwhat did i (?:just )?(?:ask|say|write)|my (?:last|previous) (?:question|message)", re.I
)
_MARKUP = re.compile(r"[`*_\[\]<>#|\\~]+")


def compose(messages: Sequence[Message]) -> str:
    """The whole answer to a conversation, in Markdown. Its first sentence says that it is simulated."""
    asked = [message["content"] for message in messages if message["role"] == "user"]
    question = asked[-1] if asked else ""
    previous = asked[-2] if len(asked) > 1 else ""
    opening = OPENINGS[zlib.crc32(question.encode("utf-8", "replace")) % len(OPENINGS)]
    return f"{opening}\n\n{_body(question, previous)}"


def quote(text: str) -> str:
    """A person's words on one line, without markup and not too many of them."""
    plain = " ".join(_MARKUP.sub(" ", text).split())
    if len(plain) > MAX_QUOTE_CHARS:
        plain = plain[:MAX_QUOTE_CHARS].rsplit(" ", 1)[0].rstrip(",;:.") + " …"
    return f"“{plain}”"


def _body(question: str, previous: str) -> str:
    if not quote(question).strip("“”"):
        return "Your message has no words that I could answer.\n\n" + HELP
    if _ASKS_BACK.search(question):
        return _asked_back(previous)
    for pattern, text in _FORMS:
        if pattern.search(question):
            return f"You wrote {quote(question)}, so this is what you get.\n\n{text}"
    if _HELP.search(question):
        return HELP
    if reply := _small_talk(question):
        return reply
    return _on_a_topic(question, previous)


def _on_a_topic(question: str, previous: str) -> str:
    topic = _topic_of(question)
    if topic is not None:
        return f"You asked: {quote(question)}\n\n{topic.text}"
    if previous and _FOLLOW_UP.search(question):
        return _follow_up(question, previous)
    return _unknown(question, previous)


def _asked_back(previous: str) -> str:
    if not previous:
        return "This is the first message of our conversation, so there is none before it to look back on."
    return (
        f"Before this, you wrote: {quote(previous)}\n\nThe network sends the whole conversation along with "
        "each job, which is how a worker that has never heard of you can still keep the thread."
    )


def _follow_up(question: str, previous: str) -> str:
    start = f"You come back to what you wrote before, {quote(previous)}, and ask {quote(question)}"
    topic = _topic_of(previous)
    if topic is None:
        return f"{start}\n\nI have no prepared text on that, but I do on a few other things.\n\n{HELP}"
    more = f"Then one more thing about {topic.name}. {topic.more}"
    return f"{start}\n\n{more}\n\nThe essentials again:\n\n{topic.text}"


def _unknown(question: str, previous: str) -> str:
    thread = f" Before that it was {quote(previous)}, which I remember." if previous else ""
    return (
        f"You asked: {quote(question)}{thread}\n\n"
        "A model would now think about it. I can't: there is no prepared text of mine on this. What you can "
        "see all the same is the way it took. Your message was priced, queued, claimed and is being answered "
        "piece by piece, exactly as it will be when a worker or a cloud provider is connected.\n\n" + HELP
    )


def _small_talk(question: str) -> str | None:
    return next((reply for pattern, reply in SMALL_TALK if pattern.search(question)), None)


def _topic_of(question: str) -> Topic | None:
    return next((topic for topic in TOPICS if topic.pattern.search(question)), None)
