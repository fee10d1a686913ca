"""A refusal's code is its stable name, also to other systems: no two refusals of the plugins share one.

The plugins do not know each other. What both refuse for the same reason has the same class name and the same code.
"""

import pkgutil
from collections import Counter
from importlib import import_module

import pytest

APPS = ("peer_review", "forum_pages")


def refusals() -> list[type[Exception]]:
    """Return every named refusal of the plugins, without the two that they are kinds of."""
    classes: list[type[Exception]] = []
    for app in APPS:
        package = import_module(f"{app}.exceptions")
        for module in pkgutil.iter_modules(getattr(package, "__path__", []), f"{package.__name__}."):
            import_module(module.name)
        base = import_module(f"{package.__name__}.base") if hasattr(package, "__path__") else package
        classes += [kind for kind in kinds_of(base.Refusal) if kind.__module__.startswith(f"{app}.")]
    return classes


def kinds_of(base: type[Exception]) -> list[type[Exception]]:
    """Return the classes derived from another, however far."""
    return [kind for derived in base.__subclasses__() for kind in (derived, *kinds_of(derived))]


def code_of(kind: type[Exception]) -> str:
    code: str = vars(kind)["code"]
    return code


def test_every_refusal_has_a_code_and_a_sentence_of_its_own() -> None:
    raised = [kind for kind in refusals() if not kind.__subclasses__()]  # the others are kinds of refusals
    nameless = [kind.__qualname__ for kind in raised if not {"code", "text"} <= set(vars(kind))]

    assert nameless == []


@pytest.mark.parametrize("app", APPS)
def test_codes_of_refusals_are_unique_in_a_plugin(app: str) -> None:
    codes = Counter(code_of(kind) for kind in refusals() if kind.__module__.startswith(f"{app}."))

    assert codes
    assert {code for code, number in codes.items() if number > 1} == set()


def test_code_means_the_same_refusal_in_both_plugins() -> None:
    names: dict[str, set[str]] = {}
    for kind in refusals():
        names.setdefault(code_of(kind), set()).add(kind.__qualname__)

    assert {code: kinds for code, kinds in names.items() if len(kinds) > 1} == {}
