"""What an API key may do. Keys that were made before may go on doing what they could: they get every scope."""

import django.contrib.postgres.fields
from django.db import migrations, models

import ashao_site.accounts.keys.models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_sign_ins_of_before")]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=10),
                default=ashao_site.accounts.keys.models.all_scopes,
                editable=False,
                size=None,
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("scopes__contained_by", ["worker", "chat", "read"]),
                    models.Q(("scopes", []), _negated=True),
                ),
                name="api_key_has_known_scopes",
            ),
        ),
    ]
