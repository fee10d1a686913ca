"""The map of the site. Each app keeps its own routes; Wagtail's pages come last."""

from django.urls import include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from config import health, views

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("robots.txt", views.robots, name="robots"),
    # Wagtail's own sign-ins know neither the second factor nor the delays, and answer whoever is signed in already.
    path("admin/login/", RedirectView.as_view(pattern_name="login", query_string=True)),
    path("_util/login/", RedirectView.as_view(pattern_name="login", query_string=True)),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("accounts/", include("organisation.urls.accounts")),
    path("directory/", include("organisation.urls.directory")),
    path("review/api/", include("peer_review.api.urls")),
    path("review/", include("peer_review.urls")),
    path("discuss/", include("forum_pages.urls")),
    path("disclosure-feeds/", include("disclosures.urls")),
    path("search/", include("search.urls")),
    path("i18n/setlang/", views.set_language, name="set_language"),
    # Pictures of pages, for those who may read one of these. Documents never come this way: their own view asks.
    path("media/images/<path:path>", views.image, name="media-image"),
    path("", include(wagtail_urls)),
]
