import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Close early with a second person, extend once by itself, and keep what was done to a roll by hand."""

    dependencies = [
        ("peer_review", "0002_round_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="round",
            name="extension_days",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="days of the automatic extension"),
        ),
        migrations.AddField(
            model_name="round",
            name="not_anonymous",
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.AddField(
            model_name="round",
            name="prolonged_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="announcement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opened", "The round has begun"),
                    ("drawing", "Reminder to draw"),
                    ("casting", "Casting has begun"),
                    ("reminder", "Reminder"),
                    ("lengthened", "The round was lengthened"),
                    ("closing", "The round closes before its time"),
                    ("stays_open", "The round does not close before its time"),
                    ("prolonged", "The round stays open longer, as declared"),
                    ("closed", "The round has closed"),
                    ("published", "Results are published"),
                    ("outcome", "Your outcome is decided"),
                    ("asked", "A review or appeal is yours to answer"),
                    ("answered", "Your review or appeal has news"),
                    ("void", "The round is void"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.CreateModel(
            name="RollTouch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("added", "Put on the roll"),
                            ("removed", "Taken off the roll"),
                            ("subject_added", "Made a subject"),
                            ("subject_removed", "No longer a subject"),
                            ("voter_class", "Voter class changed"),
                            ("merged", "Voter classes merged"),
                            ("list", "List by hand"),
                            ("on_paper", "Votes on paper"),
                            ("at_computer", "Votes in the browser"),
                            ("excluded", "Exclusion"),
                            ("allowed", "Exclusion lifted"),
                            ("seed", "Seed renewed"),
                            ("not_anonymous", "Not anonymous"),
                            ("earlier", "Written by an earlier version"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("touched_at", models.DateTimeField(verbose_name="done at")),
                ("person_name", models.CharField(blank=True, max_length=80)),
                ("detail", models.CharField(blank=True, max_length=200)),
                ("number", models.PositiveIntegerField(default=0)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="roll_touches", to="peer_review.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a roll by hand",
                "verbose_name_plural": "changes of rolls by hand",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="EarlyClosing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField(verbose_name="reason")),
                ("requested_at", models.DateTimeField(verbose_name="asked for at")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="confirmed at")),
                ("closes_at", models.DateTimeField(null=True, verbose_name="closes at")),
                ("before", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn at")),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="early_closings",
                        to="peer_review.round",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "early closing",
                "verbose_name_plural": "early closings",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("round",),
                        name="peer_review_early_closing_one_stands",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="peer_review_early_closing_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("before__isnull", True),
                                ("closes_at__isnull", True),
                                ("confirmed_at__isnull", True),
                                ("confirmed_by__isnull", True),
                            ),
                            models.Q(
                                ("before__gt", models.F("closes_at")),
                                ("before__isnull", False),
                                ("closes_at__gt", models.F("confirmed_at")),
                                ("closes_at__isnull", False),
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="peer_review_early_closing_confirmed_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RollConfirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("confirmed_at", models.DateTimeField(verbose_name="confirmed at")),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roll_confirmations",
                        to="peer_review.round",
                    ),
                ),
            ],
            options={
                "verbose_name": "confirmation of a roll",
                "verbose_name_plural": "confirmations of rolls",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("round", "fingerprint"), name="peer_review_roll_confirmed_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="TouchedSubject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_key", models.CharField(max_length=60)),
                ("label", models.CharField(blank=True, max_length=80, verbose_name="name")),
                (
                    "touch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="subjects", to="peer_review.rolltouch"
                    ),
                ),
            ],
            options={
                "verbose_name": "subject of a change by hand",
                "verbose_name_plural": "subjects of changes by hand",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("touch", "subject_key"), name="peer_review_touched_subject_once")
                ],
            },
        ),
    ]
