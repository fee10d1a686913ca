"""Languages of readers. A site names its own function in PEER_REVIEW_LANGUAGE_SOURCE."""

from collections.abc import Collection

from django.conf import settings
from wagtail.users.models import UserProfile


def from_wagtail_profiles(user_ids: Collection[int]) -> dict[int, str]:
    """Return the language that each of these people chose in Wagtail's account settings. Unknown ones are left out."""
    known = {code for code, _name in settings.LANGUAGES}
    chosen = UserProfile.objects.filter(user__in=user_ids).exclude(preferred_language="")
    return {user: code for user, code in chosen.values_list("user_id", "preferred_language") if code in known}
