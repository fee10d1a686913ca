"""Who may what: tables for every role, and the equality of predicates and querysets."""

from __future__ import annotations

import datetime as dt

import pytest
import rules
from django.contrib.auth.models import AnonymousUser, Group
from django.utils import timezone
from wagtail.models import PageViewRestriction

from forum_pages.domain.comments.comments import remove_comment
from forum_pages.domain.moderation.actions import hide_topic
from forum_pages.enums import Verb
from forum_pages.models import BoardPage, Topic, TopicComment
from forum_pages.people import MaybeUser
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


ROLES = [
    "staff",
    "section_head",
    "leadership",
    "editor",
    "moderator",
    "organiser",
    "scrutineer",
    "inspector",
    "administrator",
]


def everybody() -> dict[str, MaybeUser]:
    """One person for each role, and the edges: nobody, a stranger, an inactive one, a superuser."""
    people = {role: make.person(role, role) for role in ROLES}
    people["head_of_this_section"] = make.person("head", "section_head")
    people["no_group"] = make.person("loner")
    people["inactive"] = make.person("gone", "staff", is_active=False)
    people["superuser"] = make.person("root", is_superuser=True)
    people["stranger"] = AnonymousUser()
    return people


def boards(head: User) -> dict[str, BoardPage]:
    """A board of each kind there is."""
    by_name = {
        "open": make.board("open"),
        "leaders": make.board("leaders", grants={Verb.READ: ["leadership"]}),
        "notices": make.board("notices", grants={Verb.POST: ["editor"]}),
        "quiet": make.board("quiet", grants={Verb.COMMENT: ["leadership", "editor"]}),
        "section": make.board("section", grants={Verb.READ: ["section_head"], Verb.MODERATE: [head]}),
        "moderated": make.board("moderated", moderated=True),
        "draft": make.board("draft", live=False),
        "private": make.board("private"),
        "password": make.board("password"),
        "signed_in": make.board("signed-in"),
    }
    private = PageViewRestriction.objects.create(page=by_name["private"].page_ptr, restriction_type="groups")
    private.groups.add(Group.objects.get_or_create(name="editor")[0])
    PageViewRestriction.objects.create(page=by_name["password"].page_ptr, restriction_type="password", password="x")
    PageViewRestriction.objects.create(page=by_name["signed_in"].page_ptr, restriction_type="login")
    return by_name


def fresh(user: MaybeUser) -> MaybeUser:
    """The same person as a new request knows them."""
    return type(user).objects.get(pk=user.pk) if user.pk else user


#: (board, permission) -> roles that have it, the moderator's among them; a superuser has none by virtue of being one.
ALL = {*ROLES, "head_of_this_section", "no_group", "superuser"}


TABLE = {
    ("open", "read_board"): ALL,
    ("open", "post_on_board"): ALL,
    ("open", "comment_on_board"): ALL,
    ("open", "moderate_board"): {"moderator"},
    ("leaders", "read_board"): {"leadership", "moderator"},
    ("leaders", "post_on_board"): {"leadership", "moderator"},
    ("notices", "read_board"): ALL,
    ("notices", "post_on_board"): {"editor", "moderator"},
    ("notices", "comment_on_board"): ALL,
    ("quiet", "post_on_board"): ALL,
    ("quiet", "comment_on_board"): {"leadership", "editor", "moderator"},
    ("section", "read_board"): {"section_head", "head_of_this_section", "moderator"},
    ("section", "moderate_board"): {"head_of_this_section", "moderator"},
    ("moderated", "post_on_board"): ALL,
    ("draft", "read_board"): set(),
    ("draft", "moderate_board"): set(),
    ("private", "read_board"): {"editor", "superuser"},
    ("private", "moderate_board"): set(),
    ("password", "read_board"): set(),
    ("signed_in", "read_board"): ALL,
}


def test_board_permissions_for_every_role() -> None:
    people = everybody()
    board_of_kind = boards(people["head_of_this_section"])
    for (name, permission), expected in TABLE.items():
        board = BoardPage.objects.get(pk=board_of_kind[name].pk)
        having = {
            role for role, user in people.items() if rules.has_perm(f"forum_pages.{permission}", fresh(user), board)
        }
        assert having == expected, (name, permission)


def test_predicates_are_false_for_nothing() -> None:
    for permission in ("read_board", "post_on_board", "moderate_board", "read_topic", "edit_comment", "read_comment"):
        assert rules.has_perm(f"forum_pages.{permission}", make.person("x"), None) is False
        assert rules.has_perm(f"forum_pages.{permission}", None, None) is False


def test_predicates_and_querysets_agree_for_every_role() -> None:
    people = everybody()
    board_of_kind = boards(people["head_of_this_section"])
    author, moderator = people["staff"], people["moderator"]
    for board in board_of_kind.values():
        shown = make.topic(board, author, "shown")
        first = make.comment(shown, moderator)
        make.comment(shown, moderator, parent=first)
        remove_comment(comment=first, user=moderator, reason="x")
        hidden = make.topic(board, author, "hidden")
        make.comment(hidden, author)
        hide_topic(topic=hidden, user=moderator, reason="x")
        Topic.objects.filter(pk=make.topic(board, author, "awaiting").pk).update(awaiting=True)
        waiting = make.comment(shown, author, "awaiting")
        TopicComment.objects.filter(pk=waiting.pk).update(is_public=False)
    every_board = {board.pk: board for board in BoardPage.objects.all()}
    every_topic = {topic.pk: topic for topic in Topic.objects.all()}
    for topic in every_topic.values():
        topic.board = every_board[topic.board_id]
    every_comment = list(TopicComment.objects.all())
    for comment in every_comment:
        comment.topic = every_topic[comment.topic_id]
    for role, user in people.items():
        user = fresh(user)
        seen = set(BoardPage.objects.visible_to(user))
        assert seen == {b for b in every_board.values() if rules.has_perm("forum_pages.read_board", user, b)}, role
        led = set(BoardPage.objects.moderated_by(user))
        assert led == {b for b in every_board.values() if rules.has_perm("forum_pages.moderate_board", user, b)}, role
        topics = set(Topic.objects.visible_to(user))
        assert topics == {t for t in every_topic.values() if rules.has_perm("forum_pages.read_topic", user, t)}, role
        comments = set(TopicComment.objects.visible_to(user))
        expected = {c for c in every_comment if rules.has_perm("forum_pages.read_comment", user, c)}
        assert comments == expected, role
        for board in seen:
            listed = set(Topic.objects.on_board(board, user=user))
            assert listed == {topic for topic in topics if topic.board_id == board.pk}, (role, board.slug)
        for topic in topics:
            listed = set(TopicComment.objects.on_topic(topic, user=user))
            assert listed == {comment for comment in comments if comment.topic_id == topic.pk}, (role, topic.title)
    # The table above would be worth nothing if nothing were hidden.
    assert len(Topic.objects.visible_to(fresh(people["staff"]))) < len(Topic.objects.visible_to(fresh(moderator)))


def test_only_authors_edit_and_moderators_remove(board: BoardPage, author: User, reader: User, moderator: User) -> None:
    topic = make.topic(board, author)
    comment = make.comment(topic, author)
    table = {"edit_topic": {"wang"}, "edit_comment": {"wang"}, "remove_comment": {"wang", "mod"}}
    for permission, expected in table.items():
        target = topic if permission == "edit_topic" else comment
        having = {
            u.username for u in (author, reader, moderator) if rules.has_perm(f"forum_pages.{permission}", u, target)
        }
        assert having == expected, permission


def test_a_campaign_over_is_still_readable(author: User) -> None:
    board = make.board("essay", closes_at=timezone.now() - dt.timedelta(days=1))
    assert rules.has_perm("forum_pages.read_board", author, board)
    assert not board.is_open_now
