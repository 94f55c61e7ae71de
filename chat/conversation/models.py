"""Conversations and their messages: a person's own, theirs to delete, and shown to nobody else."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from ashao_site.accounts.viewer import Viewer
from ashao_site.lib.clock import milliseconds, now
from ashao_site.lib.errors import NotFound
from ashao_site.lib.text import is_id, new_id
from workers import jobs

ID_MAX_CHARS = 40
TITLE_MAX_CHARS = 80
MESSAGE_MAX_CHARS = 8_000


def new_conversation_id() -> str:
    """A new public id of a conversation."""
    return new_id("conv")


def new_message_id() -> str:
    """A new public id of a message."""
    return new_id("msg")


def owner_filter(viewer: Viewer, prefix: str = "") -> Q:
    """What selects the rows that belong to this person; nothing at all for nobody."""
    if viewer.user_id is not None:
        return Q(**{f"{prefix}user_id": viewer.user_id})
    if viewer.guest_id:
        return Q(**{f"{prefix}guest_id": viewer.guest_id})
    return Q(pk__in=[])


def no_conversation() -> NotFound:
    """What is said of a conversation that is not there, or somebody else's."""
    return NotFound("There is no such conversation.")


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def of(self, viewer: Viewer) -> Self:
        """The conversations of this person."""
        return self.filter(owner_filter(viewer))

    def named(self, public_id: str) -> Self:
        """The one with this id; none for what has not the shape of an id."""
        return self.filter(public_id=public_id) if is_id(public_id, "conv") else self.none()

    def get_own(self, viewer: Viewer, public_id: str) -> "Conversation":
        """The one of this person's with this id. Raises `NotFound`."""
        row = self.of(viewer).named(public_id).first()
        if row is None:
            raise no_conversation()
        return row

    def pinned_first(self) -> Self:
        """The pinned ones, then the others, each by their last change: the order of the list."""
        return self.order_by("-pinned", "-updated_at", "-public_id")

    def newest_first(self) -> Self:
        """By their last change, in an order that pages can be cut from."""
        return self.order_by("-updated_at", "-public_id")


class Conversation(models.Model):
    """A chat of a signed-in person, or of a guest's session."""

    public_id = models.CharField(
        max_length=ID_MAX_CHARS, unique=True, default=new_conversation_id, editable=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="conversations"
    )
    guest_id = models.CharField(max_length=ID_MAX_CHARS, blank=True)
    title = models.CharField(max_length=TITLE_MAX_CHARS)
    pinned = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = models.DateTimeField(default=now, editable=False)
    head = models.ForeignKey("Message", models.DO_NOTHING, null=True, related_name="+", editable=False)
    """The last message of the path that is shown. Messages go with their conversation only: see `Message.parent`."""

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="conversation_has_one_owner",
                condition=Q(user__isnull=False, guest_id="") | (Q(user__isnull=True) & ~Q(guest_id="")),
            )
        ]
        indexes = [
            models.Index(fields=["user", "-updated_at"], name="conversation_by_user"),
            models.Index(fields=["user", "-pinned", "-updated_at"], name="conversation_in_list"),
            models.Index(
                fields=["guest_id", "-updated_at"], condition=~Q(guest_id=""), name="conversation_by_guest"
            ),
            models.Index(fields=["updated_at"], condition=~Q(guest_id=""), name="conversation_of_guests"),
        ]

    def __str__(self) -> str:
        return self.public_id


class Role(models.TextChoices):
    USER = "user"
    ASSISTANT = "assistant"


class Status(models.TextChoices):
    """How a message stands. An answer is pending until its job ends; what a person wrote is done."""

    PENDING = "pending"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


RATINGS = (-1, 0, 1)
READABLE = (Status.DONE, Status.STOPPED)
"""What is part of the conversation from then on: an answer that failed is not."""


class MessageQuerySet(models.QuerySet["Message"]):
    def of(self, viewer: Viewer) -> Self:
        """The messages in this person's conversations."""
        return self.filter(owner_filter(viewer, "conversation__"))

    def shown(self) -> Self:
        """Without what only a search needs."""
        return self.defer("search_bits")

    def named(self, public_id: str) -> Self:
        """The one with this id; none for what has not the shape of an id."""
        return self.filter(public_id=public_id) if is_id(public_id, "msg") else self.none()

    def answering(self, job_id: str) -> Self:
        """The answer that this job produces; none for what has not the shape of an id."""
        return self.filter(job_id=job_id) if is_id(job_id, "job") else self.none()


class Message(models.Model):
    """What a person wrote, or an answer to it: then `job_id` names the job that produces it."""

    public_id = models.CharField(max_length=ID_MAX_CHARS, unique=True, default=new_message_id, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    parent = models.ForeignKey("self", models.DO_NOTHING, null=True, related_name="children", editable=False)
    """What it comes after; null for a first question. Messages with the same one are versions of each other.

    A message is deleted with its whole conversation only. So Django has nothing to do for those after it, and need
    not read them all to delete them; that nothing points at what is gone, PostgreSQL checks at the commit.
    """
    role = models.CharField(max_length=9, choices=Role)
    content = models.TextField(blank=True)
    status = models.CharField(max_length=7, choices=Status, default=Status.DONE)
    job_id = models.CharField(max_length=ID_MAX_CHARS, null=True, blank=True, unique=True)
    tier = models.CharField(max_length=8, blank=True, choices=[(str(t), str(t)) for t in jobs.Tier])
    tokens = models.PositiveIntegerField(default=0)
    finish = models.CharField(max_length=8, blank=True, choices=[(str(f), str(f)) for f in jobs.Finish])
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)
    as_guest = models.BooleanField(default=False, db_default=False)
    """An answer that was asked for without signing in, and cost nothing: its conversation may be a person's by now."""
    rating = models.SmallIntegerField(default=0, db_default=0)
    """What the person says of an answer: 1 good, -1 bad, 0 nothing."""
    search_bits = models.BinaryField(null=True, blank=True)
    """What `chat.search.bits` makes of the text; null where that was not done: then the text itself is searched."""

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="message_rating_known", condition=Q(rating__in=RATINGS)),
            models.CheckConstraint(
                name="message_job_is_of_an_answer", condition=Q(job_id__isnull=True) | Q(role=Role.ASSISTANT)
            ),
            models.CheckConstraint(
                name="message_after_its_parent",
                condition=Q(parent__isnull=True) | Q(parent__lt=models.F("id")),
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "id"], name="message_in_order"),
            models.Index(fields=["conversation"], condition=Q(status=Status.PENDING), name="message_pending"),
        ]

    def __str__(self) -> str:
        return self.public_id

    def is_streamable(self, at: datetime) -> bool:
        """Whether its stream can still be read, or replayed, at that time."""
        return self.finished_at is None or at - self.finished_at <= milliseconds(settings.STREAM_TTL_MS)
