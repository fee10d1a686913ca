from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import modelcluster.fields
from django.conf import settings
from django.db import migrations, models

import peer_review.models.cell
import peer_review.models.round
import peer_review.models.scheme


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PooledKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("spki", models.TextField(unique=True)),
                ("private_key", models.BinaryField()),
            ],
            options={
                "verbose_name": "spare key",
                "verbose_name_plural": "spare keys",
            },
        ),
        migrations.CreateModel(
            name="Result",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("subject", "Subject"),
                            ("section", "Section"),
                            ("rank", "Rank"),
                            ("unit", "All together"),
                        ],
                        max_length=10,
                        verbose_name="scope",
                    ),
                ),
                ("section_key", models.CharField(blank=True, max_length=40)),
                ("rank_key", models.CharField(blank=True, max_length=40)),
                ("label", models.CharField(max_length=80, verbose_name="name")),
                ("sort_order", models.PositiveIntegerField(default=0)),
                ("score", models.FloatField(null=True, verbose_name="score")),
                ("low", models.FloatField(null=True)),
                ("high", models.FloatField(null=True)),
                ("ballots", models.PositiveIntegerField(null=True, verbose_name="ballots")),
                ("members", models.PositiveIntegerField(default=1)),
                ("comparable", models.BooleanField(default=False)),
                ("classes", models.JSONField(default=dict)),
                ("adjusted", models.JSONField(null=True)),
                ("one_ballot", models.BooleanField(null=True)),
                ("reliability", models.JSONField(null=True)),
            ],
            options={
                "verbose_name": "result",
                "verbose_name_plural": "results",
                "ordering": ["sort_order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Announcement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opened", "The round has begun"),
                            ("drawing", "Reminder to draw"),
                            ("casting", "Casting has begun"),
                            ("reminder", "Reminder"),
                            ("lengthened", "The round was lengthened"),
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
                ("number", models.PositiveIntegerField(default=0)),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("announced_at", models.DateTimeField(verbose_name="announced at")),
                ("tried_at", models.DateTimeField()),
                ("finished", models.BooleanField(default=False, verbose_name="sent")),
                ("refused", models.PositiveIntegerField(default=0, verbose_name="addresses refused")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "announcement",
                "verbose_name_plural": "announcements",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Contest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "Review asked for"),
                            ("under_review", "Under review"),
                            ("answered", "Review answered"),
                            ("appealed", "Appealed"),
                            ("decided", "Appeal decided"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="asked",
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "contest of an outcome",
                "verbose_name_plural": "contests of outcomes",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="ContestStage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("review", "Review of the outcome"), ("appeal", "Appeal")],
                        max_length=6,
                        verbose_name="stage",
                    ),
                ),
                ("grounds", models.TextField(verbose_name="what is contested, and why")),
                ("asked_date", models.DateField(verbose_name="asked on")),
                ("due_date", models.DateField(verbose_name="to be answered by")),
                ("extension_reason", models.TextField(blank=True, verbose_name="reason for the longer time")),
                ("taken_up_date", models.DateField(blank=True, null=True, verbose_name="taken up on")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                ("answered_date", models.DateField(blank=True, null=True, verbose_name="answered on")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stages", to="peer_review.contest"
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="responsible",
                    ),
                ),
            ],
            options={
                "verbose_name": "stage of a contest",
                "verbose_name_plural": "stages of contests",
                "ordering": ["contest", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("read", models.BooleanField(default=False, verbose_name="read")),
                ("mail_due", models.BooleanField(default=False)),
                (
                    "announcement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="peer_review.announcement",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
            },
        ),
        migrations.CreateModel(
            name="CriterionResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("criterion", models.CharField(max_length=31)),
                ("value", models.FloatField()),
                ("low", models.FloatField()),
                ("high", models.FloatField()),
                ("n", models.PositiveIntegerField()),
                ("abstentions", models.PositiveIntegerField()),
                ("bars", models.JSONField(null=True)),
                ("classes", models.JSONField(default=dict)),
                (
                    "result",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="criteria", to="peer_review.result"
                    ),
                ),
            ],
            options={
                "verbose_name": "result of a criterion",
                "verbose_name_plural": "results of criteria",
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(
                        default=peer_review.models.round.new_public_id, editable=False, max_length=32, unique=True
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("purpose", models.TextField(blank=True, verbose_name="purpose")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("tier", "By rank tier"),
                            ("section", "Section to section"),
                            ("person", "Person to person"),
                        ],
                        default="person",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("open", "Open"),
                            ("closed", "Closed"),
                            ("counted", "Counted"),
                            ("published", "Published"),
                            ("archived", "Archived"),
                            ("void", "Void"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("opens_at", models.DateTimeField(verbose_name="opens at")),
                ("closes_at", models.DateTimeField(verbose_name="closes at")),
                (
                    "collection",
                    models.CharField(
                        choices=[("one_visit", "In one visit"), ("two_stage", "In two stages: draw first, cast later")],
                        default="one_visit",
                        max_length=10,
                        verbose_name="collection",
                    ),
                ),
                ("casts_at", models.DateTimeField(blank=True, null=True, verbose_name="casting begins at")),
                ("plan", models.JSONField(default=dict, editable=False)),
                ("plan_seed", models.CharField(blank=True, editable=False, max_length=64)),
                ("batch_window", models.PositiveIntegerField(blank=True, null=True, verbose_name="batch window (s)")),
                ("batch_floor", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="batch floor")),
                ("reminders", models.BooleanField(default=True, verbose_name="automatic reminders")),
                ("form", models.JSONField(default=dict, editable=False)),
                ("manifest", models.TextField(blank=True, editable=False)),
                ("fingerprint", models.CharField(blank=True, editable=False, max_length=64)),
                ("receipt_key", models.BinaryField(blank=True, default=bytes)),
                ("receipt_public", models.CharField(blank=True, editable=False, max_length=64)),
                ("box_public", models.CharField(blank=True, editable=False, max_length=64)),
                ("box_test_row", models.BinaryField(blank=True, default=bytes)),
                ("box_key_tested", models.BooleanField(default=False, editable=False)),
                ("box_threshold", models.PositiveSmallIntegerField(default=1, editable=False)),
                ("box_shares", models.PositiveSmallIntegerField(default=1, editable=False)),
                ("exposure", models.JSONField(default=dict, editable=False)),
                ("opened_at", models.DateTimeField(editable=False, null=True)),
                ("barrier_at", models.DateTimeField(editable=False, null=True)),
                ("closed_at", models.DateTimeField(editable=False, null=True)),
                ("published_at", models.DateTimeField(editable=False, null=True)),
                ("comments_reviewed", models.BooleanField(default=False, editable=False)),
                ("void_reason", models.CharField(blank=True, editable=False, max_length=40)),
                (
                    "comment_reviewer",
                    models.ForeignKey(
                        blank=True,
                        help_text="May withhold, before publication, comments that name somebody.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reviewer of comments",
                    ),
                ),
                (
                    "organiser",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="responsible organiser",
                    ),
                ),
                (
                    "scrutineers",
                    models.ManyToManyField(
                        blank=True, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="scrutineers"
                    ),
                ),
            ],
            options={
                "verbose_name": "round",
                "verbose_name_plural": "rounds",
                "ordering": ["-opens_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="RollMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("section_key", models.CharField(max_length=40, verbose_name="section key")),
                ("section_name", models.CharField(max_length=80, verbose_name="section")),
                ("rank_key", models.CharField(max_length=40, verbose_name="rank key")),
                ("rank_name", models.CharField(max_length=80, verbose_name="rank")),
                ("rank_order", models.PositiveSmallIntegerField(default=0)),
                ("is_section_head", models.BooleanField(default=False, verbose_name="section head")),
                ("since", models.DateField(blank=True, null=True, verbose_name="in the section since")),
                ("on_paper", models.BooleanField(default=False, verbose_name="votes on paper")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="peer_review.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "roll member",
                "verbose_name_plural": "roll members",
                "ordering": ["section_key", "rank_order", "name", "pk"],
            },
        ),
        migrations.AddField(
            model_name="result",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="results", to="peer_review.round"
            ),
        ),
        migrations.CreateModel(
            name="Refused",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.CharField(max_length=200, verbose_name="what")),
                ("reason", models.CharField(max_length=20, verbose_name="reason")),
                ("first_at", models.DateField(verbose_name="first asked")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="refused", to="peer_review.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "refused question",
                "verbose_name_plural": "refused questions",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="PublicNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(default=1)),
                ("contact_words", models.CharField(max_length=200, verbose_name="how to reach them")),
                ("workdays", models.PositiveSmallIntegerField(verbose_name="working days")),
                ("start_date", models.DateField(verbose_name="first day")),
                ("until_date", models.DateField(verbose_name="last day")),
                ("provisional", models.BooleanField(default=False, verbose_name="provisional")),
                ("ended_date", models.DateField(blank=True, null=True, verbose_name="ended on")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="started by",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="objections go to",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="public_notices",
                        to="peer_review.round",
                    ),
                ),
            ],
            options={
                "verbose_name": "public notice",
                "verbose_name_plural": "public notices",
                "ordering": ["-start_date", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="KeyShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("confirmed", models.BooleanField(default=False, verbose_name="written down")),
                ("destroyed", models.BooleanField(default=False, verbose_name="destroyed")),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="holder",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="key_shares", to="peer_review.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "share of the box key",
                "verbose_name_plural": "shares of the box key",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_key", models.CharField(max_length=60)),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                (
                    "evaluator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="exclusions", to="peer_review.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "exclusion",
                "verbose_name_plural": "exclusions",
            },
        ),
        migrations.CreateModel(
            name="CountRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("opening", "Opening the box"),
                            ("checking", "Checking every ballot again"),
                            ("writing", "Writing the ballots in order"),
                            ("done", "Counted"),
                            ("void", "Void"),
                        ],
                        default="opening",
                        max_length=10,
                        verbose_name="phase",
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0, verbose_name="done")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="rows in the box")),
                ("accepted", models.PositiveIntegerField(default=0, verbose_name="counted")),
                ("superseded", models.PositiveIntegerField(default=0, verbose_name="replaced by a later version")),
                ("rejected", models.JSONField(default=dict, verbose_name="rejected, by reason")),
                ("error", models.CharField(blank=True, max_length=40)),
                (
                    "round",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="count_run", to="peer_review.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "count",
                "verbose_name_plural": "counts",
            },
        ),
        migrations.CreateModel(
            name="Bulletin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("head", models.TextField(verbose_name="head")),
                ("signature", models.CharField(max_length=86, verbose_name="signature")),
                ("size", models.PositiveIntegerField(verbose_name="ballots")),
                ("root", models.CharField(max_length=64, verbose_name="root")),
                ("leaves", models.BinaryField()),
                (
                    "round",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bulletin", to="peer_review.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "bulletin",
                "verbose_name_plural": "bulletins",
            },
        ),
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
        migrations.AddField(
            model_name="announcement",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="announcements", to="peer_review.round"
            ),
        ),
        migrations.CreateModel(
            name="Scheme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("version", models.PositiveSmallIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "retired",
                    models.BooleanField(
                        default=False,
                        help_text="Not offered for new rounds any more. Rounds that use it keep it.",
                        verbose_name="retired",
                    ),
                ),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "scale",
                    models.CharField(
                        choices=[
                            ("points", "Points, 0 to 100"),
                            ("anchors", "1 to 5 with anchors"),
                            ("grades", "The four grades"),
                        ],
                        default="points",
                        max_length=10,
                        verbose_name="scale",
                    ),
                ),
                (
                    "floor",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="Fewer counted ballots than this are shown nowhere.",
                        validators=[
                            django.core.validators.MinValueValidator(3),
                            django.core.validators.MaxValueValidator(50),
                        ],
                        verbose_name="floor k",
                    ),
                ),
                (
                    "trim",
                    models.BooleanField(
                        default=True,
                        help_text="With more than 5 ballots, drop one highest and one lowest before the mean.",
                        verbose_name="trim extremes",
                    ),
                ),
                (
                    "visibility",
                    models.JSONField(
                        default=peer_review.models.scheme.default_visibility, verbose_name="who sees results"
                    ),
                ),
                (
                    "paper",
                    models.CharField(
                        choices=[
                            ("subject", "One paper for each person or section"),
                            ("sheet", "One whole sheet that lists several"),
                        ],
                        default="subject",
                        max_length=10,
                        verbose_name="ballot paper",
                    ),
                ),
                ("sheet_rules", models.JSONField(blank=True, default=list, verbose_name="rules about a whole sheet")),
                (
                    "grade_set",
                    models.CharField(
                        choices=[
                            ("officials", "Officials: excellent, competent, basically competent, incompetent"),
                            (
                                "institutions",
                                "Public institutions: excellent, qualified, basically qualified, unqualified",
                            ),
                        ],
                        default="officials",
                        max_length=15,
                        verbose_name="names of the grades",
                    ),
                ),
                (
                    "bands",
                    models.JSONField(
                        default=peer_review.models.scheme.default_bands,
                        help_text="Lowest points of each grade.",
                        verbose_name="grade bands",
                    ),
                ),
                (
                    "comments",
                    models.BooleanField(
                        default=False,
                        help_text="Words about each subject, on papers of their own.",
                        verbose_name="comment papers",
                    ),
                ),
                (
                    "comment_limit",
                    models.PositiveSmallIntegerField(
                        default=300,
                        validators=[
                            django.core.validators.MinValueValidator(50),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="longest comment, in characters",
                    ),
                ),
                (
                    "self_evaluation",
                    models.BooleanField(
                        default=False,
                        help_text="Shown beside the result with its author's name, never counted.",
                        verbose_name="self-evaluation",
                    ),
                ),
                (
                    "min_return",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="A round of which fewer papers come back is void and may be repeated. 0 for none.",
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="lowest return rate (%)",
                    ),
                ),
                (
                    "excellent_quota",
                    models.PositiveSmallIntegerField(
                        default=20,
                        help_text="Of all who are evaluated in a round. Above 20 only with approval; 0 for none.",
                        validators=[django.core.validators.MaxValueValidator(25)],
                        verbose_name="quota of “excellent” (%)",
                    ),
                ),
                (
                    "quota_approval",
                    models.CharField(
                        blank=True,
                        help_text="Title or number of the document that approves it.",
                        max_length=120,
                        verbose_name="approval of a quota above 20 %",
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="later",
                        to="peer_review.scheme",
                    ),
                ),
            ],
            options={
                "verbose_name": "scheme",
                "verbose_name_plural": "schemes",
                "ordering": ["name", "-version"],
            },
        ),
        migrations.AddField(
            model_name="round",
            name="scheme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rounds",
                to="peer_review.scheme",
                verbose_name="scheme",
            ),
        ),
        migrations.CreateModel(
            name="Criterion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        max_length=31,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]{0,30}$", "Lower-case Latin letters, digits and underscores."
                            )
                        ],
                        verbose_name="key",
                    ),
                ),
                ("label", models.CharField(max_length=60, verbose_name="label")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2,
                        default=100,
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01"), "The weight must be above 0.")
                        ],
                        verbose_name="weight (%)",
                    ),
                ),
                (
                    "anchors",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="One sentence per point, lowest first.",
                        verbose_name="anchors",
                    ),
                ),
                (
                    "comment_below",
                    models.SmallIntegerField(
                        blank=True,
                        help_text="An answer under this asks for a comment.",
                        null=True,
                        verbose_name="reason needed below",
                    ),
                ),
                (
                    "comment_above",
                    models.SmallIntegerField(
                        blank=True,
                        help_text="An answer over this asks for a comment.",
                        null=True,
                        verbose_name="reason needed above",
                    ),
                ),
                (
                    "classes",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Keys of those that answer it; empty for all.",
                        verbose_name="voter classes",
                    ),
                ),
                ("sort_order", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "scheme",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="criteria", to="peer_review.scheme"
                    ),
                ),
            ],
            options={
                "verbose_name": "criterion",
                "verbose_name_plural": "criteria",
                "ordering": ["sort_order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Sheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=80, verbose_name="name")),
                ("sort_order", models.PositiveIntegerField(default=0)),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sheets", to="peer_review.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "whole sheet",
                "verbose_name_plural": "whole sheets",
                "ordering": ["sort_order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Shown",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.CharField(max_length=200, verbose_name="what")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("page", "Page"),
                            ("pdf", "PDF"),
                            ("xlsx", "Spreadsheet"),
                            ("api", "API"),
                            ("package", "Auditor’s package"),
                        ],
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                ("audience", models.CharField(max_length=80, verbose_name="audience")),
                ("statements", models.JSONField(default=list)),
                ("first_at", models.DateField(verbose_name="first shown")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="shown", to="peer_review.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "entry of the ledger",
                "verbose_name_plural": "entries of the ledger",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Subject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60)),
                ("label", models.CharField(max_length=80, verbose_name="name")),
                ("section_key", models.CharField(blank=True, max_length=40)),
                ("section_name", models.CharField(blank=True, max_length=80, verbose_name="section")),
                ("sort_order", models.PositiveIntegerField(default=0)),
                (
                    "member",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subject",
                        to="peer_review.rollmember",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="subjects", to="peer_review.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "subject",
                "verbose_name_plural": "subjects",
                "ordering": ["sort_order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="SheetEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="peer_review.sheet"
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sheet_entries",
                        to="peer_review.subject",
                    ),
                ),
            ],
            options={
                "verbose_name": "entry of a sheet",
                "verbose_name_plural": "entries of a sheet",
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="SelfEvaluation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("answers", models.JSONField(verbose_name="answers")),
                ("text", models.TextField(blank=True, verbose_name="words")),
                (
                    "subject",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="self_evaluation",
                        to="peer_review.subject",
                    ),
                ),
            ],
            options={
                "verbose_name": "self-evaluation",
                "verbose_name_plural": "self-evaluations",
            },
        ),
        migrations.AddField(
            model_name="result",
            name="subject",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="result",
                to="peer_review.subject",
            ),
        ),
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
            },
        ),
        migrations.CreateModel(
            name="PublicNoticeEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="peer_review.publicnotice",
                    ),
                ),
                (
                    "subject",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="public_notice_entry",
                        to="peer_review.subject",
                    ),
                ),
            ],
            options={
                "verbose_name": "name on a public notice",
                "verbose_name_plural": "names on public notices",
                "ordering": ["subject__sort_order", "subject"],
            },
        ),
        migrations.CreateModel(
            name="OutcomeNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("notice_date", models.DateField(verbose_name="day of notice")),
                ("acknowledged_date", models.DateField(blank=True, null=True, verbose_name="receipt acknowledged on")),
                (
                    "announcement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outcomes",
                        to="peer_review.announcement",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subject",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outcome_notice",
                        to="peer_review.subject",
                    ),
                ),
            ],
            options={
                "verbose_name": "notice of an outcome",
                "verbose_name_plural": "notices of outcomes",
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("grade", models.CharField(blank=True, max_length=12, verbose_name="grade")),
                ("rank", models.PositiveSmallIntegerField(null=True)),
                ("previous_rank", models.PositiveSmallIntegerField(null=True)),
                ("proposed", models.CharField(blank=True, max_length=12, verbose_name="proposal")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("decided_at", models.DateTimeField(verbose_name="decided at")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "stage",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decision",
                        to="peer_review.conteststage",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="decisions", to="peer_review.subject"
                    ),
                ),
            ],
            options={
                "verbose_name": "decision",
                "verbose_name_plural": "decisions",
                "ordering": ["subject", "number"],
            },
        ),
        migrations.AddField(
            model_name="contest",
            name="subject",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="contests", to="peer_review.subject"
            ),
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("withheld", models.BooleanField(default=False, verbose_name="withheld")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("entry", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "subject",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="peer_review.subject"
                    ),
                ),
            ],
            options={
                "verbose_name": "comment",
                "verbose_name_plural": "comments",
            },
        ),
        migrations.CreateModel(
            name="Cell",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("rating", "Rating"), ("sheet", "Whole sheet"), ("comment", "Comment")],
                        default="rating",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("voter_class", models.CharField(blank=True, max_length=31, verbose_name="voter class")),
                ("key", models.CharField(default=peer_review.models.cell.new_cell_key, max_length=16)),
                ("spki", models.TextField(blank=True)),
                ("private_key", models.BinaryField(blank=True, default=bytes)),
                ("closed", models.BooleanField(default=False)),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="cells", to="peer_review.round"
                    ),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cells",
                        to="peer_review.sheet",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cells",
                        to="peer_review.subject",
                    ),
                ),
            ],
            options={
                "verbose_name": "cell",
                "verbose_name_plural": "cells",
                "ordering": ["key"],
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
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="anomalies",
                        to="peer_review.anomalyrun",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="peer_review.subject",
                    ),
                ),
            ],
            options={
                "verbose_name": "pattern",
                "verbose_name_plural": "patterns",
                "ordering": ["p", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Urn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("envelopes", models.PositiveIntegerField(verbose_name="envelopes")),
                ("printed", models.BooleanField(default=False, verbose_name="printed")),
                ("cells", models.ManyToManyField(related_name="urns", to="peer_review.cell")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="urns", to="peer_review.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "urn",
                "verbose_name_plural": "urns",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="VoterClass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        help_text="By rank tier: superiors, peers, subordinates. Otherwise: leaders, section_heads, staff. A scheme with a single class takes everyone into it.",
                        max_length=31,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9_]{0,30}$", "Lower-case Latin letters, digits and underscores."
                            )
                        ],
                        verbose_name="key",
                    ),
                ),
                ("label", models.CharField(max_length=60, verbose_name="label")),
                (
                    "weight",
                    models.DecimalField(
                        decimal_places=2,
                        default=100,
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01"), "The weight must be above 0.")
                        ],
                        verbose_name="weight (%)",
                    ),
                ),
                ("sort_order", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "scheme",
                    modelcluster.fields.ParentalKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="voter_classes",
                        to="peer_review.scheme",
                    ),
                ),
            ],
            options={
                "verbose_name": "voter class",
                "verbose_name_plural": "voter classes",
                "ordering": ["sort_order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("blinded", models.BinaryField(null=True)),
                ("blind_sig", models.BinaryField(null=True)),
                (
                    "evaluator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "cell",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="assignments", to="peer_review.cell"
                    ),
                ),
            ],
            options={
                "verbose_name": "assignment",
                "verbose_name_plural": "assignments",
                "constraints": [
                    models.UniqueConstraint(fields=("evaluator", "cell"), name="peer_review_assignment_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("blind_sig__isnull", True), ("blinded__isnull", True)),
                            models.Q(("blind_sig__isnull", False), ("blinded__isnull", False)),
                            _connector="OR",
                        ),
                        name="peer_review_assignment_drawn_whole",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="conteststage",
            constraint=models.UniqueConstraint(fields=("contest", "kind"), name="peer_review_stage_once"),
        ),
        migrations.AddConstraint(
            model_name="conteststage",
            constraint=models.CheckConstraint(
                condition=models.Q(("grounds", ""), _negated=True), name="peer_review_stage_has_grounds"
            ),
        ),
        migrations.AddConstraint(
            model_name="conteststage",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_date__gte", models.F("asked_date"))), name="peer_review_stage_due_after"
            ),
        ),
        migrations.AddConstraint(
            model_name="conteststage",
            constraint=models.CheckConstraint(
                condition=models.Q(("extension_reason", ""), ("kind", "appeal"), _connector="OR"),
                name="peer_review_stage_only_appeals_extended",
            ),
        ),
        migrations.AddConstraint(
            model_name="conteststage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("answered_by__isnull", True), ("answered_date__isnull", True)),
                    models.Q(
                        models.Q(("answer", ""), _negated=True),
                        ("answered_by__isnull", False),
                        ("answered_date__gte", models.F("asked_date")),
                    ),
                    _connector="OR",
                ),
                name="peer_review_stage_answer_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(fields=("user", "announcement"), name="peer_review_notice_once"),
        ),
        migrations.AddConstraint(
            model_name="criterionresult",
            constraint=models.UniqueConstraint(fields=("result", "criterion"), name="peer_review_criterion_once"),
        ),
        migrations.AddConstraint(
            model_name="rollmember",
            constraint=models.UniqueConstraint(fields=("round", "user"), name="peer_review_member_once_a_round"),
        ),
        migrations.AddConstraint(
            model_name="refused",
            constraint=models.UniqueConstraint(fields=("round", "scope"), name="peer_review_refused_once"),
        ),
        migrations.AddConstraint(
            model_name="publicnotice",
            constraint=models.UniqueConstraint(fields=("round", "number"), name="peer_review_public_notice_once"),
        ),
        migrations.AddConstraint(
            model_name="publicnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_date__gt", models.F("start_date")), ("workdays__gte", 1)),
                name="peer_review_public_notice_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_date__isnull", True), ("ended_date__gte", models.F("until_date")), _connector="OR"
                ),
                name="peer_review_public_notice_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="keyshare",
            constraint=models.UniqueConstraint(fields=("round", "number"), name="peer_review_share_number_once"),
        ),
        migrations.AddConstraint(
            model_name="exclusion",
            constraint=models.UniqueConstraint(
                fields=("round", "evaluator", "subject_key"), name="peer_review_exclusion_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="anomalyrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("done__lte", models.F("total"))), name="peer_review_anomaly_done"
            ),
        ),
        migrations.AddConstraint(
            model_name="announcement",
            constraint=models.UniqueConstraint(
                fields=("round", "kind", "number"), name="peer_review_announcement_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="scheme",
            constraint=models.UniqueConstraint(fields=("name", "version"), name="peer_review_scheme_version_once"),
        ),
        migrations.AddConstraint(
            model_name="scheme",
            constraint=models.CheckConstraint(
                condition=models.Q(("floor__gte", 3)), name="peer_review_scheme_floor_gte_3"
            ),
        ),
        migrations.AddConstraint(
            model_name="scheme",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("excellent_quota__lte", 20),
                    models.Q(("excellent_quota__lte", 25), models.Q(("quota_approval", ""), _negated=True)),
                    _connector="OR",
                ),
                name="peer_review_scheme_quota_approved",
                violation_error_message="A quota above 20 percent needs an approval: name its document.",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(("closes_at__gt", models.F("opens_at"))), name="peer_review_round_closes_after_opens"
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("casts_at__isnull", True), ("collection", "one_visit")),
                    models.Q(
                        ("casts_at__gt", models.F("opens_at")),
                        ("casts_at__lt", models.F("closes_at")),
                        ("collection", "two_stage"),
                    ),
                    _connector="OR",
                ),
                name="peer_review_round_casts_between",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(("box_threshold__gte", 1), ("box_threshold__lte", models.F("box_shares"))),
                name="peer_review_round_threshold_of_shares",
            ),
        ),
        migrations.AddConstraint(
            model_name="criterion",
            constraint=models.UniqueConstraint(fields=("scheme", "key"), name="peer_review_criterion_key_once"),
        ),
        migrations.AddConstraint(
            model_name="criterion",
            constraint=models.CheckConstraint(
                condition=models.Q(("weight__gt", 0)), name="peer_review_criterion_weight_gt_0"
            ),
        ),
        migrations.AddConstraint(
            model_name="shown",
            constraint=models.UniqueConstraint(
                fields=("round", "scope", "channel", "audience"), name="peer_review_shown_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.UniqueConstraint(fields=("round", "key"), name="peer_review_subject_once_a_round"),
        ),
        migrations.AddConstraint(
            model_name="sheetentry",
            constraint=models.UniqueConstraint(fields=("sheet", "subject"), name="peer_review_sheet_subject_once"),
        ),
        migrations.AddConstraint(
            model_name="sheetentry",
            constraint=models.UniqueConstraint(fields=("sheet", "position"), name="peer_review_sheet_position_once"),
        ),
        migrations.AddConstraint(
            model_name="sheetentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 1)), name="peer_review_sheet_position_gte_1"
            ),
        ),
        migrations.AddIndex(
            model_name="result",
            index=models.Index(fields=["round", "scope", "score"], name="peer_review_result_score"),
        ),
        migrations.AddIndex(
            model_name="result",
            index=models.Index(fields=["round", "scope", "label"], name="peer_review_result_label"),
        ),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.UniqueConstraint(
                condition=models.Q(("scope", "subject"), _negated=True),
                fields=("round", "scope", "section_key", "rank_key"),
                name="peer_review_result_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("scope", "subject"), ("subject__isnull", False)),
                    models.Q(models.Q(("scope", "subject"), _negated=True), ("subject__isnull", True)),
                    _connector="OR",
                ),
                name="peer_review_result_subject",
            ),
        ),
        migrations.AddConstraint(
            model_name="result",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ballots__isnull", True),
                        ("high__isnull", True),
                        ("low__isnull", True),
                        ("score__isnull", True),
                    ),
                    models.Q(("high__isnull", False), ("low__isnull", False), ("score__isnull", False)),
                    _connector="OR",
                ),
                name="peer_review_result_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="raisedfinding",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="peer_review_finding_has_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="outcomenotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("acknowledged_date__isnull", True),
                    models.Q(("acknowledged_date__gte", models.F("notice_date")), ("to__isnull", False)),
                    _connector="OR",
                ),
                name="peer_review_outcome_acknowledged_after",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(fields=("subject", "number"), name="peer_review_decision_once"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("grade", ""), ("rank__isnull", True)),
                    models.Q(("grade", "excellent"), ("rank", 0)),
                    models.Q(("grade", "competent"), ("rank", 1)),
                    models.Q(("grade", "basic"), ("rank", 2)),
                    models.Q(("grade", "incompetent"), ("rank", 3)),
                    _connector="OR",
                ),
                name="peer_review_decision_rank_of_grade",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason__gt", ""),
                    models.Q(models.Q(("grade", ""), _negated=True), ("grade", models.F("proposed"))),
                    ("stage__isnull", False),
                    _connector="OR",
                ),
                name="peer_review_decision_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stage__isnull", True),
                    models.Q(
                        ("previous_rank__isnull", False),
                        ("rank__isnull", False),
                        ("rank__lt", models.F("previous_rank")),
                    ),
                    _connector="OR",
                ),
                name="peer_review_decision_contest_never_worse",
            ),
        ),
        migrations.AddConstraint(
            model_name="contest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "withdrawn"), _negated=True),
                fields=("subject",),
                name="peer_review_contest_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("text", ""), ("withheld", True)),
                    models.Q(("entry", ""), ("withheld", False)),
                    _connector="OR",
                ),
                name="peer_review_comment_withheld_has_no_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("entry", ""), _negated=True),
                fields=("entry",),
                name="peer_review_comment_withheld_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="cell",
            constraint=models.UniqueConstraint(fields=("round", "key"), name="peer_review_cell_key_once_a_round"),
        ),
        migrations.AddConstraint(
            model_name="cell",
            constraint=models.UniqueConstraint(
                fields=("subject", "kind", "voter_class"), name="peer_review_cell_once_a_class"
            ),
        ),
        migrations.AddConstraint(
            model_name="cell",
            constraint=models.UniqueConstraint(fields=("sheet", "voter_class"), name="peer_review_cell_once_a_sheet"),
        ),
        migrations.AddConstraint(
            model_name="cell",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "sheet"), ("sheet__isnull", False), ("subject__isnull", True)),
                    models.Q(
                        models.Q(("kind", "sheet"), _negated=True), ("sheet__isnull", True), ("subject__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="peer_review_cell_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="cell",
            constraint=models.UniqueConstraint(
                condition=models.Q(("spki", ""), _negated=True),
                fields=("spki",),
                name="peer_review_cell_key_never_shared",
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
        migrations.AddConstraint(
            model_name="urn",
            constraint=models.UniqueConstraint(fields=("round", "number"), name="peer_review_urn_number_once"),
        ),
        migrations.AddConstraint(
            model_name="voterclass",
            constraint=models.UniqueConstraint(fields=("scheme", "key"), name="peer_review_voter_class_key_once"),
        ),
        migrations.AddConstraint(
            model_name="voterclass",
            constraint=models.CheckConstraint(
                condition=models.Q(("weight__gt", 0)), name="peer_review_voter_class_weight_gt_0"
            ),
        ),
    ]
