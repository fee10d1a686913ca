"""The page chooser and the admin's interface for scripts, without what the visitor is not to know of."""

from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail import hooks
from wagtail.api.v2.router import WagtailAPIRouter
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


class KnownDocuments(DocumentsAdminAPIViewSet):
    """The files that the visitor may open."""

    def get_queryset(self) -> QuerySet:
        return opened_by(super().get_queryset(), self.request.user)


class KnownImages(ImagesAdminAPIViewSet):
    """The pictures that the visitor may see."""

    def get_queryset(self) -> QuerySet:
        return opened_by(super().get_queryset(), self.request.user)


@hooks.register("construct_admin_api", order=200)
def narrow_interface(router: WagtailAPIRouter) -> None:
    """Put these views in the place of Wagtail's own."""
    router.register_endpoint("documents", KnownDocuments)
    router.register_endpoint("images", KnownImages)
