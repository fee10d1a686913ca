"""The site's root: our home page in the place of Wagtail's welcome page."""

from django.db import migrations


def make_root(apps, schema_editor):
    """Put a home page where Wagtail's own migrations left theirs, unless somebody already made a site of it."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Locale = apps.get_model("wagtailcore", "Locale")
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    HomePage = apps.get_model("home", "HomePage")

    plain_page, _ = ContentType.objects.get_or_create(app_label="wagtailcore", model="page")
    welcome = Page.objects.filter(content_type=plain_page, depth=2, slug="home", numchild=0).first()
    if welcome is None:
        return
    path, locale_id = welcome.path, welcome.locale_id or Locale.objects.values_list("pk", flat=True).first()
    welcome.delete()  # takes the default site with it

    home_type, _ = ContentType.objects.get_or_create(app_label="home", model="homepage")
    home = HomePage.objects.create(
        title="首页",
        draft_title="首页",
        slug="home",
        content_type=home_type,
        path=path,
        depth=2,
        numchild=0,
        url_path="/home/",
        locale_id=locale_id,
        live=True,
    )
    Page.objects.filter(path=path[:4]).update(numchild=Page.objects.filter(depth=2).count())
    Site.objects.create(hostname="localhost", port=80, root_page=home, is_default_site=True)


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(make_root, migrations.RunPython.noop),
    ]
