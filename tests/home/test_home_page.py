"""The home page: who sees what, how much it costs, and that it is the root from the first migration on."""

import datetime
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Locale, Page, Site

from forum_pages.enums import Verb
from home.models import HomePage
from organisation.enums import Role
from organisation.roles import group_of
from tests.factories import disclosures, forum_pages
from tests.factories.home import home_page
from tests.factories.peer_review.rounds import make_open_round

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def sign_in(user: object) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_migration_puts_the_home_page_where_wagtail_left_its_welcome() -> None:
    Locale.objects.get_or_create(language_code="zh-hans")  # swept away where a test flushed the tables
    Page.objects.filter(depth__gt=1).delete()
    root = Page.objects.filter(depth=1).first() or Page.add_root(instance=Page(title="Root", slug="root"))
    welcome = root.add_child(instance=Page(title="Welcome", slug="home"))
    Site.objects.create(hostname="localhost", root_page=welcome, is_default_site=True)

    import_module("home.migrations.0002_root").make_root(apps, None)

    home = HomePage.objects.get()
    assert Site.objects.get(is_default_site=True).root_page_id == home.pk
    assert (home.path, home.url_path, home.depth) == (welcome.path, "/home/", 2)
    assert Page.find_problems() == ([], [], [], [], [])


def test_migration_leaves_a_tree_that_somebody_made() -> None:
    home = home_page()

    import_module("home.migrations.0002_root").make_root(apps, None)

    assert HomePage.objects.get() == home


def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "home", check=True, dry_run=True, verbosity=0)


def test_nobody_waiting_and_nothing_new_is_said_in_words() -> None:
    home_page()

    response = sign_in(disclosures.person()).get("/")

    assert [response.context[name] for name in ("waiting", "topics", "disclosures")] == [[], [], []]
    text = response.content.decode()
    assert "Nothing waits for you today" in text
    assert "No topics yet" in text
    assert "Nothing published yet" in text


def test_home_shows_only_what_this_person_may_see() -> None:
    home_page()
    reader, author = disclosures.person(Role.EDITOR), disclosures.person()
    leaders = group_of(Role.LEADERSHIP)
    open_topic = forum_pages.topic(forum_pages.board("open"), author, "公开的主题")
    forum_pages.topic(forum_pages.board("closed", grants={Verb.READ: ["leadership"]}), author, "领导的主题")
    hidden = forum_pages.topic(forum_pages.board("third"), author, "被隐藏的主题")
    hidden.hidden, hidden.hidden_reason = True, "重复"
    hidden.save()
    shown = disclosures.published(owner=author, title="给大家的")
    disclosures.published(owner=author, title="给领导的", audience="groups", audience_groups=[leaders])
    disclosures.draft(owner=author, title="草稿")

    response = sign_in(reader).get("/")

    assert response.context["topics"] == [open_topic]
    assert response.context["disclosures"] == [shown]


def test_open_round_is_first_with_its_last_day() -> None:
    home_page()
    closes_at = timezone.make_aware(datetime.datetime(2100, 11, 22, 17, 30))
    running = make_open_round(evaluators=4, title="年度互评", closes_at=closes_at)

    text = sign_in(running.evaluators[0].user).get("/").content.decode()

    assert text.index("Anonymous ballot") < text.index("年度互评") < text.index("22 Nov 2100, 17:30")
    assert f"/review/rounds/{running.round.public_id}/" in text


def test_queries_do_not_grow_with_what_there_is() -> None:
    home_page()
    author = disclosures.person()
    board = forum_pages.board("open")
    client = sign_in(author)

    def fill(number: int) -> None:
        forum_pages.topic(board, author, f"主题{number}")
        disclosures.published(owner=author, title=f"公开{number}")

    fill(0)
    client.get("/")
    with CaptureQueriesContext(connection) as one:
        client.get("/")
    for number in range(1, 6):
        fill(number)
    with CaptureQueriesContext(connection) as many:
        response = client.get("/")

    assert len(response.context["topics"]) == 6
    assert len(many) == len(one)
    assert len(one) <= 33
