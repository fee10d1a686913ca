"""Who may read, comment, draft and see the ledger; and that lists agree with it."""

from typing import Any

import pytest
import rules
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries
from wagtail.models import PageViewRestriction

from disclosures import rules as disclosure_rules
from disclosures.models import DisclosurePage
from disclosures.rules import (
    COMMENT,
    DRAFT,
    READ,
    SEE_LEDGER,
    can_read,
    can_see_in_ledger,
    closed_paths,
    headed_section_ids,
)
from organisation.enums import Role
from organisation.models import Membership
from organisation.roles import group_of, has_role
from tests.factories import disclosures as make
from tests.factories.organisation import SectionFactory, UserFactory

pytestmark = pytest.mark.django_db

#: Every role of the design, a stranger, a superuser without roles, and somebody who was locked out.
PEOPLE = ["nobody", "stranger", "superuser", "locked", *Role.values]


def someone(who: str) -> Any:
    if who == "nobody":
        return None
    if who == "stranger":
        return AnonymousUser()
    if who == "superuser":
        return UserFactory(is_superuser=True)
    if who == "locked":
        return UserFactory(is_active=False, roles=list(Role))
    return UserFactory(roles=[Role.STAFF, Role(who)])


SIGNED_IN = {"superuser", *Role.values}
TABLE = {
    "read public": {"nobody", "stranger", "locked"} | SIGNED_IN,
    "read staff": SIGNED_IN,
    "read leadership": {"leadership"},
    "read draft": set(),
    "comment": SIGNED_IN,
    "comment where closed": set(),
    "see ledger": {"editor", "inspector", "leadership", "section_head"},
    "draft for any section": {"editor"},
}


def test_roles_and_actions() -> None:
    section = SectionFactory()
    leaders = [group_of(Role.LEADERSHIP)]
    for_staff = make.published(section=section, comments_open=True)
    for_leaders = make.published(section=section, audience="groups", audience_groups=leaders)
    public, closed, draft = make.published(audience="public"), make.published(), make.draft(audience="public")
    everyone = {who: someone(who) for who in PEOPLE}

    def those_with(permission: str, *subject: Any) -> set[str]:
        return {who for who, user in everyone.items() if rules.has_perm(permission, user, *subject)}

    assert {
        "read public": those_with(READ, public),
        "read staff": those_with(READ, for_staff),
        "read leadership": those_with(READ, for_leaders),
        "read draft": those_with(READ, draft),
        "comment": those_with(COMMENT, for_staff),
        "comment where closed": those_with(COMMENT, closed),
        "see ledger": those_with(SEE_LEDGER),
        "draft for any section": those_with(DRAFT, section),
    } == TABLE


def test_section_head_drafts_for_the_own_section_and_those_below() -> None:
    head = make.person(Role.SECTION_HEAD)
    own = head.staff.memberships.get().section
    Membership.objects.filter(staff=head.staff).update(is_head=True)
    below, other = SectionFactory(parent=own), SectionFactory()

    assert [rules.has_perm(DRAFT, head, section) for section in (own, below, other, None)] == [True, True, False, False]


def test_predicates_equal_their_querysets() -> None:
    closed, members = make.column("党", "党务公开", "party"), make.column("文", "文化建设", "culture")
    PageViewRestriction.objects.create(page=closed, restriction_type=PageViewRestriction.LOGIN)
    restriction = PageViewRestriction.objects.create(page=members, restriction_type=PageViewRestriction.GROUPS)
    restriction.groups.add(group_of(Role.INSPECTOR))
    for column in (make.column(), closed, members):
        for audience in ("public", "staff", "groups"):
            groups = [group_of(Role.EDITOR), group_of(Role.LEADERSHIP)] if audience == "groups" else []
            make.published(inside=column, audience=audience, audience_groups=groups)
        make.draft(inside=column, audience="public")
    every = list(DisclosurePage.objects.all())
    assert len(every) == 12

    for who in PEOPLE:
        user = someone(who)
        assert {page.pk for page in every if can_read(user, page)} == set(
            DisclosurePage.objects.visible_to(user).values_list("pk", flat=True)
        ), who
        assert {page.pk for page in every if can_see_in_ledger(user, page)} == set(
            DisclosurePage.objects.in_ledger_of(user).values_list("pk", flat=True)
        ), who


def test_ledger_of_a_section_head_holds_the_own_sections() -> None:
    head = make.person(Role.SECTION_HEAD)
    Membership.objects.filter(staff=head.staff).update(is_head=True)
    mine, _other = make.draft(section=head.staff.memberships.get().section), make.draft(slug="other")

    assert list(DisclosurePage.objects.in_ledger_of(head)) == [mine]
    assert can_see_in_ledger(head, mine)


def test_password_protected_pages_are_in_no_list() -> None:
    page = make.published(audience="public")
    PageViewRestriction.objects.create(page=make.column(), restriction_type="password", password="geheim")

    assert not DisclosurePage.objects.visible_to(someone("staff")).exists()
    assert not can_read(someone("staff"), page)


PREDICATES = [
    "is_signed_in",
    "is_editor",
    "is_section_head",
    "is_leader",
    "is_inspector",
    "is_moderator",
    "is_addressed",
    "can_read",
    "is_open_for_comments",
    "can_draft_for",
    "can_see_in_ledger",
    "sees_whole_ledger",
    "can_withdraw",
]


@pytest.mark.parametrize("name", PREDICATES)
def test_predicates_are_false_for_nobody_and_for_nothing(name: str) -> None:
    predicate = getattr(disclosure_rules, name)

    for user in (None, AnonymousUser(), someone("locked")):
        assert predicate.test(user, None) is False, user


@pytest.mark.parametrize(
    ("predicate", "role"),
    [
        ("is_editor", Role.EDITOR),
        ("is_section_head", Role.SECTION_HEAD),
        ("is_leader", Role.LEADERSHIP),
        ("is_inspector", Role.INSPECTOR),
        ("is_moderator", Role.MODERATOR),
        ("can_withdraw", Role.LEADERSHIP),
    ],
)
def test_role_makes_the_predicate_true(predicate: str, role: Role) -> None:
    true_of = {who for who in PEOPLE if getattr(disclosure_rules, predicate)(someone(who))}

    assert true_of == {role.value}


def test_headed_sections_cost_two_queries_however_many_and_however_often(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    head = make.person(Role.SECTION_HEAD)
    Membership.objects.filter(staff=head.staff).update(is_head=True)
    own = head.staff.memberships.get().section
    below = SectionFactory(parent=SectionFactory(parent=own))
    page = make.draft(section=below)
    assert has_role(head, Role.SECTION_HEAD)

    with django_assert_num_queries(2):
        for _time in range(5):
            assert can_see_in_ledger(head, page)
            assert len(headed_section_ids(head)) == 3


def test_closed_paths_are_read_once_for_many_documents(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    pages = [make.published(slug=f"d{number}") for number in range(3)]
    restriction = PageViewRestriction.objects.create(
        page=make.column("文", "文化建设", "culture"), restriction_type=PageViewRestriction.GROUPS
    )
    restriction.groups.add(group_of(Role.INSPECTOR))
    reader = someone("staff")
    assert has_role(reader, Role.STAFF)

    with django_assert_num_queries(2):
        assert [can_read(reader, page) for page in pages] == [True, True, True]
        assert closed_paths(reader) == [restriction.page.path]


def test_closed_paths_of_nobody_are_those_of_a_stranger() -> None:
    PageViewRestriction.objects.create(page=make.column(), restriction_type=PageViewRestriction.LOGIN)

    assert closed_paths(None) == closed_paths(AnonymousUser()) == [make.column().path]
    assert closed_paths(someone("staff")) == []
