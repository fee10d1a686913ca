"""Comments on documents, kept by django-comments-xtd without threads."""

import rules
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet
from django_comments_xtd.models import XtdComment
from wagtail.log_actions import log

from disclosures.exceptions import CommentsClosed
from disclosures.models import DisclosurePage
from disclosures.rules import COMMENT, is_moderator
from organisation.models import User
from organisation.roles import is_signed_in


def comments_on(page: DisclosurePage) -> QuerySet[XtdComment]:
    """Return the comments that readers see. No query yet."""
    return XtdComment.norel_objects.filter(
        content_type=ContentType.objects.get_for_model(DisclosurePage),
        object_pk=str(page.pk),
        is_public=True,
        is_removed=False,
    ).select_related("user")


@transaction.atomic
def add_comment(*, page: DisclosurePage, user: User | AnonymousUser, text: str) -> XtdComment:
    """Write a comment and return it. The same text by the same person again is the comment already there.

    Raises: CommentsClosed if the page takes none, or not from this person.
    """
    page = DisclosurePage.objects.select_for_update(of=("self",)).get(pk=page.pk)
    if user.is_anonymous or not rules.has_perm(COMMENT, user, page):
        raise CommentsClosed
    again: XtdComment | None = comments_on(page).filter(user=user, comment=text).order_by("-pk").first()
    if again is not None:
        return again
    comment = XtdComment(
        content_type=ContentType.objects.get_for_model(DisclosurePage),
        object_pk=str(page.pk),
        site_id=settings.SITE_ID,
        user=user,
        user_name=user.get_full_name()[:50],
        comment=text,
    )
    comment.save()
    return comment


@transaction.atomic
def remove_comment(*, page: DisclosurePage, comment_id: int, user: User | AnonymousUser) -> bool:
    """Take a comment away: one's own, or any as a moderator. Return False if there was none to take."""
    mine = Q() if is_moderator(user) else Q(user=user)
    if not is_signed_in(user):
        return False
    removed = XtdComment.norel_objects.filter(
        mine, pk__in=comments_on(page).filter(pk=comment_id).order_by().values("pk")
    ).first()
    if removed is None:
        return False
    removed.is_removed = True
    removed.save()
    log(instance=page, action="disclosures.comment_removed", user=user, data={"comment": comment_id})
    return True
