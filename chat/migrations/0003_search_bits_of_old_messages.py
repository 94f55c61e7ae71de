from django.db import migrations

from chat.search.bits import signature

BATCH = 500


def compute(apps, schema_editor):
    """Batch by batch, each row for itself: what a running process has written meanwhile is left alone."""
    message = apps.get_model("chat", "Message")
    after = 0
    while True:
        rows = message.objects.filter(pk__gt=after, search_bits=None).exclude(status="pending")
        batch = list(rows.order_by("pk").only("pk", "content")[:BATCH])
        if not batch:
            return
        for row in batch:
            untouched = message.objects.filter(pk=row.pk, search_bits=None).exclude(status="pending")
            untouched.update(search_bits=signature(row.content))
        after = batch[-1].pk


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("chat", "0002_pins_ratings_search"),
    ]

    operations = [
        migrations.RunPython(compute, migrations.RunPython.noop, elidable=True),
    ]
