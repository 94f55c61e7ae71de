from django.db import migrations, models


class Migration(migrations.Migration):
    """First grants get a row each; those of before are found by their key."""

    dependencies = [
        ("ledger", "0006_payout_search_and_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignupGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user_id", models.BigIntegerField(unique=True)),
                ("state", models.CharField(choices=[("waiting", "Waiting"), ("given", "Given"), ("kept", "Kept"), ("returned", "Returned")], default="waiting", max_length=8)),
                ("reason", models.CharField(blank=True, choices=[("", "None"), ("address", "Address"), ("day", "Day"), ("budget", "Budget")], default="", max_length=8)),
                ("given_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("state", "given")), fields=["given_at"], name="signup_grant_given")],
            },
        ),
        migrations.CreateModel(
            name="GrantDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("given_micros", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.RunSQL(
            """
            INSERT INTO ledger_signupgrant (user_id, state, reason, given_at)
            SELECT split_part(key, ':', 3)::bigint, 'given', '', created_at FROM ledger_transfer
            WHERE kind = 'grant' AND key ~ '^grant:signup:[0-9]{1,18}$'
            """,
            migrations.RunSQL.noop,
        ),
    ]
