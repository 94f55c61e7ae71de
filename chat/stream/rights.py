"""Who may read an answer as it is written, and looking again when that may have ended."""

import time
from typing import Any

import structlog
from django.dispatch import receiver

from ashao_site.accounts.keys.scopes import Scope
from ashao_site.accounts.sessions.loading import load_viewer
from ashao_site.accounts.viewer import Viewer, access_ended
from ashao_site.lib.aio import in_db, run_sync
from ashao_site.lib.clock import now
from ashao_site.lib.db import OUTAGES
from ashao_site.lib.errors import AppError, NotFound, NotSignedIn
from chat.conversation.models import Message, Status
from workers import jobs

LOOK_FIRST_S, LOOK_EVERY_S = 2.0, 60.0
"""How soon, and from then on how often, an open stream looks whether its reader still may read it. A sign-out tells
it at once; this is for one that came while the stream was being opened, or whose telling was lost."""
TELL_TIMEOUT_S = 2.0
STREAMS_CHECKED_MAX = 1_000

log = structlog.get_logger("ashao.stream")


class Right:
    """By what a caller reads an answer. It can end while they read: the session is signed out, the key revoked."""

    def __init__(self, session: str | None, bearer: str | None, job_id: str) -> None:
        self._ask = (session, bearer, job_id)
        self._again_at = time.monotonic() + LOOK_FIRST_S

    def check(self) -> None:
        """Raise unless this caller may read this job's stream now. ORM code."""
        session, bearer, job_id = self._ask
        viewer = load_viewer(session, bearer, Scope.CHAT)
        if viewer == Viewer():
            raise NotSignedIn("Please sign in first.")
        answer = Message.objects.of(viewer).answering(job_id).defer("content").first()
        if answer is None or not answer.is_streamable(now()):
            raise no_stream()

    async def look(self, event: jobs.Event) -> None:
        """Check again, if this event asks for it or the last time is long ago. Raises as `check` does.

        What came of itself may fail for a lost database: the answer goes on. What was asked for may not.
        """
        asked = isinstance(event, jobs.Look)
        if not asked and time.monotonic() < self._again_at:
            return
        self._again_at = time.monotonic() + LOOK_EVERY_S
        try:
            await in_db(self.check)
        except OUTAGES as error:
            log.warning("right_not_checked", error=type(error).__name__)
            if asked:
                raise


def no_stream() -> NotFound:
    return NotFound("There is no such stream, or it is over.")


@receiver(access_ended, dispatch_uid="chat.check_streams")
def check_streams(sender: object, *, viewer: Viewer, **_: Any) -> None:
    """Have whoever reads an answer of this person look whether they still may. One that is over ends by itself."""
    try:
        mine = Message.objects.of(viewer).filter(status=Status.PENDING)
        writing = mine.values_list("job_id", flat=True)[:STREAMS_CHECKED_MAX] if viewer != Viewer() else ()
        job_ids = [job_id for job_id in writing if job_id is not None]
        if job_ids:
            run_sync(jobs.have_readers_look(job_ids), timeout_s=TELL_TIMEOUT_S)
    except (*OUTAGES, AppError, OSError) as error:
        log.warning("streams_not_checked", error=type(error).__name__)
