"""Access to the files of Wagtail's document library."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from wagtail.documents.models import Document
from wagtail.documents.permissions import permission_policy
from wagtail.models import ReferenceIndex

from disclosures import rules
from disclosures.models import DisclosurePage
from organisation.models import User


def may_open(document: Document, user: User | AnonymousUser) -> bool:
    """Return whether this person may open the file.

    A file attached to disclosures is open to whoever may read one of them, and to whoever has one of them in the
    ledger. A file that nothing refers to yet belongs to a draft: it is open to whoever uploaded it and to whoever
    writes, reviews or approves. A file of any other page of the intranet is open to whoever is signed in.
    """
    references = list(ReferenceIndex.get_references_to(document).values_list("content_type", "object_id").distinct())
    mine = ContentType.objects.get_for_model(DisclosurePage).pk
    pages = [int(object_id) for content_type, object_id in references if content_type == mine]
    referring = DisclosurePage.objects.filter(pk__in=pages)
    if pages and referring.visible_to(user).exists():
        return True
    if not rules.is_signed_in(user):
        return False
    if len(pages) < len(references):
        return True
    return bool(
        user.pk == document.uploaded_by_user_id
        or rules.sees_whole_ledger(user)
        or (pages and referring.in_ledger_of(user).exists())
        or permission_policy.user_has_permission_for_instance(user, "change", document)
    )
