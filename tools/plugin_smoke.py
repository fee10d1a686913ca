"""Use the plugins in the bare Wagtail project in whose folder this runs, as their users would.

DJANGO_SETTINGS_MODULE=….settings.dev python plugin_smoke.py [peer_review] [forum_pages]

Nothing is imported but the installed packages. The forum takes a topic and a comment; a round of mutual evaluation goes
from roll to a verified bulletin, its ballots made by the reference client and sent through the real endpoints. An
assertion that does not hold ends it.
"""

# ruff: noqa: E402 - models can be imported only once Django is set up

import importlib.util
import io
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, os.getcwd())

import django

django.setup()

from django.apps import apps as installed
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse
from django.utils import timezone

#: A section of six, so that every subject has five evaluators: the default floor.
EVALUATORS = 6


def person(username: str, *groups: str) -> Any:
    """Return a new user in these groups."""
    user = get_user_model().objects.create_user(username=username, first_name=username.title(), last_name="Bare")
    user.groups.set(Group.objects.get_or_create(name=name)[0] for name in groups)
    return user


def client_of(user: Any) -> Client:
    """Return a browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, url: str, *texts: str) -> str:
    """Return a page that answers 200, in the plugin's own frame, with these texts in it."""
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    body = response.content.decode()
    assert "<html" in body, url
    for text in texts:
        assert text in body, (url, text)
    return body


def post(client: Client, url: str, body: Any) -> Any:
    """Return the JSON that an endpoint answers to JSON."""
    response = client.post(url, json.dumps(body), content_type="application/json")
    assert response.status_code == 200, (url, response.status_code, response.content[:300])
    return response.json()


def use_forum() -> None:
    """Make a board, write on it, read it."""
    from wagtail.models import Site

    from forum_pages.models import BoardPage, ForumIndexPage, Topic

    author, reader = person("author"), person("reader")
    home = Site.objects.get(is_default_site=True).root_page
    index = home.add_child(instance=ForumIndexPage(title="Forum", slug="forum"))
    board = index.add_child(instance=BoardPage(title="Talk", slug="talk"))
    writing, reading = client_of(author), client_of(reader)

    start = reverse("forum_pages:topic-start", args=[board.pk])
    page(writing, start, "submission")
    answer = writing.post(start, {"title": "十二字方针", "source": "How do we **begin**?", "submission": _submission()})
    topic = Topic.objects.get()
    assert (answer.status_code, answer.url) == (302, topic.get_absolute_url()), answer
    answer = reading.post(
        reverse("forum_pages:comment-post", args=[topic.pk]), {"source": "With quality.", "submission": _submission()}
    )
    assert answer.status_code == 302, answer

    page(reading, index.get_url(), "Talk")
    page(reading, board.get_url(), "十二字方针", "Author Bare")
    page(reading, topic.get_absolute_url(), "<strong>begin</strong>", "With quality.", "Reader Bare")
    page(reading, reverse("forum_pages:overview"), "Talk")
    page(reading, reverse("forum_pages:search") + "?q=方针", "十二字方针")
    strangers = Client().get(topic.get_absolute_url(), follow=True)
    assert strangers.status_code == 200, strangers
    assert "With quality." not in strangers.content.decode()


def _submission() -> str:
    return str(uuid4())


def use_peer_review() -> None:
    """Run a round from its roll to its published results."""
    from peer_review.domain.keys import server_keys
    from peer_review.domain.planning import roll, roll_confirmation, roll_edits, roll_fingerprint
    from peer_review.domain.publication import publish
    from peer_review.domain.rounds import lifecycle
    from peer_review.domain.schemes import ballot_papers, default_schemes
    from peer_review.enums import RoundKind
    from peer_review.models import Assignment, Round
    from peer_review.protocol.ballots import check_cast, verify_receipt
    from peer_review.protocol.credentials import Credential, new_master
    from zhengyan_crypto import sealing
    from zhengyan_crypto.blindsig import decode_spki
    from zhengyan_crypto.encoding import b64u_decode, b64u_encode

    organiser, scrutineer = person("organiser", "organiser"), person("scrutineer", "scrutineer")
    inspector = person("inspector", "inspector")
    section = [person(f"voter{number}", "Section A") for number in range(EVALUATORS)]
    scheme = default_schemes.create_default_schemes(by=organiser)["annual"]
    # So few answers would be shown as a range.
    scheme.exact_scores = True
    scheme.save()
    round = lifecycle.create_round(
        by=organiser,
        title="Bare round",
        kind=RoundKind.PERSON,
        scheme=scheme,
        opens_at=timezone.now() - timedelta(minutes=1),
        closes_at=timezone.now() + timedelta(days=2),
        scrutineers=[scrutineer],
    )
    summary = roll.propose_roll(round, by=organiser)
    assert summary.members >= EVALUATORS, summary
    for subject in round.subjects.exclude(member__user__in=section[:2]):
        roll_edits.remove_subject(round, by=organiser, subject=subject)
    roll_confirmation.confirm_roll(round, by=inspector, fingerprint=roll_fingerprint.roll_fingerprint(round))
    organising = client_of(organiser)
    page(organising, reverse("peer_review:organiser-list"), "Bare round")
    page(organising, reverse("peer_review:round-dashboard", args=[round.public_id]), "Bare round")
    assert server_keys.prepare_keys(round) == round.cells.count()

    # The box key, as the scrutineer's browser makes it: only its public half is sent.
    holding = client_of(scrutineer)
    private = sealing.generate_box_key()
    raw = private.private_bytes_raw()
    public = b64u_encode(private.public_key().public_bytes_raw())
    epk = b64u_decode(post(holding, reverse("peer_review:box-key", args=[round.public_id]), {"public": public})["epk"])
    proof = b64u_encode(sealing.content_key(raw, epk, round_id=round.public_id))
    post(holding, reverse("peer_review:box-key-test", args=[round.public_id]), {"key": proof})
    round.refresh_from_db()
    round = lifecycle.open_round(round, by=organiser)

    drawn = []
    voters = get_user_model().objects.filter(
        pk__in=Assignment.objects.filter(cell__round=round).order_by().values("evaluator")
    )
    for user in voters:
        sitting = client_of(user)
        page(sitting, reverse("peer_review:round-list"), "Bare round")
        page(sitting, reverse("peer_review:round-detail", args=[round.public_id]), "Bare round")
        page(sitting, reverse("peer_review:ballot", args=[round.public_id]), "integrity=")
        spki = dict(round.cells.filter(assignments__evaluator=user).values_list("key", "spki"))
        master = new_master()
        credentials = {cell: Credential(master, round.public_id, cell) for cell in spki}
        blinded = {cell: b64u_encode(one.blind(decode_spki(spki[cell])).blinded) for cell, one in credentials.items()}
        drawing = post(sitting, reverse("peer_review:draw", args=[round.public_id]), {"blinded": blinded})
        drawn.append(
            [
                one.make_cast(
                    dict.fromkeys(round.frozen_scheme.criterion_keys, 90),
                    token=one.finalize(decode_spki(spki[cell]), b64u_decode(drawing["signed"][cell])),
                    revision=one.revision_of(1, drawn_at=drawing["drawn_at"]),
                )
                for cell, one in credentials.items()
            ]
        )

    # Without cookies, without a session; one sending a person.
    cast = reverse("peer_review:cast", args=[round.public_id])
    receipt_key = b64u_decode(round.receipt_public)
    cells = dict(round.cells.values_list("key", "spki"))
    asked = ballot_papers.papers_of(round)
    leaves = []
    with ThreadPoolExecutor(len(drawn)) as browsers:
        answers = list(browsers.map(lambda casts: post(Client(), cast, casts)["results"], drawn))
    for casts, answer in zip(drawn, answers, strict=True):
        for one, result in zip(casts, answer, strict=True):
            checked = check_cast(one, round_id=round.public_id, cells=cells, papers=asked)
            assert result["ok"] is True, result
            assert verify_receipt(result["receipt"], receipt_key=receipt_key, round_id=round.public_id) == checked.leaf
            leaves.append(checked.leaf.hex())
    refused = client_of(section[0]).post(cast, json.dumps(drawn[0]), content_type="application/json")
    assert (refused.status_code, refused.json()) == (400, {"error": "cookie_on_anonymous_endpoint"})

    round = lifecycle.close_round(round, by=None)  # as the clock does
    rows_url = reverse("peer_review:count-rows", args=[round.public_id])
    while rows := holding.get(rows_url).json()["rows"]:
        contents = {
            row["id"]: b64u_encode(sealing.content_key(raw, b64u_decode(row["epk"]), round_id=round.public_id))
            for row in rows
        }
        post(holding, reverse("peer_review:count-keys", args=[round.public_id]), {"keys": contents})
    post(holding, reverse("peer_review:count-finish", args=[round.public_id]), {})
    round = Round.objects.get(pk=round.pk)
    assert round.state == "counted", round.state
    assert round.bulletin.size == len(leaves)
    round = publish.publish_round(round, by=organiser)

    page(client_of(section[0]), reverse("peer_review:own-result", args=[round.public_id]), "90")
    page(organising, reverse("peer_review:all-results", args=[round.public_id]), "Voter1")
    page(client_of(inspector), reverse("peer_review:audit-round", args=[round.public_id]), "Bare round")
    page(client_of(inspector), reverse("peer_review:bulletin", args=[round.public_id]), round.bulletin.root[:4])
    head = Client().get(reverse("peer_review:bulletin-head", args=[round.public_id])).json()["head"]
    assert head["root"] == round.bulletin.root, head
    blocks = Client().get(reverse("peer_review:bulletin-cells", args=[round.public_id]), {"cell": list(cells)}).json()
    held = "".join(block["block"] for block in blocks["cells"])
    assert [leaf for leaf in leaves if leaf not in held] == []
    verify(round, client_of(inspector), len(leaves))
    call_command("peer_review_tick", "--no-keys", stdout=io.StringIO())


def verify(round: Any, inspecting: Client, ballots: int) -> None:
    """Run the installed verifier, as a stranger on another computer, over what the site hands out."""
    from peer_review.offline import verify_bulletin

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, client, route in (
            ("manifest.json", Client(), "manifest"),
            ("bulletin.json", Client(), "bulletin-json"),
            ("ballots.json", inspecting, "audit-ballots"),
        ):
            response = client.get(reverse(f"peer_review:{route}", args=[round.public_id]))
            assert response.status_code == 200, (route, response.status_code)
            (folder / file).write_bytes(b"".join(response) if response.streaming else response.content)
        handed_out = b"".join(Client().get(reverse("peer_review:verifier")))
        assert handed_out == Path(verify_bulletin.__file__).read_bytes()
        done = subprocess.run(
            [
                sys.executable, str(verify_bulletin.__file__), "--manifest", "manifest.json",
                "--bulletin", "bulletin.json", "--ballots", "ballots.json", "--fingerprint", round.fingerprint,
            ],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert "All checks hold." in done.stdout
        entries = json.loads((folder / "ballots.json").read_bytes())["entries"]
        assert len(entries) == ballots, (len(entries), ballots)


def main(apps: list[str]) -> None:
    """Use each of these apps, and see that neither drags the other or the intranet in."""
    for foreign in ("organisation", "disclosures", "config", "tests"):
        assert importlib.util.find_spec(foreign) is None, f"{foreign} is importable: this is no bare project"
    for other in {"peer_review", "forum_pages"} - set(apps):
        assert not installed.is_installed(other), other
        assert other not in sys.modules, f"{other} was imported"
    setup_test_environment()
    if "forum_pages" in apps:
        use_forum()
    if "peer_review" in apps:
        use_peer_review()


if __name__ == "__main__":
    main(sys.argv[1:])
