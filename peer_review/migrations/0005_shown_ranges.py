from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("peer_review", "0004_earlier_drafts")]

    operations = [
        migrations.AddField(
            "scheme",
            "exact_scores",
            models.BooleanField(
                default=False,
                help_text="Show figures of few answers as they are, not as ranges. Some answers can then be worked out; the "
                "ballot paper says in how many cases.",
                verbose_name="exact scores",
            ),
        ),
        migrations.AddField("result", "shown", models.JSONField(null=True)),
        migrations.AddField("result", "standing", models.PositiveIntegerField(null=True)),
        migrations.AddField("result", "rules", models.PositiveSmallIntegerField(default=1)),
        migrations.AddField("criterionresult", "shown", models.JSONField(null=True)),
    ]
