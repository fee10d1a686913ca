"""In which language somebody reads, as they chose it in Wagtail's account settings."""

import pytest
from wagtail.users.models import UserProfile

from peer_review.providers.languages import from_wagtail_profiles
from tests.factories.peer_review.rounds import make_user


@pytest.mark.django_db
def test_from_wagtail_profiles_leaves_out_who_chose_none_or_one_that_the_site_does_not_have() -> None:
    chosen = {"": make_user(), "en": make_user(), "tlh": make_user(), "zh-hans": make_user()}
    for language, user in chosen.items():
        UserProfile.objects.create(user=user, preferred_language=language)
    without = make_user()

    people = [*(user.pk for user in chosen.values()), without.pk]

    assert from_wagtail_profiles(people) == {chosen["en"].pk: "en", chosen["zh-hans"].pk: "zh-hans"}
    assert from_wagtail_profiles([chosen["en"].pk]) == {chosen["en"].pk: "en"}
    assert from_wagtail_profiles([]) == {}
