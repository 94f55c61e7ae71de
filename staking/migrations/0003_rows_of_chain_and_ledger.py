"""Six kinds of rows are the chain's and the ledger's now. Nothing moves but what staff's rights are called by.

A right is a row that names its kind of row by app: it goes along, so that nobody loses one.
"""

from django.db import migrations

MOVED = {
    'chaincursor': 'chain',
    'chaincheckpoint': 'chain',
    'booking': 'ledger',
    'burn': 'ledger',
    'sentdeposit': 'ledger',
    'treasurytransfer': 'ledger',
}


def rename(apps, schema_editor):
    kinds = apps.get_model('contenttypes', 'ContentType').objects
    for model, app_label in MOVED.items():
        kinds.filter(app_label='staking', model=model).update(app_label=app_label)


def rename_back(apps, schema_editor):
    kinds = apps.get_model('contenttypes', 'ContentType').objects
    for model, app_label in MOVED.items():
        kinds.filter(app_label=app_label, model=model).update(app_label='staking')


class Migration(migrations.Migration):

    dependencies = [
        ('staking', '0002_indexer'),
        ('chain', '0001_initial'),
        ('ledger', '0009_treasury_and_deposits'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name='Booking'),
                migrations.DeleteModel(name='Burn'),
                migrations.DeleteModel(name='ChainCheckpoint'),
                migrations.DeleteModel(name='ChainCursor'),
                migrations.DeleteModel(name='SentDeposit'),
                migrations.DeleteModel(name='TreasuryTransfer'),
            ],
        ),
        migrations.RunPython(rename, rename_back),
    ]
