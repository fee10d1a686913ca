"""Access to the files and pictures of Wagtail's library.

A file attached to disclosures is open to whoever may read one of them, and to whoever knows of one of them before it
is published. A file that nothing refers to yet belongs to a draft: it is open to whoever uploaded it and to whoever
writes, reviews or approves. A file of any other page of the intranet is open to whoever is signed in. Pictures alike.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from wagtail.documents.models import Document
from wagtail.documents.permissions import permission_policy as document_policy
from wagtail.images.models import Image
from wagtail.images.permissions import permission_policy as image_policy
from wagtail.models import ReferenceIndex

from disclosures import rules
from disclosures.models import DisclosurePage
from organisation.models import User


def may_open(file: Document | Image, user: User | AnonymousUser) -> bool:
    """Return whether this person may open the file or see the picture. Its twin for many is `opened_by`."""
    references = list(ReferenceIndex.get_references_to(file).values_list("content_type", "object_id").distinct())
    mine = ContentType.objects.get_for_model(DisclosurePage).pk
    pages = [int(object_id) for content_type, object_id in references if content_type == mine]
    referring = DisclosurePage.objects.filter(pk__in=pages)
    if pages and referring.visible_to(user).exists():
        return True
    if not rules.is_signed_in(user):
        return False
    if len(pages) < len(references):
        return True
    policy = image_policy if isinstance(file, Image) else document_policy
    return bool(
        user.pk == file.uploaded_by_user_id
        or rules.sees_whole_ledger(user)
        or (pages and referring.known_to(user).exists())
        or policy.user_has_permission_for_instance(user, "change", file)
    )


def opened_by(files: QuerySet, user: User) -> QuerySet:
    """Return those of the files or pictures that this person, who is signed in, may open. One query."""
    if user.is_superuser or rules.sees_whole_ledger(user):
        return files
    policy = image_policy if issubclass(files.model, Image) else document_policy
    changeable = policy.instances_user_has_any_permission_for(user, ["change"])
    references = ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(files.model),
        to_object_id=Cast(OuterRef("pk"), CharField()),
    )
    pages = DisclosurePage.objects.known_to(user).annotate(key=Cast("pk", CharField())).values("key")
    from_page = Q(content_type=ContentType.objects.get_for_model(DisclosurePage))
    return files.filter(
        Q(uploaded_by_user=user)
        | Q(pk__in=changeable.order_by().values("pk"))
        | Exists(references.filter(~from_page))
        | Exists(references.filter(from_page, object_id__in=pages))
    )
