"""Jobs that had ended before their tags were cleared at the end lose them with the release."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.workers.support import ask, job_row, person
from workers.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)

TAG, LOST = "a" * 32, ["b" * 32]


def test_the_tags_of_ended_jobs_go_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    migration = import_module("workers.migrations.0011_no_tags_of_ended_jobs")
    monkeypatch.setattr(migration, "BATCH", 2)
    alice = person("alice", credits=100)
    ids = [ask(alice) for _ in range(7)]
    Job.objects.update(avoid=TAG, lost_by=LOST)
    ended = {ids[0]: "done", ids[1]: "failed", ids[4]: "done", ids[6]: "failed"}
    for job_id, state in ended.items():
        Job.objects.filter(public_id=job_id).update(state=state)
    Job.objects.filter(public_id=ids[4]).update(avoid="")
    Job.objects.filter(public_id=ids[6]).update(lost_by=[])
    with connection.schema_editor(atomic=False) as editor, CaptureQueriesContext(connection) as queries:
        migration.forget_owners(apps, editor)
        migration.forget_owners(apps, editor)
    for job_id in ids:
        job = job_row(job_id)
        assert (job.avoid, job.lost_by) == (("", []) if job_id in ended else (TAG, LOST)), job.state
    updates = [query["sql"] for query in queries.captured_queries if query["sql"].startswith("UPDATE")]
    assert len(updates) >= 8
    assert not any("BEGIN" in query["sql"] for query in queries.captured_queries)
    assert migration.Migration.atomic is False
