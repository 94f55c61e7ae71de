from django.db import migrations, models


class Migration(migrations.Migration):
    """The last day on which somebody was here; for those of before, as far as it is known."""

    dependencies = [("accounts", "0008_recovery_codes")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="last_seen_on",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.RunSQL(
            """
            UPDATE accounts_user u SET last_seen_on = greatest(
                (u.last_login AT TIME ZONE 'UTC')::date,
                (SELECT (max(s.last_used_at) AT TIME ZONE 'UTC')::date FROM accounts_signin s WHERE s.user_id = u.id)
            ) WHERE u.last_login IS NOT NULL
            """,
            migrations.RunSQL.noop,
        ),
    ]
