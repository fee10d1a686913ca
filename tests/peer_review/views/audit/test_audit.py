import io
import json
import zipfile

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from peer_review import audit_log
from peer_review.models import CountRun, DisclosureEntry, Round
from peer_review.views.audit import audit as views
from tests.factories.peer_review.counted_rounds import make_counted_round, make_published_round, papers
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def inspector(client: Client) -> Client:
    client.force_login(make_user("", "inspector"))
    return client


def address(round: Round, name: str) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


def test_page_accounts_for_every_row_and_names_no_subject(inspector: Client) -> None:
    round = make_counted_round({("被评人甲", "all"): papers(6)})
    # As rounds have it that were counted while `accepted` included words.
    CountRun.objects.update(total=10, accepted=913, superseded=2, rejected={"bad_token": 2})
    page = inspector.get(address(round, "audit-round"), headers={"accept-language": "en"})
    text = page.content.decode()
    assert '<dt>Counted</dt><dd class="pr-nums">6</dd>' in text
    assert "913" not in text
    assert page.context["totals"].counted == 6
    assert "bad_token" in text
    assert "被评人甲" not in text
    assert round.cells.get().key in text


def test_ballots_are_handed_out_after_publication_and_put_on_record(inspector: Client) -> None:
    round = make_counted_round({("甲", "all"): papers(6)})
    assert inspector.get(address(round, "audit-ballots")).status_code == 404
    published = make_published_round({("甲", "all"): papers(6)})
    answer = inspector.get(address(published, "audit-ballots"))
    body = json.loads(b"".join(answer.streaming_content))
    assert (body["v"], body["round"], len(body["entries"])) == (1, published.public_id, 6)
    assert answer["Cache-Control"] == "no-store"
    assert ModelLogEntry.objects.filter(action="peer_review.round.ballots").count() == 1


def test_package_is_handed_out_after_publication_and_put_on_record_and_in_the_ledger(inspector: Client) -> None:
    round = make_counted_round({("甲", "all"): papers(6)})
    assert inspector.get(address(round, "audit-package")).status_code == 404
    published = make_published_round({("甲", "all"): papers(6)})
    answer = inspector.get(address(published, "audit-package"))
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as packed:
        assert json.loads(packed.read("figures.json"))["subjects"][0]["score"][0] == 76.0
    assert answer["Content-Type"] == "application/zip"
    assert answer["Cache-Control"] == "no-store"
    assert f'filename="audit-{published.public_id[:8]}.zip"' in answer["Content-Disposition"]
    assert ModelLogEntry.objects.filter(action="peer_review.round.package").count() == 1
    shown = DisclosureEntry.objects.get(round=published)
    assert (shown.scope, shown.channel, shown.audience) == ("round", "package", "inspector")


def test_page_shows_the_hash_of_the_scheme_that_the_log_holds(inspector: Client) -> None:
    round = make_counted_round({("甲", "all"): papers(6)})
    page = inspector.get(address(round, "audit-round"))
    assert page.context["scheme_hash"] == round.exposure["form"]
    ModelLogEntry.objects.filter(action="peer_review.round.open").delete()
    assert inspector.get(address(round, "audit-round")).context["scheme_hash"] == ""


@pytest.mark.parametrize("role", ["staff", "organiser", "scrutineer", "leadership", "superuser"])
def test_nobody_else_verifies(role: str, client: Client) -> None:
    round = make_published_round({("甲", "all"): papers(6)})
    user = round.organiser if role == "organiser" else make_user("", role, is_superuser=role == "superuser")
    client.force_login(user)
    for name in ("audit-round", "audit-ballots", "audit-package"):
        assert client.get(address(round, name)).status_code == 403
    for name in ("audit-list", "audit-log"):
        assert client.get(reverse(f"peer_review:{name}")).status_code == 403


def test_round_that_is_not_counted_cannot_be_verified(inspector: Client) -> None:
    round = make_counted_round({("甲", "all"): papers(6)})
    Round.objects.update(state="closed")
    assert inspector.get(address(round, "audit-round")).status_code in (403, 404)
    assert inspector.get(reverse("peer_review:audit-list")).context["rounds"].count() == 0


def test_log_is_paged_by_key_without_loss(inspector: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE", 3)
    round = make_counted_round({("甲", "all"): papers(6)})
    for _number in range(8):
        audit_log.record(round, "peer_review.round.update", by=round.organiser)
    seen: list[int] = []
    after: str | None = None
    while True:
        page = inspector.get(reverse("peer_review:audit-log"), {"after": after} if after else {})
        seen += [act.pk for act in page.context["acts"]]
        after = page.context["paging"].after
        if not after:
            break
    assert seen == list(audit_log.entries_visible_to(page.wsgi_request.user).values_list("pk", flat=True))
    assert len(seen) == 9  # the opening, and eight changes


def test_lists_cost_the_same_for_one_and_many(inspector: Client, django_assert_max_num_queries) -> None:
    round = make_counted_round({("甲", "all"): papers(6)})
    inspector.get(address(round, "audit-round"))
    with django_assert_max_num_queries(60) as one:
        inspector.get(reverse("peer_review:audit-list"))
        inspector.get(reverse("peer_review:audit-log"))
    for _number in range(3):
        audit_log.record(make_counted_round({("甲", "all"): papers(5)}), "peer_review.round.update", by=round.organiser)
    with django_assert_max_num_queries(60) as many:
        inspector.get(reverse("peer_review:audit-list"))
        inspector.get(reverse("peer_review:audit-log"))
    assert len(many) <= len(one) + 1  # the users of the acts, fetched once
