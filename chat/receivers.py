"""What the chat does when the layers below have news."""

from typing import Any

from django.dispatch import receiver

from ashao_site.accounts.session import Viewer
from ashao_site.accounts.signals import access_ended, guest_signed_in
from chat import actions_answers
from chat.coming_along import take_along
from chat.news import check_pages, check_streams
from workers import jobs


@receiver(guest_signed_in, dispatch_uid="chat.take_along")
def take_guests_conversations(sender: object, *, user_id: int, guest_id: str, **_: Any) -> None:
    """What was written as a guest is kept, and is the person's."""
    take_along(user_id=user_id, guest_id=guest_id)


@receiver(access_ended, dispatch_uid="chat.check_what_is_open")
def check_what_is_open(sender: object, *, viewer: Viewer, **_: Any) -> None:
    """A page in a session that was ended, or an answer read with a key that was revoked, hears no more."""
    if viewer.user_id is not None:
        check_pages(user_id=viewer.user_id)
    check_streams(viewer=viewer)


@receiver(jobs.job_finished, dispatch_uid="chat.save_answer")
def save_answer(sender: object, *, outcome: jobs.Outcome, **_: Any) -> None:
    """The answer becomes part of the conversation, in the transaction that ends its job."""
    actions_answers.finish_answer(outcome=outcome)
