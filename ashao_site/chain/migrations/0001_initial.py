"""How far the chain was read: the rows that were `staking`'s. Their tables stay as they are, names too."""

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('staking', '0002_indexer'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='ChainCursor',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('chain_id', models.BigIntegerField(unique=True)),
                        ('genesis_hash', models.CharField(max_length=66)),
                        ('addresses', models.CharField(blank=True, max_length=200)),
                        ('block', models.BigIntegerField()),
                        ('block_hash', models.CharField(max_length=66)),
                        ('block_at', models.DateTimeField()),
                        ('read_at', models.DateTimeField()),
                        ('range_blocks', models.PositiveIntegerField()),
                        ('problem', models.CharField(blank=True, max_length=300)),
                        ('problem_at', models.DateTimeField(blank=True, null=True)),
                        ('alarm', models.CharField(blank=True, max_length=300)),
                        ('alarm_at', models.DateTimeField(blank=True, null=True)),
                        ('recheck', models.BooleanField(default=False)),
                    ],
                    options={
                        'db_table': 'staking_chaincursor',
                    },
                ),
                migrations.CreateModel(
                    name='ChainCheckpoint',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('chain_id', models.BigIntegerField()),
                        ('block', models.BigIntegerField()),
                        ('block_hash', models.CharField(max_length=66)),
                    ],
                    options={
                        'db_table': 'staking_chaincheckpoint',
                        'constraints': [models.UniqueConstraint(fields=('chain_id', 'block'), name='chain_checkpoint_once')],
                    },
                ),
            ],
        ),
    ]
