"""The page chooser and the admin's interface for scripts, without what the visitor is not to know of."""

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from wagtail import hooks
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import BaseAPIViewSet
from wagtail.documents.api.admin.views import DocumentsAdminAPIViewSet
from wagtail.images.api.admin.views import ImagesAdminAPIViewSet
from wagtail.query import PageQuerySet

from disclosures.file_access import opened_by
from search.hidden_pages import hidden_from


@hooks.register("construct_page_chooser_queryset")
def leave_out_hidden_pages(pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    if not request.user.is_authenticated:
        return pages.none()
    return pages.exclude(pk__in=hidden_from(request.user).order_by().values("pk"))


class KnownFiles(BaseAPIViewSet):
    """The base of the interfaces to files: those that the visitor may open. What is no number finds none."""

    def get_queryset(self) -> QuerySet:
        return opened_by(super().get_queryset(), self.request.user)

    def find_object(self, queryset: QuerySet, request: HttpRequest) -> Model | None:
        try:
            found: Model | None = super().find_object(queryset, request)
        except (ValueError, OverflowError):
            return None
        return found


class KnownDocuments(KnownFiles, DocumentsAdminAPIViewSet):
    """The documents that the visitor may open."""


class KnownImages(KnownFiles, ImagesAdminAPIViewSet):
    """The pictures that the visitor may see."""


@hooks.register("construct_admin_api", order=200)
def narrow_interface(router: WagtailAPIRouter) -> None:
    """Put these views in the place of Wagtail's own."""
    router.register_endpoint("documents", KnownDocuments)
    router.register_endpoint("images", KnownImages)
