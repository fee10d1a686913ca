"""System checks of what the interface needs in the project's settings."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.core.checks import Error, register
from drf_spectacular.openapi import AutoSchema
from rest_framework.settings import api_settings


@register()
def check_schema_class(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[Error]:
    """Check that the project uses drf-spectacular's schema class, by which the interface describes itself."""
    if issubclass(api_settings.DEFAULT_SCHEMA_CLASS, AutoSchema):
        return []
    return [
        Error(
            "peer_review.api cannot describe itself.",
            hint='Set REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}.',
            id="peer_review_api.E001",
        )
    ]
