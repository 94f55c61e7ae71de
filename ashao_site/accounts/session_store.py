"""Where sessions are kept (`SESSION_ENGINE`): Django's table; and what is noted of a sign-in outlives a new key."""

from django.contrib.sessions.backends import db

from ashao_site.accounts.sign_ins import move_sign_in, sign_in_of_session


class SessionStore(db.SessionStore):
    """Django's own, by this name too: it is part of what signs a session's data."""

    def cycle_key(self) -> None:
        """Give the session another key: a staff member changed their password, or entered their second factor.

        Its old row goes, and the sign-in with it: without this the session would be one that nobody can end.
        """
        noted = sign_in_of_session(self.session_key)
        super().cycle_key()
        if noted is not None and self.session_key is not None:
            move_sign_in(noted, session_key=self.session_key)
