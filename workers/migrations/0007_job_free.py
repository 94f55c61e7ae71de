from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workers', '0006_worker_name'),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='free',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
