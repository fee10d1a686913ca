"""Background work, each step in the language of whoever asked for it."""

import pytest
from django.core import mail
from django.utils import timezone

from organisation import tasks
from organisation.domain import imports
from organisation.enums import ImportState
from organisation.models import ImportRun, Invitation, Staff
from tests.factories.imports import HEAD, ZHANG, csv_bytes
from tests.factories.organisation import RankFactory, SectionFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


def uploaded(content: bytes) -> ImportRun:
    return imports.upload(content=content, file_name="staff.csv", is_complete=False, by=None)


@pytest.mark.parametrize(("language", "reason"), [("en", "The file is empty."), ("zh-hans", "文件是空的。")])
def test_check_speaks_the_language_it_is_given(language: str, reason: str) -> None:
    run = uploaded(b"")

    tasks.check_import.enqueue(run.pk, language)

    assert ImportRun.objects.get(pk=run.pk).report == {"refusal": reason}


def test_confirmed_import_is_carried_out() -> None:
    SectionFactory(name="办公室")
    RankFactory(name="科员")
    run = uploaded(csv_bytes(HEAD, ZHANG))
    tasks.check_import.enqueue(run.pk, "en")
    checked = ImportRun.objects.get(pk=run.pk)
    imports.confirm(run=checked, by=None, fingerprint=checked.report["fingerprint"])

    tasks.carry_out_import.enqueue(run.pk, "en")

    assert ImportRun.objects.get(pk=run.pk).state == ImportState.DONE
    assert Staff.objects.get().employee_number == "1001"


def test_links_are_made_in_the_task_and_mailed() -> None:
    person, admin = StaffFactory(), UserFactory()
    person.user.set_unusable_password()
    person.user.email = "a@example.org"
    person.user.save()

    tasks.mail_invitations.enqueue([person.pk], admin.pk, "en")

    assert [letter.to for letter in mail.outbox] == [["a@example.org"]]
    invitation = Invitation.objects.get()
    assert invitation.mailed_at is not None
    assert invitation.mailed_at <= timezone.now()
