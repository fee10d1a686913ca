from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.apps.registry import Apps
from django.contrib.auth.hashers import make_password
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def hash_recovery_codes(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Keep of each code that was not used yet a hash, and no seed from which all could be made again."""
    for row in apps.get_model("mfa", "Authenticator").objects.filter(type="recovery_codes"):
        if "hashes" not in row.data:
            row.data = {"hashes": [make_password(code) for code in RecoveryCodes(row).get_unused_codes()]}
            row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0011_lost_factors"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.AlterField(
            model_name="accountnotice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("role_proposed", "Role proposed"),
                    ("role_confirmed", "Role confirmed"),
                    ("role_withdrawn", "Role withdrawn"),
                    ("reset_proposed", "Password reset proposed"),
                    ("reset_confirmed", "Password reset confirmed"),
                    ("reset_withdrawn", "Password reset withdrawn"),
                    ("reset_used", "New password set after a reset"),
                    ("reset_settled", "Password reset settled"),
                    ("factor_added", "Second factor added"),
                    ("factor_removed", "Second factor removed"),
                    ("lost_proposed", "Removal of a second factor proposed"),
                    ("lost_confirmed", "Removal of a second factor confirmed"),
                    ("lost_withdrawn", "Removal of a second factor withdrawn"),
                    ("address_entered", "Mail address entered by somebody else"),
                    ("address_holds", "Mail address entered by somebody else holds"),
                    ("address_changed", "Own mail address changed"),
                    ("sessions_ended", "Sessions ended by somebody else"),
                    ("address_stopped", "Change of a mail address stopped"),
                ],
                max_length=24,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="enrolmentcode",
            name="code_hash",
            field=models.CharField(editable=False, max_length=128),
        ),
        migrations.RunPython(hash_recovery_codes, migrations.RunPython.noop),
    ]
