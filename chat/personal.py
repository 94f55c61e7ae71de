"""What is held here of a person who writes: handed in for the file of all that is held of them, and forgotten."""

from ashao_site.accounts.models import User
from ashao_site.accounts.session import Viewer
from ashao_site.lib.aio import run_sync
from ashao_site.lib.pieces import Pieces
from chat.actions_history import delete_locked
from chat.export import whole_history
from chat.models import Conversation, Message, Status
from workers import jobs


def exported(user: User) -> dict[str, Pieces]:
    """All conversations, as the chat's own export has them."""
    return whole_history(viewer=Viewer(user_id=user.pk))


def stop_answers(user: User) -> None:
    """Stop the answers that are being written to this person. Not inside a transaction."""
    live = Message.objects.of(Viewer(user_id=user.pk)).filter(status=Status.PENDING, job_id__isnull=False)
    for job_id in list(live.values_list("job_id", flat=True)):
        run_sync(jobs.stop(str(job_id)))


def forget(user: User) -> None:
    """Delete the person's conversations."""
    delete_locked(Conversation.objects.of(Viewer(user_id=user.pk)))
