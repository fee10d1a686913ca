"""What the interface says at start-up."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework.schemas.openapi import AutoSchema as OtherSchema
from rest_framework.settings import api_settings

from peer_review.api.checks import check_schema_class


def test_the_schema_class_that_describes_the_interface_is_fine() -> None:
    assert issubclass(api_settings.DEFAULT_SCHEMA_CLASS, AutoSchema)
    assert check_schema_class(None) == []


def test_another_schema_class_is_an_error_with_its_remedy(monkeypatch: Any) -> None:
    monkeypatch.setattr(api_settings, "DEFAULT_SCHEMA_CLASS", OtherSchema, raising=False)
    [error] = check_schema_class(None)
    assert error.id == "peer_review_api.E001"
    assert "drf_spectacular.openapi.AutoSchema" in str(error.hint)
