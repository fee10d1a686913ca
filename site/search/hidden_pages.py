"""Pages whose titles somebody is not to know: unread drafts, and what is addressed or open to others."""

from __future__ import annotations

from django.db.models import F, Q
from wagtail.models import Page
from wagtail.permissions import page_permission_policy
from wagtail.query import PageQuerySet

from disclosures.models import DisclosurePage
from disclosures.rules import closed_paths
from forum_pages.models import BoardPage
from organisation.models import User


def hidden_from(user: User) -> PageQuerySet:
    """Return the pages whose titles this person must not learn in Wagtail's admin.

    A disclosure or a board is as hidden as its own rules say. Any page is hidden that is not published, that privacy
    settings close, or whose next version has another title. Never hidden is what the person may edit. A superuser
    repairs pages and sees all of them. Queries: none but those that the rules keep with the user object.
    """
    if user.is_superuser:
        return Page.objects.none()
    closed = Q(live=False) | Q(has_unpublished_changes=True) & ~Q(draft_title=F("title"))
    for path in closed_paths(user):
        closed |= Q(path__startswith=path)
    disclosures = DisclosurePage.objects.all()
    boards = BoardPage.objects.all()
    hidden = Page.objects.filter(
        (closed & ~Q(pk__in=_keys(disclosures.in_work_of(user))))
        | Q(pk__in=_keys(disclosures.exclude(pk__in=_keys(disclosures.known_to(user)))))
        | Q(pk__in=_keys(boards.exclude(pk__in=_keys(boards.visible_to(user)))))
    )
    editable = page_permission_policy.instances_user_has_any_permission_for(user, {"change"})
    return hidden.exclude(pk__in=_keys(editable))


def _keys(pages: PageQuerySet) -> PageQuerySet:
    return pages.order_by().values("pk")
