"""The rules of the books: triggers and deferred checks, written in SQL."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=[(SQL / "books.sql").read_text("utf-8")], reverse_sql=[(SQL / "books_reverse.sql").read_text("utf-8")]
        ),
    ]
