"""Making and revoking tokens."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings
from wagtail.models import ModelLogEntry

from peer_review.api.domain import confirm_integration, longest, make_integration, revoke_integration
from peer_review.api.enums import Scope
from peer_review.api.exceptions import NotConfirmer, OwnToken, TokenSettled
from peer_review.api.models import Integration
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db


def make(**changes: Any) -> tuple[Integration, str]:
    last_day = timezone.localdate() + timedelta(days=30)
    return make_integration(
        **{"by": make_user("甲"), "name": "Archive", "scopes": [Scope.ROUNDS], "last_day": last_day} | changes
    )


class TestMakeIntegration:
    def test_reads_for_its_maker_until_the_end_of_the_last_day(self) -> None:
        user, today = make_user("甲"), timezone.localdate()
        integration, token = make(by=user, last_day=today)
        assert (integration.acts_for, integration.scopes) == (user, ["rounds"])
        assert timezone.localtime(integration.expiry_date).strftime("%H:%M:%S") == "23:59:59"
        assert timezone.localdate(integration.expiry_date) == today
        assert Integration.objects.get_from_key(token) == integration

    def test_scopes_are_kept_once_in_their_order(self) -> None:
        integration, _token = make(scopes=[Scope.RESULTS, Scope.ROUNDS, Scope.RESULTS])
        assert integration.scopes == [one.value for one in Scope if one in (Scope.ROUNDS, Scope.RESULTS)]

    @pytest.mark.parametrize("scopes", [[], ["ballots"], [Scope.ROUNDS, "ballots"], [""]])
    def test_no_scope_and_an_unknown_one_are_refused(self, scopes: list[str]) -> None:
        with pytest.raises(ValueError, match="unknown scope"):
            make(scopes=scopes)
        assert not Integration.objects.exists()

    @pytest.mark.parametrize("days", [-1, 366 + 1])
    def test_a_day_that_is_over_or_too_far_is_refused(self, days: int) -> None:
        with pytest.raises(ValueError, match="end in time"):
            make(last_day=timezone.localdate() + timedelta(days=days))
        assert not Integration.objects.exists()

    def test_the_longest_time_is_allowed_and_a_setting_shortens_it(self, settings: Settings) -> None:
        assert make(last_day=timezone.localdate() + longest())[0].is_waiting
        settings.PEER_REVIEW_API_TOKEN_DAYS = 29
        with pytest.raises(ValueError, match="end in time"):
            make()

    def test_is_on_record_without_the_token(self) -> None:
        integration, token = make()
        entry = ModelLogEntry.objects.get(action="peer_review.integration.create")
        assert entry.object_id == str(integration.pk)
        assert token not in str(entry.data)


class TestConfirmIntegration:
    @pytest.mark.parametrize("role", ["inspector", "administrator"])
    def test_second_person_lets_the_token_open_something_and_is_on_record(self, role: str) -> None:
        integration, _token = make()
        by = make_user("乙", role)
        assert not integration.is_usable

        integration = confirm_integration(integration, by=by)

        assert (integration.is_usable, integration.confirmed_by) == (True, by)
        entry = ModelLogEntry.objects.get(action="peer_review.integration.confirm")
        assert (entry.user, entry.data["scopes"]) == (by, ["rounds"])

    @pytest.mark.parametrize("roles", [(), ("leadership",), ("organiser", "scrutineer")])
    def test_others_confirm_nothing(self, roles: tuple[str, ...]) -> None:
        integration, _token = make()
        with pytest.raises(NotConfirmer):
            confirm_integration(integration, by=make_user("乙", *roles))
        with pytest.raises(NotConfirmer):
            confirm_integration(integration, by=make_user("丙", is_superuser=True))

    def test_nobody_confirms_their_own_and_the_database_refuses_it_too(self) -> None:
        owner = make_user("甲", "inspector", "administrator")
        integration, _token = make(by=owner)
        with pytest.raises(OwnToken):
            confirm_integration(integration, by=owner)
        with pytest.raises(IntegrityError), transaction.atomic():
            Integration.objects.filter(pk=integration.pk).update(confirmed_by=owner)

    def test_what_is_confirmed_revoked_or_over_waits_for_nobody(self) -> None:
        by = make_user("乙", "inspector")
        confirmed, revoked, over = (make()[0] for _time in range(3))
        confirm_integration(confirmed, by=by)
        revoke_integration(revoked, by=by)
        Integration.objects.filter(pk=over.pk).update(expiry_date=timezone.now() - timedelta(seconds=1))
        for integration in (confirmed, revoked, over):
            with pytest.raises(TokenSettled):
                confirm_integration(integration, by=by)


class TestRevokeIntegration:
    def test_ends_the_token_for_good_and_is_on_record_once(self) -> None:
        integration, token = make()
        by = make_user("乙")
        for _time in range(2):
            integration = revoke_integration(integration, by=by)
            assert (integration.revoked, integration.is_usable) == (True, False)
        with pytest.raises(Integration.DoesNotExist):
            Integration.objects.get_from_key(token)
        entry = ModelLogEntry.objects.get(action="peer_review.integration.revoke")
        assert entry.user == by

    def test_leaves_other_tokens_alone(self) -> None:
        first, _token = make()
        second, token = make()
        confirm_integration(second, by=make_user("丙", "inspector"))
        revoke_integration(first, by=make_user("乙"))
        assert Integration.objects.get_from_key(token).is_usable
