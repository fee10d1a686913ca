"""Sending an announcement: notices on the site for all who are meant, then their mails.

A job may run twice, side by side or after being killed: a notice is unique, and a mail is claimed by one conditional
UPDATE just before it is handed over. Killed between the two, one person goes without that mail and still has the
notice: at most once, because a second mail would be the worse fault, and what it says is on the site.

No job, result or log line names a person or an address.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django_tasks import task

from peer_review.conf import conf
from peer_review.domain.announcements import messages
from peer_review.domain.announcements.recipients import recipients
from peer_review.models import Announcement, Notice

log = logging.getLogger(__name__)
#: Rows written at once, and mails between two looks at whose language is which.
CHUNK = 500
#: Mails not handed over by then stay unsent: old news, said on the site.
TOO_LATE = timedelta(days=2)


@task()
def deliver_task(announcement_pk: int) -> None:
    """Background job: send one announcement, or the rest of it. Its result says nothing of how many."""
    announcement = Announcement.objects.select_related("round").filter(pk=announcement_pk, finished=False).first()
    if announcement is not None:
        deliver(announcement)


def deliver(announcement: Announcement, *, now: datetime | None = None) -> bool:
    """Write the notices and send the mails that are still due; return whether all is done.

    False where the mail server cannot be reached: the tick begins again some minutes later.
    """
    now = now or timezone.now()
    _write_notices(announcement)
    late = announcement.announced_at < now - TOO_LATE
    done = late or not conf.MAIL or _send_mails(announcement)
    if done:
        Announcement.objects.filter(pk=announcement.pk).update(finished=True)
    return done


def _write_notices(announcement: Announcement) -> None:
    """Write a notice for everybody who is meant, chunk by chunk."""
    email = get_user_model().get_email_field_name()
    people = list(recipients(announcement).values_list("pk", email))
    for start in range(0, len(people), CHUNK):
        rows = [
            Notice(announcement=announcement, user_id=pk, mail_due=bool(address))
            for pk, address in people[start : start + CHUNK]
        ]
        with transaction.atomic():
            # Who has a notice already keeps it as it is: a mail that went is not due again.
            Notice.objects.bulk_create(rows, ignore_conflicts=True)
            Announcement.objects.filter(pk=announcement.pk).update(tried_at=timezone.now())


def _send_mails(announcement: Announcement) -> bool:
    """Send what is due; return False where the mail server cannot be reached."""
    texts: dict[str, tuple[str, str, str]] = {}
    connection = get_connection()
    try:
        connection.open()
    except Exception as error:
        return _unreachable(error)
    try:
        for notice, address, language in _due(announcement):
            if not Notice.objects.filter(pk=notice, mail_due=True).update(mail_due=False):
                continue  # another job was faster
            if language not in texts:
                texts[language] = _render(announcement, language)
            if _send(connection, address, texts[language]):
                continue
            _count_refused(announcement)
            # After a fault the connection may be of no use; where no new one can be made, nobody else is claimed.
            connection.close()
            try:
                connection.open()
            except Exception as error:
                return _unreachable(error)
    finally:
        connection.close()
    return True


def _due(announcement: Announcement) -> Iterator[tuple[int, str, str]]:
    """Yield (notice, address, language) of the mails that are due, people in the order of their keys."""
    email = f"user__{get_user_model().get_email_field_name()}"
    languages = import_string(conf.LANGUAGE_SOURCE)
    after = 0
    while True:
        due = Notice.objects.filter(announcement=announcement, mail_due=True, pk__gt=after).order_by("pk")
        rows: list[tuple[int, int, str]] = list(due.values_list("pk", "user_id", email)[:CHUNK])
        if not rows:
            return
        known = languages([user for _pk, user, _address in rows])
        for pk, user, address in rows:
            yield pk, address, known.get(user, settings.LANGUAGE_CODE)
        after = rows[-1][0]
        Announcement.objects.filter(pk=announcement.pk).update(tried_at=timezone.now())


def _render(announcement: Announcement, language: str) -> tuple[str, str, str]:
    """Return subject, text and HTML in one language: the same for everybody who reads it, without name or token."""
    with translation.override(language):
        path = messages.place(announcement)
        heading = messages.heading(announcement)
        context = {
            "heading": heading,
            "paragraphs": messages.paragraphs(announcement),
            "round": announcement.round,
            "url": conf.BASE_URL.rstrip("/") + path if conf.BASE_URL else "",
            "language": language,
        }
        text = render_to_string("peer_review/announcements/emails/announcement.txt", context)
        html = render_to_string("peer_review/announcements/emails/announcement.html", context)
    return heading, text, html


def _send(connection: BaseEmailBackend, address: str, words: tuple[str, str, str]) -> bool:
    subject, text, html = words
    message = EmailMultiAlternatives(
        subject, text, to=[address], connection=connection, headers={"Auto-Submitted": "auto-generated"}
    )
    message.attach_alternative(html, "text/html")
    try:
        message.send()
    except Exception:  # whatever this backend raises about one address must not keep the mail from the others
        return False
    return True


def _count_refused(announcement: Announcement) -> None:
    Announcement.objects.filter(pk=announcement.pk).update(refused=F("refused") + 1)


def _unreachable(error: Exception) -> bool:
    """Say so without the error's own words, which may hold an account."""
    log.warning("The mail server cannot be reached: %s", type(error).__name__)
    return False
