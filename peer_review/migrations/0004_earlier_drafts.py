from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone


def put_down_work_by_hand(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let the rolls of drafts wait for a second person: nobody knows what an earlier version let be done to them.

    Using the plan again makes such a roll one by rule. What outlives that is put down for itself: exclusions, marks for
    paper, and renewed seeds, which the log tells of.
    """
    touches = apps.get_model("peer_review", "RollTouch")
    subjects = apps.get_model("peer_review", "TouchedSubject")
    log = apps.get_model("wagtailcore", "ModelLogEntry").objects.filter(action="peer_review.round.seed")
    now = timezone.now()
    for round in apps.get_model("peer_review", "Round").objects.filter(state="draft").order_by("pk").iterator():
        common = {"round": round, "by_id": round.organiser_id, "touched_at": now}
        if round.cells.exists():
            touches.objects.create(kind="earlier", **common)
        labels = dict(round.subjects.values_list("key", "label"))
        for exclusion in round.exclusions.select_related("evaluator").order_by("pk"):
            touch = touches.objects.create(
                kind="excluded",
                person_id=exclusion.evaluator_id,
                person_name=_name(round, exclusion.evaluator_id) or str(exclusion.evaluator_id),
                detail=exclusion.reason,
                **common,
            )
            key = exclusion.subject_key
            subjects.objects.create(touch=touch, subject_key=key, label=labels.get(key, ""))
        marked = round.members.filter(on_paper=True).order_by("pk").values_list("user_id", "name")
        touches.objects.bulk_create(
            touches(kind="on_paper", person_id=user, person_name=name, **common) for user, name in marked
        )
        if renewals := log.filter(object_id=str(round.pk)).count():
            touches.objects.create(kind="seed", number=renewals, **common)


def _name(round, user: int) -> str:
    return round.members.filter(user_id=user).values_list("name", flat=True).first() or ""


class Migration(migrations.Migration):
    """Put down, for drafts of earlier versions, what was done to their rolls by hand."""

    dependencies = [
        ("peer_review", "0003_confirmed_rolls"),
        ("wagtailcore", "0094_alter_page_locale"),
    ]

    operations = [migrations.RunPython(put_down_work_by_hand, migrations.RunPython.noop, elidable=False)]
