"""The box takes no migration and no model of Django's, and every other database is left to itself."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connections, router
from django.db.migrations.executor import MigrationExecutor

from peer_review.box.router import BoxRouter
from peer_review.conf import conf
from peer_review.models import Round


@pytest.mark.parametrize("app", ["peer_review", "forum_pages", "auth", "wagtailcore"])
def test_no_app_migrates_into_the_box(app: str) -> None:
    assert router.allow_migrate(conf.BOX_DATABASE, app) is False
    assert router.allow_migrate("default", app) is True


def test_a_site_may_call_the_box_otherwise(settings: Any) -> None:
    settings.PEER_REVIEW_BOX_DATABASE = "urn"

    assert BoxRouter().allow_migrate("urn", "peer_review") is False
    # What another database takes is for other routers to say.
    assert BoxRouter().allow_migrate("box", "peer_review") is None


def test_every_model_is_read_and_written_in_the_main_database() -> None:
    for model in apps.get_models():
        assert (router.db_for_read(model), router.db_for_write(model)) == ("default", "default"), model
    assert (BoxRouter().db_for_read(Round), BoxRouter().db_for_write(Round, instance=Round())) == (None, None)


@pytest.mark.django_db(databases=["default", "box"])
def test_the_migrated_box_holds_no_table_of_a_model() -> None:
    executor = MigrationExecutor(connections[conf.BOX_DATABASE])
    tables = set(executor.connection.introspection.table_names())

    assert tables & {model._meta.db_table for model in apps.get_models()} == set()
