"""What may be kept of an answer, route by route."""

import pytest
from django.conf import settings
from django.test import Client

from organisation.models import User
from tests.project.odd_requests import Values
from tests.project.routes import every_route
from tests.project.test_every_route import DELIBERATE

pytestmark = pytest.mark.django_db(databases=["default", "box"], transaction=True)

#: Routes whose answers may be kept, and how; of every other, nothing is.
KEPT: dict[str, set[str]] = {
    # The same for everybody.
    "robots": {""},
    "peer_review:verifier": {""},
    "peer_review:open-box": {""},
    "peer_review:bulletin-json": {"public, max-age=600"},
    "peer_review:manifest": {"no-cache"},
    # Pictures that strangers may see too, and icons of the admin.
    "media-image": {"private, no-cache"},
    "wagtailadmin_sprite": {"public, max-age=31536000, immutable", "max-age=3600"},
    # By the reader's browser alone, and asked for anew each time.
    "disclosures:feed": {"private"},
    "disclosures:column-feed": {"private"},
}
#: What people say to each other in the open: a browser may keep it and asks whether it is still the same.
FORUM = {"private, no-cache"}


@pytest.mark.parametrize("role", ["leader", "organiser", "inspector", "admin", "staff"])
def test_nothing_is_kept_but_what_is_listed(demonstration: None, role: str) -> None:
    client, values = Client(raise_request_exception=False), Values()
    client.force_login(User.objects.get(username=role))
    wrong: list[str] = []
    answered = 0
    for route in every_route():
        if route.name in DELIBERATE or "logout" in route.name:
            continue
        response = client.get(route.address(values.of(route, values.rounds[0])))
        answered += response.status_code == 200
        said = response.headers.get("Cache-Control", "")
        is_forum = route.template.startswith("discuss/") and said in FORUM
        if response.status_code < 400 and said in KEPT.get(route.name, set()):
            continue
        if not is_forum and "no-store" not in {part.strip() for part in said.split(",")}:
            wrong.append(f"{response.status_code} {route.name}: {said}")

    assert wrong == []
    assert answered > 30


def test_every_kept_route_exists() -> None:
    names = {route.name for route in every_route()}

    assert set(KEPT) <= names
    assert names >= settings.KEPT_ROUTES
