"""Drop the tables of django-axes, which held addresses beside user names and is no longer installed."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Children before the table that they refer to.
TABLES = ("axes_accessattemptexpiration", "axes_accessattempt", "axes_accesslog", "axes_accessfailurelog")


def drop_tables(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop those tables that are there."""
    present = schema_editor.connection.introspection.table_names()
    for table in TABLES:
        if table in present:
            schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(table)}")


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0006_end_old_sessions"),
    ]

    operations = [migrations.RunPython(drop_tables, migrations.RunPython.noop)]
