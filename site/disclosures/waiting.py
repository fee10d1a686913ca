"""Steps of the workflow that wait for a person, for the home page."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from wagtail.models import Page, TaskState

from foundation.waiting import MOST_SHOWN, Waiting
from organisation.models import User


def reviews(user: User) -> Iterator[Waiting]:
    """Yield pages that wait in a workflow for this person's review or approval.

    Queries: a few for each kind of task, one for all the pages.
    """
    states = list(TaskState.objects.reviewable_by(user).select_related("task", "workflow_state")[:MOST_SHOWN])
    pages = Page.objects.filter(pk__in=[state.workflow_state.object_id for state in states])
    titles = {
        str(pk): (title, due)
        for pk, title, due in pages.values_list("pk", "draft_title", "disclosurepage__publication_due_date")
    }
    for state in states:
        page_id = state.workflow_state.object_id
        if page_id in titles:
            title, due = titles[page_id]
            url = reverse("wagtailadmin_pages:edit", args=[page_id])
            yield Waiting(kind=state.task.name, title=title, url=url, due=due)
