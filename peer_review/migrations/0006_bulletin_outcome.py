from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("peer_review", "0005_shown_ranges")]

    operations = [
        migrations.AddField(
            model_name="bulletin",
            name="outcome",
            field=models.TextField(blank=True, default="", editable=False),
            preserve_default=False,
        ),
        migrations.AddField(model_name="result", name="joined", field=models.JSONField(default=dict)),
    ]
