"""Whether this commit may be tagged: prints what stands against it, or the tag.

Version and date of the changes, their areas, nothing uncommitted, migrations, catalogues, and a wheel that builds.
"""

import datetime
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: In this order. "Upgrade" says what whoever runs an earlier version has to do, even if that is nothing.
AREAS = ("Added", "Changed", "Fixed", "Upgrade")


def changelog_faults(text: str, version: str, today: datetime.date) -> list[str]:
    """Return what is wrong with the top section of the changes."""
    section = re.search(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    if section is None:
        return ["CHANGELOG.md has no section"]
    title, body = section.groups()
    return [*_title_faults(title, version, today), *_area_faults(body)]


def _title_faults(title: str, version: str, today: datetime.date) -> list[str]:
    parts = re.fullmatch(r"(\S+) \(([^)]*)\)", title)
    if parts is None:
        return [f"CHANGELOG.md: “{title}” is no version with a date in brackets"]
    faults = [] if parts[1] == version else [f"CHANGELOG.md begins with {parts[1]}, pyproject.toml says {version}"]
    try:
        date = datetime.date.fromisoformat(parts[2])
    except ValueError:
        return [*faults, f"CHANGELOG.md: “{parts[2]}” is no date"]
    return [*faults, *([f"CHANGELOG.md: {date} is still to come"] if date > today else [])]


def _area_faults(body: str) -> list[str]:
    """Return what is wrong with the areas: another name or order, an empty one, a change above the first."""
    above, *parts = re.split(r"^### ", body, flags=re.MULTILINE)
    areas = {part.partition("\n")[0].strip(): part.partition("\n")[2].strip() for part in parts}
    faults = [f"CHANGELOG.md: “{name}” is none of {', '.join(AREAS)}" for name in areas if name not in AREAS]
    known = [name for name in areas if name in AREAS]
    if known != sorted(known, key=AREAS.index):
        faults.append(f"CHANGELOG.md: the areas come in this order: {', '.join(AREAS)}")
    faults += [f"CHANGELOG.md: nothing stands below “{name}”" for name, changes in areas.items() if not changes]
    if re.search(r"^[-*] ", above, re.MULTILINE):
        faults.append("CHANGELOG.md: a change stands above every area")
    if "Upgrade" not in areas:
        faults.append("CHANGELOG.md: “Upgrade” is missing")
    return faults


def tree_faults(root: Path, version: str) -> list[str]:
    """Return what git says against a tag: uncommitted changes, or that there is one."""
    changed = _output("git", "status", "--porcelain", cwd=root).splitlines()
    faults = [f"uncommitted: {line[3:]}" for line in changed]
    if _output("git", "tag", "--list", f"v{version}", cwd=root):
        faults.append(f"the tag v{version} exists")
    return faults


def wheel_faults(root: Path, version: str) -> list[str]:
    """Return what is wrong with the wheel: it does not build, or has another version."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "build", "--wheel", "--outdir", folder, str(root)]
        if fault := _command_fault("the wheel", *command, cwd=root):
            return fault
        built = [path.name for path in Path(folder).iterdir()]
    return [] if built == [f"zhengyan-{version}-py3-none-any.whl"] else [f"the wheel is {', '.join(built)}"]


def code_faults(root: Path) -> list[str]:
    """Return whether a migration or a translation is missing."""
    return [
        *_command_fault("migrations", sys.executable, "manage.py", "makemigrations", "--check", "--dry-run", cwd=root),
        *_command_fault("catalogues", sys.executable, "tools/check_catalogues.py", cwd=root),
    ]


def _output(*command: str, cwd: Path) -> str:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True).stdout


def _command_fault(name: str, *command: str, cwd: Path) -> list[str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    return [f"{name}: {(done.stdout + done.stderr).strip()}"] if done.returncode else []


def main() -> int:
    """Print the faults or the tag; return 1 if there are any."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    faults = [
        *changelog_faults(changes, version, datetime.date.today()),
        *tree_faults(ROOT, version),
        *code_faults(ROOT),
        *wheel_faults(ROOT, version),
    ]
    print("\n".join(faults) or f"ready: git tag v{version}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
