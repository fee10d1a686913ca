"""One feature, one word, the same word in every layer: `git ls-files '*outcomes*'` shows a feature whole.

The words are the folders of `domain/`. Layers that are divided otherwise (models, counting, the box) are not asked.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("peer_review", "forum_pages")

#: What a layer has besides features: shared ground, and what is about several features at once.
BESIDES = {
    "views": {"shared", "overview"},
    "urls": {"shared", "overview"},
    "forms": {"shared", "fields", "widgets", "roll"},
    "rules": {"base", "shared", "permissions", "roles", "subjects"},
    "querysets": {"shared", "roles", "subjects"},
    "exceptions": {"base"},
    "templates": {"shared", "overview", "parts"},
}
#: Layers of one folder a feature, and layers of one module (or folder) a feature.
OF_FOLDERS = ("views", "templates")
OF_MODULES = ("forms", "urls", "rules", "querysets", "exceptions")
#: What the tests mirror feature by feature.
MIRRORED = ("domain", "views")


def folders(path: Path) -> list[Path]:
    """Return the folders in a folder, sorted; none if it is not there."""
    return sorted(child for child in path.glob("*/") if child.is_dir() and child.name != "__pycache__")


def modules(path: Path) -> list[Path]:
    """Return the modules in a folder, sorted, without its `__init__`."""
    return sorted(child for child in path.glob("*.py") if child.stem != "__init__")


def features(root: Path, app: str) -> set[str]:
    """Return the words of an app's features."""
    return {folder.name for folder in folders(root / app / "domain")}


def strangers(root: Path, app: str) -> list[str]:
    """Return what stands in a layer that is divided by feature and carries no feature's word."""
    words = features(root, app)
    paths: list[tuple[str, Path]] = []
    for layer in OF_FOLDERS:
        place = root / app / layer / app if layer == "templates" else root / app / layer
        paths += [(layer, path) for path in folders(place)]
    for layer in OF_MODULES:
        place = root / app / layer
        paths += [(layer, path) for path in (*folders(place), *modules(place))]
        paths += [(layer, path) for path in place.parent.glob(f"{layer}.py") if layer != "urls"]
    for layer in MIRRORED:
        paths += [(layer, path) for path in folders(root / "tests" / app / layer)]
    return sorted(
        str(path.relative_to(root)) for layer, path in paths if path.stem not in words | BESIDES.get(layer, set())
    )


def undivided(root: Path, app: str) -> list[str]:
    """Return the views that stand in no feature's folder. (A domain may have modules that several features need.)"""
    return [str(path.relative_to(root)) for path in modules(root / app / "views")]


@pytest.mark.parametrize("app", APPS)
def test_every_layer_is_divided_by_the_words_of_the_domain(app: str) -> None:
    assert features(ROOT, app)
    assert strangers(ROOT, app) == []


@pytest.mark.parametrize("app", APPS)
def test_every_view_belongs_to_a_feature(app: str) -> None:
    assert undivided(ROOT, app) == []


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """An app of two features, in order."""
    for path in (
        "shop/domain/locks.py",
        "shop/domain/orders/place.py",
        "shop/domain/refunds/pay.py",
        "shop/views/orders/basket.py",
        "shop/views/shared/access.py",
        "shop/forms/orders.py",
        "shop/forms/fields.py",
        "shop/urls/refunds.py",
        "shop/rules/permissions.py",
        "shop/querysets/orders.py",
        "shop/exceptions/base.py",
        "shop/templates/shop/base.html",
        "shop/templates/shop/orders/basket.html",
        "shop/templates/shop/parts/field.html",
        "tests/shop/domain/orders/test_place.py",
        "tests/shop/views/orders/test_basket.py",
    ):
        add(tmp_path, path)
    return tmp_path


def add(root: Path, path: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).touch()


def test_words_are_the_folders_of_the_domain(tree: Path) -> None:
    assert features(tree, "shop") == {"orders", "refunds"}


def test_tree_in_order_has_no_strangers(tree: Path) -> None:
    assert strangers(tree, "shop") == []
    assert undivided(tree, "shop") == []


@pytest.mark.parametrize(
    ("path", "stranger"),
    [
        ("shop/views/baskets/show.py", "shop/views/baskets"),
        ("shop/forms/baskets.py", "shop/forms/baskets.py"),
        ("shop/forms/baskets/show.py", "shop/forms/baskets"),
        ("shop/forms.py", "shop/forms.py"),
        ("shop/urls/permissions.py", "shop/urls/permissions.py"),
        ("shop/rules/fields.py", "shop/rules/fields.py"),
        ("shop/querysets/baskets.py", "shop/querysets/baskets.py"),
        ("shop/exceptions/permissions.py", "shop/exceptions/permissions.py"),
        ("shop/templates/shop/baskets/show.html", "shop/templates/shop/baskets"),
        ("tests/shop/domain/baskets/test_show.py", "tests/shop/domain/baskets"),
        ("tests/shop/views/baskets/test_show.py", "tests/shop/views/baskets"),
    ],
)
def test_other_words_are_named(tree: Path, path: str, stranger: str) -> None:
    add(tree, path)

    assert strangers(tree, "shop") == [stranger]


def test_view_outside_every_feature_is_named(tree: Path) -> None:
    add(tree, "shop/views/basket.py")

    assert undivided(tree, "shop") == ["shop/views/basket.py"]
