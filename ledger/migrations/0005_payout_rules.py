"""The rules of payouts: triggers, written in SQL."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_relayer_and_evidence")]

    operations = [
        migrations.RunSQL(
            sql=[(SQL / "payouts.sql").read_text("utf-8")],
            reverse_sql=[(SQL / "payouts_reverse.sql").read_text("utf-8")],
        ),
    ]
