"""The wheel asks for what the plugins import. What is in it, and whether it works, `make plugin-check` sees."""

import ast
import re
import sys
import tomllib
from fnmatch import fnmatch
from importlib.metadata import packages_distributions, requires
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN = {"peer_review", "forum_pages", "zhengyan_crypto"}


def imported() -> set[str]:
    """Return the top-level names that the plugins import, other people's only."""
    names: set[str] = set()
    for app in OWN:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    names.add(node.module.split(".")[0])
    return names - OWN - sys.stdlib_module_names


def plain(requirement: str) -> str:
    """Return the distribution that a requirement names."""
    return re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower().replace("_", "-")


def asked_for() -> set[str]:
    """Return the distributions that installing the wheel with its extras brings: those it names, and what they name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [one for named in project["optional-dependencies"].values() for one in named]
    direct = {plain(one) for one in (*project["dependencies"], *extras)}
    theirs = {plain(one) for name in direct for one in requires(name) or [] if "extra ==" not in one}
    return direct | theirs


def test_wheel_asks_for_everything_that_the_plugins_import() -> None:
    distributions = packages_distributions()
    brought = asked_for()

    missing = [
        name for name in sorted(imported()) if not {plain(one) for one in distributions.get(name, [name])} & brought
    ]

    assert missing == []


def test_wheel_asks_for_nothing_that_the_plugins_do_not_import() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    used = {plain(one) for name in imported() for one in packages_distributions().get(name, [])}

    idle = [one for one in project["dependencies"] if plain(one) not in used]

    assert idle == []


def test_wheel_takes_along_every_file_that_the_plugins_read() -> None:
    """Templates of pages and of reports, styles, scripts, catalogues: whatever lies beside the code and is no code."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]

    left = []
    for app in OWN:
        patterns = [*data["*"], *data.get(app, [])]
        for path in (ROOT / app).rglob("*"):
            parts = path.relative_to(ROOT).parts
            if path.is_dir() or path.suffix in (".py", ".pyc") or {"__pycache__", "node_modules"} & set(parts):
                continue
            package = next(one for one in path.parents if (one / "__init__.py").exists())
            inside = path.relative_to(package).as_posix()
            if not any(fnmatch(inside, pattern.replace("/**/", "/")) for pattern in patterns):
                left.append("/".join(parts))

    assert left == []
