import django.db.models.deletion
from django.conf import settings
from django.core.management.base import CommandError
from django.db import migrations, models


def refuse_rounds_being_collected(apps, schema_editor):
    """Stop before anything is changed while ballots lie in a box that the new version could not open.

    What earlier versions kept of who drew, and the keys that encrypt cells and rows, have other forms. Rounds that are
    published, counted or void stay readable.
    """
    rounds = apps.get_model("peer_review", "Round").objects.filter(state__in=["open", "closed"])
    if titles := list(rounds.order_by("pk").values_list("title", flat=True)):
        raise CommandError(
            "These rounds are open, or closed and not counted: " + ", ".join(titles) + ". Count them with the version "
            "that opened them, then migrate."
        )


class Migration(migrations.Migration):
    """Keep who drew under a round's key outside the databases; let envelopes hold tickets to draw."""

    dependencies = [
        ("peer_review", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(refuse_rounds_being_collected, migrations.RunPython.noop, elidable=False),
        migrations.CreateModel(
            name="Drawn",
            fields=[
                ("id", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("value", models.BinaryField(max_length=32)),
            ],
            options={
                "verbose_name": "drawing",
                "verbose_name_plural": "drawings",
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=32)),
            ],
            options={
                "verbose_name": "ticket",
                "verbose_name_plural": "tickets",
            },
        ),
        migrations.RemoveConstraint(
            model_name="assignment",
            name="peer_review_assignment_drawn_whole",
        ),
        migrations.RemoveField(
            model_name="assignment",
            name="blind_sig",
        ),
        migrations.RemoveField(
            model_name="assignment",
            name="blinded",
        ),
        migrations.RemoveField(
            model_name="urn",
            name="printed",
        ),
        migrations.AddField(
            model_name="round",
            name="wipe_pending",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="urn",
            name="made_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="made by",
            ),
        ),
        migrations.AddField(
            model_name="urn",
            name="witness",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="witnessed by",
            ),
        ),
        migrations.AddConstraint(
            model_name="urn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("witness__isnull", True),
                    models.Q(("made_by__isnull", False), models.Q(("made_by", models.F("witness")), _negated=True)),
                    _connector="OR",
                ),
                name="peer_review_urn_witness_is_another",
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="urn",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="tickets", to="peer_review.urn"
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.UniqueConstraint(fields=("urn", "digest"), name="peer_review_ticket_once"),
        ),
    ]
