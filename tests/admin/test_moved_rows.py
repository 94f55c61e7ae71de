"""Rows that changed their app: on a network that ran before, everybody of the staff keeps their rights."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = [("staking", "0002_indexer"), ("ledger", "0008_payout_wallet_usable_at"), ("chain", None)]
MOVED = {
    "chaincursor": "chain",
    "chaincheckpoint": "chain",
    "booking": "ledger",
    "burn": "ledger",
    "sentdeposit": "ledger",
    "treasurytransfer": "ledger",
}


def tables() -> set[str]:
    return {table for table in connection.introspection.table_names() if table.startswith("staking_")}


@pytest.mark.django_db(transaction=True)
def test_rights_and_tables_are_those_of_before():
    tables_now = tables()
    MigrationExecutor(connection).migrate(BEFORE)
    assert tables() == tables_now
    rights = {}
    for model in MOVED:
        kind, _ = ContentType.objects.get_or_create(app_label="staking", model=model)
        rights[model], _ = Permission.objects.get_or_create(
            content_type=kind, codename=f"view_{model}", defaults={"name": f"Can view {model}"}
        )
    ContentType.objects.clear_cache()

    call_command("migrate", verbosity=0)

    assert tables() == tables_now
    for model, app_label in MOVED.items():
        assert apps.get_model(app_label, model)._meta.db_table == f"staking_{model}"
        right = Permission.objects.get(codename=f"view_{model}")  # no second one beside it
        assert (right.pk, right.content_type.app_label) == (rights[model].pk, app_label)
    assert not ContentType.objects.filter(app_label="staking", model__in=MOVED).exists()
