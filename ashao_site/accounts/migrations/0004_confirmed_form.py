from django.db import migrations, models

import ashao_site.lib.clock


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0003_audit_is_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConfirmedForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(unique=True)),
                ("at", models.DateTimeField(db_index=True, default=ashao_site.lib.clock.now)),
            ],
        ),
    ]
