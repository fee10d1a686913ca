"""The probes: what they say when all is well, and when one part is not."""

from typing import Any
from unittest import mock

import pytest
from django.core.files.storage import default_storage, storages
from django.db import connections
from django.db.utils import OperationalError
from django.test import Client

from config.health import Migrations

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "box"])
PARTS = ["database", "box", "migrations", "cache", "storage"]


def test_healthz_answers_without_asking_the_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.cookies == {}


def test_readyz_names_every_part_and_nothing_else(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"ready": True, "parts": dict.fromkeys(PARTS, "ok")}
    assert "no-store" in response.headers["Cache-Control"]
    assert response.cookies == {}


def test_readyz_leaves_no_file_behind(client: Client) -> None:
    client.get("/readyz")

    assert default_storage.listdir("health_check_storage_test")[1] == []


def test_readyz_refuses_while_the_box_is_out_of_reach(client: Client) -> None:
    whole = connections["box"].settings_dict.copy()
    broken = {**whole, "NAME": "/nowhere/box.sqlite3", "HOST": "127.0.0.1", "PORT": "1"}

    with mock.patch.dict(connections["box"].settings_dict, broken):
        response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["parts"] == {**dict.fromkeys(PARTS, "ok"), "box": "failed"}
    assert "nowhere" not in response.content.decode()


def test_readyz_refuses_while_migrations_wait(client: Client) -> None:
    Migrations.complete.clear()

    with mock.patch("config.health.MigrationExecutor.migration_plan", return_value=[("0002", False)]):
        response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["parts"]["migrations"] == "failed"
    assert client.get("/readyz").status_code == 200


def test_readyz_refuses_while_files_cannot_be_written(client: Client) -> None:
    with mock.patch.object(type(storages["default"]), "save", side_effect=OSError("disk full")):
        response = client.get("/readyz")

    assert (response.status_code, response.json()["parts"]["storage"]) == (503, "failed")
    assert "disk" not in response.content.decode()


def test_probe_takes_no_other_method(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405


def test_database_error_is_said_in_one_word(client: Client) -> None:
    failure = OperationalError("connection to server failed: password of user zhengyan")

    with mock.patch("health_check.checks.Database.run", side_effect=failure):
        response = client.get("/readyz")

    assert response.json()["parts"]["database"] == "failed"
    assert "password" not in response.content.decode()
