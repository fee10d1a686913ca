"""Links from a round's page to the other pages about the round: each is shown to whoever its view lets in."""

from django.urls import resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from peer_review.models import PublicNotice, Round, Subject
from peer_review.rules.roles import has_perm
from peer_review.users import User
from peer_review.views.shared.access import RoundMixin

#: Pages of roles, in the order in which they are listed. The permission is that of the view.
_PERMITTED_PAGES: tuple[tuple[str, str | Promise], ...] = (
    ("round-dashboard", _("Organise this round")),
    ("scrutineer-round", _("The key of the box")),
    ("comments-review", _("Review the comments")),
    ("self-evaluation", _("My self-evaluation")),
    ("own-result", _("My result")),
    ("section-results", _("Results of my section")),
    ("all-results", _("All results")),
    ("decisions", _("Decide the grades")),
    ("summary", _("Published summary")),
    ("audit-round", _("Verification")),
)


def round_links(round: Round, user: User) -> list[dict[str, str]]:
    """Return address and label of the pages about a round that this person may open."""
    pages: list[tuple[str, str | Promise]] = []
    if Subject.objects.contestable_by(user).filter(round=round).exists():
        pages.append(("my-outcome", _("My outcome, and what I can do about it")))
    pages += [page for page in _PERMITTED_PAGES if has_perm(_permission(_url(page[0], round)), user, round)]
    if PublicNotice.objects.visible_to(user).filter(round=round).exists():
        pages.append(("public-notice", _("Public notice")))
    if round.fingerprint:
        pages.append(("printed-notice", _("Printed notice")))
    if round.has_bulletin:
        pages.append(("bulletin", _("Bulletin")))
    return [{"url": _url(route, round), "label": str(label)} for route, label in pages]


def _url(route: str, round: Round) -> str:
    return reverse(f"peer_review:{route}", args=[round.public_id])


def _permission(url: str) -> str:
    """Return the permission that the view at an address asks for."""
    view = getattr(resolve(url).func, "view_class", None)
    assert isinstance(view, type)
    assert issubclass(view, RoundMixin)
    assert view.permission is not None
    return view.permission
