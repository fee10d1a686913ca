"""Section heads change the files and pictures that they uploaded, no longer those of others."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def take_back(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    granted = apps.get_model("wagtailcore", "GroupCollectionPermission").objects.filter(
        group__name="section_head", permission__codename__in=("change_image", "change_document")
    )
    granted.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0008_enrolment_codes"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(take_back, migrations.RunPython.noop, elidable=True)]
