"""What the workflow of disclosures has for the home page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from disclosures.waiting import reviews
from organisation.enums import Role
from organisation.models import User
from tests.factories import disclosures
from tests.factories.home import home_page


def fresh(user: User) -> User:
    """The same person as a new request sees them, with nothing remembered on the object."""
    return User.objects.get(pk=user.pk)


@pytest.mark.django_db
class TestReviews:
    def test_submitted_document_waits_for_the_inspector_with_its_due_date(self) -> None:
        home_page()
        page = disclosures.submitted(author=disclosures.person(Role.EDITOR))
        inspector, staff = disclosures.person(Role.INSPECTOR), disclosures.person()

        (waiting,) = reviews(inspector)

        assert (waiting.title, waiting.due) == (page.title, page.publication_due_date)
        assert list(reviews(staff)) == []

    def test_queries_do_not_grow_with_the_documents(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        home_page()
        author, inspector = disclosures.person(Role.EDITOR), disclosures.person(Role.INSPECTOR)
        disclosures.submitted(author=author, title="一")
        list(reviews(inspector))  # content types are remembered after the first time
        with CaptureQueriesContext(connection) as one:
            assert len(list(reviews(fresh(inspector)))) == 1
        disclosures.submitted(author=author, title="二")
        disclosures.submitted(author=author, title="三")

        with django_assert_num_queries(len(one)):
            assert len(list(reviews(fresh(inspector)))) == 3
