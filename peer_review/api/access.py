"""Authentication by token, and the check of a token's scopes."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView
from rest_framework_api_key.permissions import KeyParser

from peer_review.api.models import Integration
from peer_review.users import User


class NotConfirmedYet(PermissionDenied):
    """The token waits for its second person."""

    default_detail = _("This token is not confirmed yet: an inspector or administrator confirms it.")
    default_code = "token_not_confirmed"


class IntegrationAuthentication(BaseAuthentication):
    """`Authorization: Api-Key …`. The request is the account's that the integration reads for. Sessions do not count:
    a page of another site could otherwise read with its visitor's cookie."""

    def authenticate(self, request: Request) -> tuple[User, Integration] | None:
        token = KeyParser().get(request)
        if not token or "\x00" in token:
            return None
        try:
            integration = Integration.objects.get_from_key(token)
        except Integration.DoesNotExist as error:
            raise AuthenticationFailed from error
        if integration.confirmed_at is None:
            raise NotConfirmedYet
        return integration.acts_for, integration

    def authenticate_header(self, request: Request) -> str:
        return KeyParser.keyword


class IntegrationScheme(OpenApiAuthenticationExtension):
    """The authentication by token as the description names it."""

    target_class = IntegrationAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Api-Key` and the token, one for each integration.",
        }


class HasScope(BasePermission):
    """The permission of a token for a kind of reading (`view.scope`). What its account may read, views ask rules."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, Integration) and view.scope in request.auth.scopes
