"""Every route of the site, from the URL configuration itself, with addresses made of any values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

PLACE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Route:
    """One route: its name with the namespaces, and its address with a place for each parameter."""

    name: str
    template: str
    parameters: tuple[str, ...]

    def address(self, values: Mapping[str, str]) -> str:
        """Return the address of these values, written as percent-encoded UTF-8."""
        return PLACE.sub(lambda match: values[match[1]], "/" + self.template.replace("%%", "%"))


def encoded(value: str) -> str:
    """Return a value as it stands in an address, lone surrogates as the bytes that no decoder takes."""
    return quote(value.encode("utf-8", "surrogatepass"), safe="")


def every_route() -> list[Route]:
    """Return every route, in the order in which they are tried; what no name has is called by its view."""
    return list(_routes(get_resolver(), "", ""))


def _routes(resolver: URLResolver, prefix: str, namespaces: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        # Of several ways to write an address, the first has what is optional left out; the last has it all.
        template, _names = normalize(str(entry.pattern.regex.pattern).removeprefix("^"))[-1]
        address = prefix + template.removesuffix("\\Z")
        if isinstance(entry, URLResolver):
            namespace = f"{namespaces}{entry.namespace}:" if entry.namespace else namespaces
            yield from _routes(entry, address, namespace)
        elif isinstance(entry, URLPattern):
            name = entry.name or getattr(entry.callback, "__name__", "view")
            yield Route(namespaces + name, address, tuple(dict.fromkeys(PLACE.findall(address))))
