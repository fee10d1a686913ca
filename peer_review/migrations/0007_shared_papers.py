from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("peer_review", "0006_bulletin_outcome")]

    operations = [
        migrations.AddField(
            model_name="cell",
            name="shared_by",
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
    ]
