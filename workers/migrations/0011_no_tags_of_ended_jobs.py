from django.db import migrations
from django.db.models import Max, Q

BATCH = 5_000


def forget_owners(apps, schema_editor):
    """Who asked and who lost it is of no use once a job has ended. A range of keys at a time, each statement for itself."""
    job = apps.get_model("workers", "Job")
    newest = job.objects.aggregate(pk=Max("pk"))["pk"] or 0
    for first in range(0, newest + 1, BATCH):
        ended = job.objects.filter(pk__gte=first, pk__lt=first + BATCH, state__in=["done", "failed"])
        ended.exclude(Q(avoid="") & Q(lost_by=[])).update(avoid="", lost_by=[])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("workers", "0010_context_tokens"),
    ]

    operations = [
        migrations.RunPython(forget_owners, migrations.RunPython.noop, elidable=True),
    ]
