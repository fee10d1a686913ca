"""The root of the site, also where a test that flushed the tables has swept it away."""

from wagtail.models import Collection, Locale, Page, Site

from home.models import HomePage


def home_page(site_name: str | None = None) -> HomePage:
    """Return the home page, the root of the default site; its name stays unless one is given."""
    if not Collection.objects.filter(depth=1).exists():
        Collection.add_root(name="Root")
    home = HomePage.objects.first()
    if home is None:
        Locale.objects.get_or_create(language_code="zh-hans")
        root = Page.objects.filter(depth=1).first() or Page.add_root(instance=Page(title="Root", slug="root"))
        home = root.add_child(instance=HomePage(title="首页", slug="home"))
        Site.objects.update_or_create(
            is_default_site=True, defaults={"hostname": "localhost", "port": 80, "root_page": home}
        )
    Site.objects.filter(is_default_site=True).update(
        root_page=home, **({} if site_name is None else {"site_name": site_name})
    )
    Site.clear_site_root_paths_cache()
    return home
