"""What moves the treasury's USDC: rows that were `staking`'s. Their tables stay as they are, names too."""

import ashao_site.chain.wei
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0008_payout_wallet_usable_at'),
        ('staking', '0002_indexer'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Booking',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('buyback', 'Buyback'), ('cloud', 'Cloud'), ('refund', 'Refund')], max_length=8)),
                        ('chain_id', models.BigIntegerField()),
                        ('tx_hash', models.CharField(max_length=66)),
                        ('amount_micros', models.BigIntegerField()),
                        ('burn_tx_hash', models.CharField(blank=True, max_length=66)),
                        ('burned_wei', ashao_site.chain.wei.WeiField(default=0)),
                        ('staff_id', models.BigIntegerField()),
                        ('note', models.CharField(blank=True, max_length=500)),
                        ('ledger_key', models.CharField(max_length=200, unique=True)),
                        ('booked_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'db_table': 'staking_booking',
                        'ordering': ['-id'],
                        'constraints': [models.UniqueConstraint(fields=('chain_id', 'tx_hash'), name='booking_once'), models.UniqueConstraint(condition=models.Q(('burn_tx_hash', ''), _negated=True), fields=('chain_id', 'burn_tx_hash'), name='booking_burn_once'), models.CheckConstraint(condition=models.Q(('amount_micros__gt', 0)), name='booking_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='Burn',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('chain_id', models.BigIntegerField()),
                        ('tx_hash', models.CharField(max_length=66)),
                        ('log_index', models.PositiveIntegerField()),
                        ('block', models.BigIntegerField()),
                        ('block_at', models.DateTimeField()),
                        ('wallet', models.CharField(max_length=42)),
                        ('amount_wei', ashao_site.chain.wei.WeiField()),
                    ],
                    options={
                        'db_table': 'staking_burn',
                        'ordering': ['-block', '-log_index'],
                        'constraints': [models.UniqueConstraint(fields=('chain_id', 'tx_hash', 'log_index'), name='burn_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SentDeposit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('chain_id', models.BigIntegerField()),
                        ('user_id', models.BigIntegerField()),
                        ('tx_hash', models.CharField(max_length=66)),
                        ('amount_micros', models.BigIntegerField()),
                        ('sent_at', models.DateTimeField()),
                    ],
                    options={
                        'db_table': 'staking_sentdeposit',
                        'ordering': ['-id'],
                        'indexes': [models.Index(fields=['user_id', '-id'], name='sent_deposit_by_user')],
                        'constraints': [models.UniqueConstraint(fields=('chain_id', 'tx_hash', 'user_id'), name='sent_deposit_once')],
                    },
                ),
                migrations.CreateModel(
                    name='TreasuryTransfer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('chain_id', models.BigIntegerField()),
                        ('tx_hash', models.CharField(max_length=66)),
                        ('log_index', models.PositiveIntegerField()),
                        ('on_chain', models.BooleanField(default=True)),
                        ('block', models.BigIntegerField()),
                        ('block_at', models.DateTimeField()),
                        ('direction', models.CharField(choices=[('in', 'In'), ('out', 'Out')], max_length=3)),
                        ('counterparty', models.CharField(max_length=42)),
                        ('amount_micros', models.BigIntegerField()),
                        ('booked', models.CharField(choices=[('deposit', 'Deposit'), ('suspense', 'Suspense'), ('assigned', 'Assigned'), ('funding', 'Funding'), ('returned', 'Returned'), ('open', 'Open'), ('payout', 'Payout'), ('buyback', 'Buyback'), ('cloud', 'Cloud'), ('refund', 'Refund')], max_length=10)),
                        ('user_id', models.BigIntegerField(blank=True, null=True)),
                        ('ledger_key', models.CharField(blank=True, max_length=200)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'db_table': 'staking_treasurytransfer',
                        'ordering': ['-block', '-log_index'],
                        'indexes': [models.Index(fields=['chain_id', 'tx_hash'], name='treasury_transfer_by_tx'), models.Index(fields=['user_id', '-id'], name='treasury_transfer_by_user'), models.Index(fields=['chain_id', 'block_at'], name='treasury_transfer_by_time'), models.Index(condition=models.Q(('booked__in', ['suspense', 'open'])), fields=['id'], name='treasury_transfer_unsettled')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('on_chain', True)), fields=('chain_id', 'tx_hash', 'log_index'), name='treasury_transfer_once'), models.CheckConstraint(condition=models.Q(('amount_micros__gt', 0)), name='treasury_transfer_positive')],
                    },
                ),
            ],
        ),
    ]
