"""The reference organisation as `make demo` loads it."""

import pytest
from django.core.management import call_command

from disclosures.models import DisclosurePage
from forum_pages.models import Topic
from organisation.models import Staff
from peer_review.models import Round


def sizes() -> dict[str, int]:
    models = (Staff, Topic, DisclosurePage, Round)
    return {model.__name__: model.objects.count() for model in models}


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_loading_again_doubles_nothing(demonstration: None) -> None:
    loaded = {"Staff": 120, "Topic": 62, "DisclosurePage": 40, "Round": 5}
    assert sizes() == loaded

    call_command("demo")

    assert sizes() == loaded
