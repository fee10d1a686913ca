"""The tag {% peer_review_notices %}: unread announcements about a reader's rounds, for any page."""

from django import template

from peer_review.models import Notice
from peer_review.views.announcements.notices import shown

register = template.Library()
#: More stand on the page of announcements.
SHOWN = 3


@register.inclusion_tag("peer_review/announcements/parts/notices.html", takes_context=True)
def peer_review_notices(context: template.Context) -> dict[str, object]:
    """Show the newest unread announcements of whoever is signed in; nothing where there are none. One query."""
    request = context["request"]
    notices = list(Notice.objects.visible_to(request.user).unread()[: SHOWN + 1])
    return {"request": request, "notices": [shown(notice) for notice in notices[:SHOWN]], "more": len(notices) > SHOWN}
