"""Delete the sessions of Django's own engine: their keys lie in the table as they are. Everybody signs in again."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def end_old_sessions(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Empty django_session."""
    apps.get_model("sessions", "Session").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0005_sessions"),
        ("sessions", "0001_initial"),
    ]

    operations = [migrations.RunPython(end_old_sessions, migrations.RunPython.noop)]
