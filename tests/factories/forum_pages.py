"""People, boards, topics and comments for tests of the forum. Text goes through the domain, as in real life."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.test import Client
from wagtail.images.models import Image

from forum_pages.domain.comments.comments import post_comment
from forum_pages.domain.topics.topics import start_topic
from forum_pages.enums import Verb
from forum_pages.models import BoardGrant, BoardPage, ForumIndexPage, Topic, TopicComment
from organisation.models import User
from tests.factories import disclosures
from tests.factories.home import home_page


def person(username: str, *groups: str, name: str = "", **fields: object) -> User:
    """Return a user, a member of the groups; the same name again gives the same user."""
    user, _ = User.objects.get_or_create(username=username, defaults={"name": name, **fields})
    for group in groups:
        user.groups.add(Group.objects.get_or_create(name=group)[0])
    return user


def client_of(user: User) -> Client:
    """Return a browser in which the person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def forum(slug: str = "forum") -> ForumIndexPage:
    """Return the forum's index page, below the site's home."""
    existing = ForumIndexPage.objects.filter(slug=slug).first()
    if existing is not None:
        return existing
    return home_page().add_child(instance=ForumIndexPage(title="论坛", slug=slug))


def board(slug: str = "talk", *, grants: dict[Verb, list[str | User]] | None = None, **fields: object) -> BoardPage:
    """Return a board. `grants`: for each verb, names of groups or users."""
    page = forum().add_child(instance=BoardPage(**{"title": slug, "slug": slug, **fields}))
    for verb, names in (grants or {}).items():
        for named in names:
            grant(page, verb, named)
    return BoardPage.objects.get(pk=page.pk)


def grant(page: BoardPage, verb: Verb, named: str | User) -> BoardGrant:
    """Name a group (by its name) or a user on a board."""
    if isinstance(named, str):
        group = Group.objects.get_or_create(name=named)[0]
        return BoardGrant.objects.create(board=page, verb=verb, group=group)
    return BoardGrant.objects.create(board=page, verb=verb, user=named)


def topic(page: BoardPage, author: User, title: str = "十二字方针怎么落地", source: str = "请大家谈谈。") -> Topic:
    """Return a topic, started as people start them."""
    return start_topic(board=page, user=author, title=title, source=source)


def comment(on: Topic, author: User, source: str = "同意。", *, parent: TopicComment | None = None) -> TopicComment:
    """Return a comment, written as people write them."""
    return post_comment(topic=on, user=author, source=source, parent=parent)


def picture_of_a_board() -> Image:
    """Return a picture that stands in the description of a board."""
    image = disclosures.picture()
    board(f"with-picture-{image.pk}", description=f'<embed embedtype="image" id="{image.pk}" alt="x" format="left"/>')
    return image
