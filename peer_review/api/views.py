"""Views of the interface, one a reading.

Each asks for the permissions that the pages ask for, in the same order: no such round is 404, no permission 403.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import is_naive
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.generics import ListAPIView
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from peer_review.api import serializers
from peer_review.api.access import HasScope, IntegrationAuthentication
from peer_review.api.enums import Scope
from peer_review.api.models import Integration
from peer_review.conf import conf
from peer_review.domain.ledger.readers import Reader
from peer_review.domain.results import presenters
from peer_review.domain.rounds.participation import participation
from peer_review.domain.tally.bulletin import totals
from peer_review.enums import Channel, ResultScope
from peer_review.exceptions.preflight import TermsAltered
from peer_review.models import Bulletin, Result, Round, Subject
from peer_review.paging import page_of
from peer_review.querysets.rounds import RoundQuerySet
from peer_review.rules.roles import has_perm

PAGE = 50
#: The role under which the ledger notes what integrations read.
AUDIENCE = "integration"
REFUSALS = {
    401: OpenApiResponse(description="No token, or none that is known, valid and of an active account."),
    403: OpenApiResponse(description="The token was not made for this, or its account may not read it."),
    404: OpenApiResponse(description="There is no such thing, or the account may not know of it."),
    429: OpenApiResponse(description="Too many requests with this token; `Retry-After` says when to come again."),
}


CURSOR_REFUSED = OpenApiResponse(description="`cursor` is none that a page has given.")


class PerIntegration(SimpleRateThrottle):
    """The throttle of each token (setting API_RATE). Nobody is counted by address."""

    scope = "integration"

    def get_rate(self) -> str:
        return str(conf.API_RATE)

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        asked_by = request.auth
        return f"peer-review-api-{asked_by.prefix}" if isinstance(asked_by, Integration) else None


class Reading(APIView):
    """The base of all readings: read-only JSON, by token, whatever the project sets for other views."""

    authentication_classes = (IntegrationAuthentication,)
    permission_classes = (HasScope,)
    throttle_classes = (PerIntegration,)
    renderer_classes = (JSONRenderer,)
    parser_classes = ()
    http_method_names = ("get", "head", "options")
    scope: Scope

    def finalize_response(self, request: Request, response: Response, *args: object, **kwargs: object) -> Response:
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer

    def round(self, permission: str | None = None) -> Round:
        """Return the round of the address.

        Raises: Http404 for one that the account may not know of, PermissionDenied without the permission.
        """
        rounds = Round.objects.visible_to(self.request.user).select_related("organiser").defer("plan")
        round: Round = get_object_or_404(rounds, public_id=self.kwargs["round"])
        if permission is not None and not has_perm(permission, self.request.user, round):
            raise PermissionDenied
        return round

    @property
    def reader(self) -> Reader:
        """The account that the integration reads for, as presenters take it."""
        return Reader(self.request.user, Channel.API, role=AUDIENCE)

    def handle_exception(self, exc: Exception) -> Response:
        # Figures are not read under terms that are not those that were frozen: the pages answer 403 too.
        return super().handle_exception(PermissionDenied(str(exc.message)) if isinstance(exc, TermsAltered) else exc)


class ByKey(CursorPagination):
    """Keyset paging of rounds: the cursor holds where the last page ended, never a number of rows to skip."""

    page_size = 20
    ordering = ("-opens_at", "-pk")

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return the cursor of a request, or None for the first page.

        Raises: ParseError for one that no page has given.
        """
        try:
            cursor: Cursor | None = super().decode_cursor(request)
            if cursor is not None and cursor.position is not None:
                moment = Round._meta.get_field("opens_at").to_python(cursor.position)
                if is_naive(moment):
                    raise ParseError
        except (NotFound, ValidationError, ValueError, OverflowError, AttributeError) as error:
            raise ParseError from error
        return cursor


class RoundListView(Reading, ListAPIView):
    """The rounds that the account may know of, newest first."""

    scope = Scope.ROUNDS
    serializer_class = serializers.RoundSerializer
    pagination_class = ByKey

    def get_queryset(self) -> RoundQuerySet:
        return Round.objects.visible_to(self.request.user).defer("plan", "form", "manifest", "exposure")

    @extend_schema(
        operation_id="rounds", responses={200: serializers.RoundSerializer(many=True), 400: CURSOR_REFUSED, **REFUSALS}
    )
    def get(self, request: Request) -> Response:
        answer: Response = super().get(request)
        return answer


class RoundView(Reading):
    """One round."""

    scope = Scope.ROUNDS

    @extend_schema(operation_id="round", responses={200: serializers.RoundSerializer, **REFUSALS})
    def get(self, request: Request, round: str) -> Response:
        return Response(serializers.RoundSerializer(self.round()).data)


class ParticipationView(Reading):
    """The participation of the whole round, while it is open and until its count."""

    scope = Scope.PARTICIPATION

    @extend_schema(operation_id="participation", responses={200: serializers.ParticipationSerializer, **REFUSALS})
    def get(self, request: Request, round: str) -> Response:
        came = participation(self.round("peer_review.view_participation"))
        return Response(serializers.ParticipationSerializer(came or {"people": None, "drawn": None}).data)


class OwnResultView(Reading):
    """The account's own result."""

    scope = Scope.OWN_RESULT

    @extend_schema(operation_id="own_result", responses={200: serializers.SubjectSerializer, **REFUSALS})
    def get(self, request: Request, round: str) -> Response:
        asked_round = self.round("peer_review.view_own_result")
        result = get_object_or_404(Result.objects.filter(round=asked_round), subject__member__user=request.user)
        return self.answer(result, asked_round)

    def answer(self, result: Result, round: Round) -> Response:
        """Return what the account finds of one subject."""
        result.round = round
        reading = presenters.read_subject(result, reader=self.reader)
        return Response(serializers.SubjectSerializer(reading).data)


class SubjectResultView(OwnResultView):
    """One subject's result."""

    scope = Scope.RESULTS

    @extend_schema(operation_id="subject_result", responses={200: serializers.SubjectSerializer, **REFUSALS})
    def get(self, request: Request, round: str, subject: int) -> Response:  # type: ignore[override]
        asked_round = self.round()
        judged = get_object_or_404(Subject.objects.select_related("member"), round=asked_round, pk=subject)
        if not has_perm("peer_review.view_subject_result", request.user, judged):
            raise PermissionDenied
        return self.answer(get_object_or_404(Result, subject=judged), asked_round)


class SummaryView(Reading):
    """The published summary."""

    scope = Scope.RESULTS

    @extend_schema(operation_id="summary", responses={200: serializers.SummarySerializer, **REFUSALS})
    def get(self, request: Request, round: str) -> Response:
        asked_round = self.round("peer_review.view_summary")
        reading = presenters.read_summary(asked_round, reader=self.reader)
        return Response(serializers.SummarySerializer(reading).data)


class SectionView(Reading):
    """One section's results, for whoever headed it when the roll was frozen, and for those who may read all."""

    scope = Scope.RESULTS

    @extend_schema(operation_id="section_results", responses={200: serializers.SectionSerializer, **REFUSALS})
    def get(self, request: Request, round: str, section: str) -> Response:
        asked_round = self.round()
        if not asked_round.subjects.filter(section_key=section).exists():
            raise Http404
        about = Result(round=asked_round, scope=ResultScope.SECTION, section_key=section)
        if not has_perm("peer_review.view_section", request.user, about):
            raise PermissionDenied
        reading = presenters.read_section(asked_round, section, reader=self.reader)
        return Response(serializers.SectionSerializer(reading).data)


class RoundResultsView(Reading):
    """All results of a round, the subjects page by page."""

    scope = Scope.RESULTS

    @extend_schema(
        operation_id="round_results",
        parameters=[OpenApiParameter("after", int, description="the `next` of the page before")],
        responses={
            200: serializers.RoundResultsSerializer,
            400: OpenApiResponse(description="`after` names no row of this round."),
            **REFUSALS,
        },
    )
    def get(self, request: Request, round: str) -> Response:
        asked_round = self.round("peer_review.view_all_results")
        rows = Result.objects.filter(round=asked_round).of_scope(ResultScope.SUBJECT).select_related("subject__member")
        page = page_of(rows, request.query_params, size=PAGE, order=("sort_order", "pk"))
        if page.is_refused:
            raise ParseError
        reading = presenters.read_round(asked_round, reader=self.reader, subjects=page.rows)
        named = {name: getattr(reading, name) for name in reading.__slots__} | {"next": page.after}
        return Response(serializers.RoundResultsSerializer(named).data)


class BulletinView(Reading):
    """The head of the bulletin: what was counted, under which root and signature."""

    scope = Scope.BULLETIN

    @extend_schema(operation_id="bulletin", responses={200: serializers.BulletinHeadSerializer, **REFUSALS})
    def get(self, request: Request, round: str) -> Response:
        asked_round = self.round()
        if not asked_round.has_bulletin:
            raise Http404
        bulletin = get_object_or_404(Bulletin.objects.filter(round=asked_round).defer("leaves"))
        figures = totals(asked_round, bulletin)
        address = reverse("peer_review:bulletin-json", args=[asked_round.public_id])
        return Response(
            {
                "round": asked_round.public_id,
                "fingerprint": asked_round.fingerprint,
                "root": bulletin.root,
                "size": bulletin.size,
                "signature": bulletin.signature,
                "file": request.build_absolute_uri(address),
                **{name: getattr(figures, name) for name in ("eligible", "kept", "people", "drawn", "counted")},
            }
        )
