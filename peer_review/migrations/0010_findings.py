import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("peer_review", "0009_decisions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RaisedFinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        choices=[("result", "A published figure"), ("theme", "What comments have in common")],
                        max_length=10,
                        verbose_name="source",
                    ),
                ),
                ("text", models.TextField(verbose_name="finding")),
                ("section_key", models.CharField(blank=True, max_length=40)),
                ("section_name", models.CharField(blank=True, max_length=80, verbose_name="section")),
                ("criterion", models.CharField(blank=True, max_length=31)),
                ("criterion_label", models.CharField(blank=True, max_length=80, verbose_name="criterion")),
                ("figures", models.JSONField(default=list, verbose_name="figures")),
                ("due_date", models.DateField(blank=True, null=True, verbose_name="due")),
                ("raised_at", models.DateTimeField(auto_now_add=True, verbose_name="raised")),
                (
                    "raised_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="raised by",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="responsible",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="peer_review.round"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="peer_review.subject",
                    ),
                ),
            ],
            options={
                "verbose_name": "finding raised from a result",
                "verbose_name_plural": "findings raised from results",
                "ordering": ["-raised_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="peer_review_finding_has_words"
                    )
                ],
            },
        ),
    ]
