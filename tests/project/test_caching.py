"""What may be kept of an answer, route by route."""

from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.test import Client

from organisation.models import User
from tests.project.odd_requests import Values
from tests.project.routes import Route, every_route
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


ROLES = ("leader", "organiser", "inspector", "admin", "staff")


@dataclass
class Reader:
    """Somebody who asks for pages and notes what may wrongly be kept of them."""

    role: str
    answered: int = 0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = Client(raise_request_exception=False)
        self.client.force_login(User.objects.get(username=self.role))

    def ask(self, route: Route, address: str) -> bool:
        """Return whether a page was the answer."""
        response = self.client.get(address)
        is_page = response.status_code == 200
        self.answered += is_page
        said = response.headers.get("Cache-Control", "")
        is_forum = route.template.startswith("discuss/") and said in FORUM
        if response.status_code < 400 and said in KEPT.get(route.name, set()):
            return is_page
        if not is_forum and "no-store" not in {part.strip() for part in said.split(",")}:
            self.wrong.append(f"{self.role} {response.status_code} {route.name}: {said}")
        return is_page


def addresses() -> list[tuple[Route, str]]:
    values = Values()
    asked = [route for route in every_route() if route.name not in DELIBERATE and "logout" not in route.name]
    return [(route, route.address(values.of(route, values.rounds[0]))) for route in asked]


def test_nothing_is_kept_but_what_is_listed(demonstration: None) -> None:
    """Each role asks for every route until one of them is answered by its page; all ask for all in `make test-long`."""
    left, readers = addresses(), [Reader(role) for role in ROLES]
    for reader in readers:
        left = [(route, address) for route, address in left if not reader.ask(route, address)]

    assert [fault for reader in readers for fault in reader.wrong] == []
    assert readers[0].answered > 100
    assert all(reader.answered for reader in readers[:-1])


@pytest.mark.long
@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_kept_of_any_route_by_any_role(demonstration: None, role: str) -> None:
    reader = Reader(role)
    for route, address in addresses():
        reader.ask(route, address)

    assert reader.wrong == []
    assert reader.answered > 30


def test_every_kept_route_exists() -> None:
    names = {route.name for route in every_route()}

    assert set(KEPT) <= names
    assert names >= settings.KEPT_ROUTES
