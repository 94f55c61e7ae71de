"""A new wallet for payouts can be paid a day after it was confirmed. Those of before have waited long enough."""

from django.db import migrations, models

import ashao_site.lib.clock


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_signup_grants")]

    operations = [
        migrations.AddField(
            model_name="payoutwallet",
            name="usable_at",
            field=models.DateTimeField(default=ashao_site.lib.clock.now),
        )
    ]
