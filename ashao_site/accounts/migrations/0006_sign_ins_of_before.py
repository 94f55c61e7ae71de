from datetime import timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import migrations
from django.utils import timezone

AT_ONCE = 1_000


def note_sessions(apps, schema_editor):
    """Who was signed in before can sign out there, too. When that was, follows from when the session will end."""
    user_model, sign_in = apps.get_model("accounts", "User"), apps.get_model("accounts", "SignIn")
    age = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    rows = []
    for session in apps.get_model("sessions", "Session").objects.filter(expire_date__gt=timezone.now()).iterator():
        said = SessionStore().decode(session.session_data).get(SESSION_KEY)
        user_id = int(said) if isinstance(said, str) and said.isdecimal() else None
        if user_id is not None and user_model.objects.filter(pk=user_id).exists():
            at = session.expire_date - age
            rows.append(sign_in(user_id=user_id, session_id=session.pk, created_at=at, last_used_at=at))
    sign_in.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_sign_ins'),
        ('sessions', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(note_sessions, migrations.RunPython.noop),
    ]
