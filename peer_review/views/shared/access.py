"""Access to pages: strangers go to the sign-in page, a round that is not visible is 404, one not permitted is 403."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.generic import View
from django.views.generic.base import ContextMixin

from peer_review.exceptions.base import LoginRequired, NotScrutineer, Refusal, UnknownRound
from peer_review.models import Round
from peer_review.roles import is_known
from peer_review.rules.roles import has_perm
from peer_review.users import User


def user_of(request: HttpRequest) -> User:
    """Return who is signed in.

    Raises: LoginRequired for a stranger.
    """
    if not request.user.is_authenticated:
        raise LoginRequired
    return request.user


class SignedInMixin(LoginRequiredMixin, ContextMixin, View):
    """The base of pages for signed-in people; `permission`, where given, is asked without an object."""

    permission: str | None = None

    @property
    def user(self) -> User:
        """Return who is signed in: `dispatch` sends strangers to the sign-in page."""
        return user_of(self.request)

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.user.is_authenticated and not self.permitted():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def permitted(self) -> bool:
        """Whether this person may see the page at all. Changes nothing."""
        return self.permission is None or bool(has_perm(self.permission, self.request.user))


class RoundMixin(SignedInMixin):
    """The base of pages about one round, `self.round`."""

    round: Round

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        super().setup(request, *args, **kwargs)
        # A stranger is sent to sign in, whether there is such a round or not.
        if request.user.is_authenticated:
            self.load()

    def load(self) -> None:
        """Load what the address names: the round, as `self.round`.

        Raises: Http404 for a round that this person may not know of, as for none at all.
        """
        rounds = Round.objects.visible_to(self.request.user).select_related("scheme", "organiser")
        # A plan may hold a list of a hundred thousand lines, and an evaluator's pages never ask for it.
        self.round = get_object_or_404(rounds.defer("plan"), public_id=self.kwargs["public_id"])

    def permitted(self) -> bool:
        return self.permission is None or bool(has_perm(self.permission, self.request.user, self.round))

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Return the context of the template, with the round."""
        return super().get_context_data(round=self.round, **kwargs)


class HiddenRoundMixin(RoundMixin):
    """The base of pages that do not exist for others: 404 where RoundMixin answers 403."""

    def permitted(self) -> bool:
        if not super().permitted():
            raise Http404
        return True


def permitted_round(request: HttpRequest, public_id: str, permission: str, *, refusal: Refusal) -> Round:
    """Return the round of a JSON endpoint.

    Raises: LoginRequired; UnknownRound, also for a round that this person may not know; `refusal` without permission.
    """
    if not is_known(request.user):
        raise LoginRequired
    round: Round | None = Round.objects.visible_to(request.user).filter(public_id=public_id).first()
    if round is None:
        raise UnknownRound
    if not has_perm(permission, request.user, round):
        raise refusal
    return round


def scrutineers_round(request: HttpRequest, public_id: str) -> Round:
    """Return the round whose box this scrutineer may open; see permitted_round, refuses with NotScrutineer."""
    refusal = NotScrutineer(name=request.user.get_username())
    return permitted_round(request, public_id, "peer_review.open_box", refusal=refusal)
