"""Turn the roles that people hold into confirmed grants of an earlier version, and say so in the log."""

import uuid

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

ROLES = ("leadership", "organiser", "scrutineer", "inspector", "administrator")
HEAD = "section_head"
REASON = "Held when grants were introduced"


def keep_roles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make a grant of every membership of a group of these roles, and of every section head of today."""
    user_model = apps.get_model("organisation", "User")
    grant_model = apps.get_model("organisation", "RoleGrant")
    memberships = apps.get_model("organisation", "Membership")
    now = timezone.now()
    kept = {"origin": "earlier", "confirmed_at": now, "proposed_at": now, "reason": REASON}
    through = user_model.groups.through.objects
    grants = [
        grant_model(person_id=user_id, role=role, **kept)
        for user_id, role in through.filter(group__name__in=ROLES).order_by("pk").values_list("user_id", "group__name")
    ]
    heads = set(through.filter(group__name=HEAD).values_list("user_id", flat=True))
    headed = memberships.objects.filter(to_date=None, is_head=True).order_by("pk")
    grants += [
        grant_model(person_id=user_id, role=HEAD, section_id=section_id, **kept)
        for user_id, section_id in headed.values_list("staff__user", "section")
        if user_id in heads
    ]
    grant_model.objects.bulk_create(grants)
    if grants:
        _log(apps, grants, now)


def _log(apps: Apps, grants: list, now) -> None:
    content_type, _made = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="organisation", model="user"
    )
    users = apps.get_model("organisation", "User").objects.in_bulk({grant.person_id for grant in grants})
    entry = apps.get_model("wagtailcore", "ModelLogEntry")
    entry.objects.bulk_create(
        entry(
            content_type=content_type,
            object_id=str(grant.person_id),
            label=users[grant.person_id].name or users[grant.person_id].username,
            action="organisation.keep_roles",
            data={"role": grant.role},
            timestamp=now,
            uuid=uuid.uuid4(),
            content_changed=False,
            deleted=False,
        )
        for grant in grants
    )


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0002_grants"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0094_alter_page_locale"),
    ]

    operations = [migrations.RunPython(keep_roles, migrations.RunPython.noop)]
