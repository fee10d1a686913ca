"""manage.py demo."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import Site

from demo.load.people import DEMO_PASSWORD, DemoSignIn
from demo.management.commands import demo
from organisation.enums import Role
from tests.factories.home import home_page
from tests.factories.organisation import StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaders(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[object]]:
    """Every loader, replaced by one that notes what it was asked."""
    home_page()
    asked: dict[str, list[object]] = {}

    def note(name: str, answer: object) -> Callable[..., object]:
        def load(*args: object) -> object:
            asked.setdefault(name, []).extend(args or [None])
            return answer

        return load

    for name, answer in (("load_people", 120), ("load_forum", 3), ("load_disclosures", 4), ("load_rounds", ["一"])):
        monkeypatch.setattr(demo, name, note(name, answer))
    person = StaffFactory(name="张三")
    monkeypatch.setattr(demo, "sign_ins", lambda: [DemoSignIn(Role.ORGANISER, person.user)])
    commands: list[str] = []
    monkeypatch.setattr(demo, "call_command", lambda name, **options: commands.append(name))
    asked["commands"] = commands  # type: ignore[assignment]
    return asked


def run(**options: int) -> str:
    out = StringIO()
    call_command(demo.Command(), stdout=out, **options)
    return out.getvalue()


def test_other_settings_than_the_demonstrations_are_refused(loaders: dict[str, list[object]], settings: object) -> None:
    settings.DEMO_ALLOWED = False

    with pytest.raises(CommandError, match=r"config\.settings\.demo"):
        run()

    assert loaders == {"commands": []}


def test_every_part_is_loaded_and_the_index_follows(loaders: dict[str, list[object]]) -> None:
    text = run()

    home = Site.objects.get(is_default_site=True).root_page
    assert loaders == {
        "load_people": [120],
        "load_forum": [home],
        "load_disclosures": [home],
        "load_rounds": [None],
        "commands": ["update_index"],
    }
    assert "120 employees … 120 added" in text
    assert "rounds of mutual evaluation … 1 added" in text


def test_sign_ins_are_printed_with_the_password(loaders: dict[str, list[object]]) -> None:
    text = run()

    assert DEMO_PASSWORD in text
    assert "张三" in text
    assert "demo-box-key.txt" in text


@pytest.mark.parametrize(("asked", "size"), [(5, 120), (500, 500)])
def test_demonstration_is_never_smaller_than_the_reference(
    loaders: dict[str, list[object]], asked: int, size: int
) -> None:
    run(size=asked)

    assert loaders["load_people"] == [size]


def test_site_gets_the_name_of_the_bureau_unless_it_has_one(loaders: dict[str, list[object]]) -> None:
    Site.objects.update(site_name="")
    run()
    assert Site.objects.get(is_default_site=True).site_name == "云港机场检验检疫局"

    Site.objects.update(site_name="望海检验检疫局")
    run()
    assert Site.objects.get(is_default_site=True).site_name == "望海检验检疫局"


def test_nothing_added_leaves_the_index_alone(
    loaders: dict[str, list[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, answer in (("load_people", 0), ("load_forum", 0), ("load_disclosures", 0), ("load_rounds", [])):
        monkeypatch.setattr(demo, name, lambda *args, answer=answer: answer)

    run()

    assert loaders["commands"] == []
