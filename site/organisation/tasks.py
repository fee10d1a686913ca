"""Background work. Each task may be run again after a fall."""

from django.utils import translation
from django_tasks import task

from organisation.domain import imports, invitations
from organisation.models import ImportRun, User


@task()
def check_import(run_id: int, language: str) -> None:
    """Compare an uploaded file with the records; words in the language of whoever uploaded it."""
    with translation.override(language):
        imports.check(run=ImportRun.objects.get(pk=run_id))


@task()
def carry_out_import(run_id: int, language: str) -> None:
    """Write a confirmed import."""
    with translation.override(language):
        imports.carry_out(run=ImportRun.objects.get(pk=run_id))


@task()
def mail_invitations(staff_ids: list[int], by_id: int, language: str) -> None:
    """Mail one-time links. They are made here, so that no queue ever holds one."""
    with translation.override(language):
        invitations.mail_invitations(staff_ids=staff_ids, by=User.objects.filter(pk=by_id).first())
