"""Where sessions are kept (`SESSION_ENGINE`): Django's table; and what is noted of a sign-in outlives a new key.

Nobody who is not signed in has a session for as long as a sign-in lasts: see `keep_visitor`.
"""

from datetime import datetime, timedelta

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase

from ashao_site.accounts.sessions.sign_ins import move_sign_in, sign_in_of_session
from ashao_site.lib.clock import now

VISITOR_UNTIL_KEY = "visitor_until"
SPAN_PARTS = 8
"""A visitor's session is kept by one such part of its span longer than asked."""


class SessionStore(db.SessionStore):
    """Django's own, by this name too: it is part of what signs a session's data."""

    def cycle_key(self) -> None:
        """Give the session another key: somebody signed in, changed their password, or entered their second factor.

        Its old row goes, and the sign-in with it: without this the session would be one that nobody can end. A
        visitor's session becomes one that lasts as sign-ins do.
        """
        noted = sign_in_of_session(self.session_key)
        if self.pop(VISITOR_UNTIL_KEY, None) is not None:
            self.set_expiry(None)
        super().cycle_key()
        if noted is not None and self.session_key is not None:
            move_sign_in(noted, session_key=self.session_key)


def keep_visitor(session: SessionBase, span: timedelta) -> None:
    """Keep the session of somebody who is not signed in for this long from now, or for as long as it would be anyway.

    It is kept a little longer than asked, so that who calls often does not have it written each time.
    """
    at = now()
    known = session.get(VISITOR_UNTIL_KEY)
    if isinstance(known, str) and datetime.fromisoformat(known) >= at + span:
        return
    until = at + span + span / SPAN_PARTS
    session[VISITOR_UNTIL_KEY] = until.isoformat()
    session.set_expiry(until)
