import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("peer_review", "0007_shown"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnomalyRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="steps done")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="steps")),
                ("searches", models.JSONField(default=list)),
                (
                    "round",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="anomaly_run", to="peer_review.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "search for patterns",
                "verbose_name_plural": "searches for patterns",
            },
        ),
        migrations.CreateModel(
            name="Anomaly",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("end", "At the very end of the scale"),
                            ("camps", "Two camps"),
                            ("return", "Sections rating each other in return"),
                            ("change", "Large change against the last round"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("criterion", models.CharField(blank=True, max_length=31)),
                ("section_key", models.CharField(blank=True, max_length=40)),
                ("section_name", models.CharField(blank=True, max_length=80, verbose_name="section")),
                ("other_key", models.CharField(blank=True, max_length=40)),
                ("other_name", models.CharField(blank=True, max_length=80, verbose_name="other section")),
                ("high", models.BooleanField(null=True)),
                ("p", models.FloatField(verbose_name="probability by chance")),
                ("q", models.FloatField(null=True)),
                (
                    "subject",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="peer_review.subject",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="anomalies",
                        to="peer_review.anomalyrun",
                    ),
                ),
            ],
            options={
                "verbose_name": "pattern",
                "verbose_name_plural": "patterns",
                "ordering": ["p", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="anomalyrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("done__lte", models.F("total"))), name="peer_review_anomaly_done"
            ),
        ),
        migrations.AddConstraint(
            model_name="anomaly",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("criterion", ""),
                        ("kind", "return"),
                        ("subject__isnull", True),
                        models.Q(("section_key", ""), _negated=True),
                        models.Q(("other_key", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("kind", "return"), _negated=True),
                        ("other_key", ""),
                        ("other_name", ""),
                        ("section_key", ""),
                        ("section_name", ""),
                        ("subject__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="peer_review_anomaly_about",
            ),
        ),
        migrations.AddConstraint(
            model_name="anomaly",
            constraint=models.CheckConstraint(
                condition=models.Q(("p__gt", 0), ("p__lte", 1)), name="peer_review_anomaly_p"
            ),
        ),
        migrations.AddConstraint(
            model_name="anomaly",
            constraint=models.UniqueConstraint(
                condition=models.Q(("subject__isnull", False)),
                fields=("run", "kind", "subject", "criterion"),
                name="peer_review_anomaly_subject_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="anomaly",
            constraint=models.UniqueConstraint(
                condition=models.Q(("subject__isnull", True)),
                fields=("run", "kind", "section_key", "other_key"),
                name="peer_review_anomaly_sections_once",
            ),
        ),
    ]
