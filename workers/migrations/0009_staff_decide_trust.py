import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('workers', '0008_job_lost_by'),
    ]

    operations = [
        migrations.RenameField(model_name='ownertrust', old_name='trusted_at', new_name='proposed_at'),
        migrations.CreateModel(
            name='EscrowTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('counted_entry_id', models.BigIntegerField(default=0)),
                ('released_micros', models.BigIntegerField(default=0)),
                ('day', models.DateField(blank=True, null=True)),
                ('day_micros', models.BigIntegerField(default=0)),
                ('looked_at', models.DateTimeField(blank=True, db_index=True, null=True)),
                ('owner', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='EscrowSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('payer_tag', models.CharField(max_length=64)),
                ('earned_micros', models.BigIntegerField()),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner', 'payer_tag'), name='escrow_source_once')],
            },
        ),
    ]
