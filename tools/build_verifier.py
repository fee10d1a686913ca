"""Assemble the package peer_review/offline/verifier into the one file that people download.

Usage: python tools/build_verifier.py [--check]

Whoever checks a count reads and runs one file; whoever changes it reads modules. `--check` writes nothing and exits
with 1 if the file is not what the package gives, byte for byte.
"""

import argparse
import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "peer_review" / "offline" / "verifier"
BUILT = ROOT / "peer_review" / "offline" / "verify_bulletin.py"
OWN = "peer_review.offline.verifier."
#: The order in which modules may import each other, and in which they stand in the file.
ORDER = (
    "constants",
    "encoding",
    "signatures",
    "linear",
    "figures",
    "ranges",
    "rules",
    "package",
    "linked",
    "mixed",
    "rasch",
    "counted",
    "severity",
    "reliability",
    "half_steps",
    "recount",
    "bulletin_checks",
    "ballot_checks",
    "merged_checks",
    "verification",
    "cli",
)


class CannotBuildError(Exception):
    """The modules cannot stand in one file as they are."""


def build() -> str:
    """Return the text of the one file. Raises: CannotBuildError."""
    present = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    if present != set(ORDER):
        raise CannotBuildError(f"ORDER and the package differ: {', '.join(sorted(present ^ set(ORDER)))}")
    imports: dict[str, set[str]] = {}
    bodies: list[str] = []
    owners: dict[str, str] = {}
    for name in ORDER:
        source = (PACKAGE / f"{name}.py").read_text("utf-8")
        tree = ast.parse(source)
        for defined in top_names(tree):
            if defined in owners:
                raise CannotBuildError(f"{defined} is defined in {owners[defined]} and in {name}")
            owners[defined] = name
        bodies.append(body_of(name, source, tree, imports))
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    about = (PACKAGE / "__init__.py").read_text("utf-8").strip()
    built = f"# Version {version}, built from peer_review/offline/verifier by tools/build_verifier.py: do not edit."
    head = f"#!/usr/bin/env python3\n{about}\n\n{built}\n\n{import_lines(imports)}"
    return "\n\n\n".join([head, *bodies]) + "\n"


def body_of(name: str, source: str, tree: ast.Module, imports: dict[str, set[str]]) -> str:
    """Return a module without its imports, under its docstring's words; add to `imports` what it takes from outside."""
    docstring = ast.get_docstring(tree)
    if docstring is None or "\n" in docstring:
        raise CannotBuildError(f"{name}: the docstring of a module is one line")
    rest = tree.body[1:]
    while rest and isinstance(rest[0], ast.Import | ast.ImportFrom):
        take_import(name, rest.pop(0), imports)
    for node in ast.walk(ast.Module(rest, [])):
        if isinstance(node, ast.Import | ast.ImportFrom):
            raise CannotBuildError(f"{name}: line {node.lineno} imports below the head of the module")
    lines = source.splitlines()
    start = tree.body[len(tree.body) - len(rest) - 1].end_lineno or 0
    body = "\n".join(lines[start:]).strip("\n")
    gap = "\n\n\n" if body.startswith(("class ", "def ", "@")) else "\n\n"
    return f"# {name}: {docstring}{gap}{body}"


def take_import(name: str, node: ast.stmt, imports: dict[str, set[str]]) -> None:
    """Add one import to `imports`: module → names, "" for the module itself. Raises: CannotBuildError."""
    if isinstance(node, ast.Import | ast.ImportFrom) and any(alias.asname for alias in node.names):
        raise CannotBuildError(f"{name}: line {node.lineno} imports under another name")
    if isinstance(node, ast.Import):
        for alias in node.names:
            imports.setdefault(alias.name, set()).add("")
    elif isinstance(node, ast.ImportFrom):
        module = node.module or ""
        if module.startswith(OWN) and not node.level:
            if module.removeprefix(OWN) not in ORDER[: ORDER.index(name)]:
                raise CannotBuildError(f"{name} imports {module}, which stands below it")
            return
        if node.level or module.split(".")[0] not in sys.stdlib_module_names | {"cryptography"}:
            raise CannotBuildError(f"{name} imports {module}: only the standard library and cryptography may be needed")
        imports.setdefault(module, set()).update(alias.name for alias in node.names)


def import_lines(imports: dict[str, set[str]]) -> str:
    """Return the imports of the file: the standard library's, then those of `cryptography`."""
    blocks: dict[bool, list[str]] = {False: [], True: []}
    lines = [(False, module, f"import {module}") for module, names in imports.items() if "" in names]
    for module, names in imports.items():
        if taken := sorted(names - {""}, key=constants_first):
            lines.append((True, module, f"from {module} import {', '.join(taken)}"))
    for _from, module, line in sorted(lines):
        blocks[module.startswith("cryptography")].append(line)
    return "\n\n".join("\n".join(block) for block in blocks.values() if block)


def constants_first(name: str) -> tuple[bool, bool, str]:
    """Return where ruff sorts a name: constants, then classes, then functions."""
    return not name.isupper(), name[:1].islower(), name


def top_names(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a module defines for all."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (part.id for target in node.targets for part in ast.walk(target) if isinstance(part, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def main(arguments: list[str] | None = None) -> int:
    """Write the file, or compare it; return the exit status."""
    parser = argparse.ArgumentParser(description="Assemble verify_bulletin.py from its package.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if the file differs")
    options = parser.parse_args(arguments)
    text = build().encode()
    if not options.check:
        BUILT.write_bytes(text)
        return 0
    if BUILT.is_file() and BUILT.read_bytes() == text:
        return 0
    sys.stderr.write(f"{BUILT.relative_to(ROOT)} is not what its package gives: run `make assets`.\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
