"""Install the built wheel into bare `wagtail start` projects, with the settings that README.md prints, and use it.

Three projects: both apps, each app alone. None has anything of `site/`.
Usage: python tools/plugin_check.py dist/zhengyan-….whl
"""

import os
import re
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SMOKE = ROOT / "tools" / "plugin_smoke.py"
APPS = ("peer_review", "forum_pages")
#: What the wheel holds beside them: no app, and no settings.
BELOW = ("zhengyan_crypto",)
#: What a site needs at run time, or a reader needs to trust the scripts; one file of each kind.
WANTED = (
    "peer_review/templates/peer_review/ballots/ballot.html",
    "peer_review/offline/verify_bulletin.py",
    "peer_review/static/peer_review/js/ballot.js",
    "peer_review/static/peer_review/js/integrity.json",
    "peer_review/static_src/package-lock.json",
    "peer_review/static_src/src/lib/credentials.js",
    "zhengyan_crypto/browser/rsabssa.js",
    "peer_review/locale/zh_Hans/LC_MESSAGES/django.mo",
    "forum_pages/templates/forum_pages/boards/board.html",
    "forum_pages/static/forum_pages/forum_pages.css",
    "forum_pages/locale/zh_Hans/LC_MESSAGES/django.mo",
)
UNWANTED = re.compile(r"(^|/)(tests|node_modules|__pycache__)/")


def readme_block(name: str) -> str:
    """Return the Python that README.md prints below the comment `<!-- plugin NAME: … -->`."""
    text = (ROOT / "README.md").read_text("utf-8")
    found = re.search(rf"<!-- plugin {name}:.*?```python\n(.*?)```", text, re.DOTALL)
    if found is None:
        raise SystemExit(f"README.md has no block of plugin {name}.")
    return found[1]


def settings_for(apps: tuple[str, ...]) -> str:
    """Return those parts of README.md's settings that these apps need. A part begins with a comment naming it."""
    block = readme_block("settings")
    if block.count("\n") > 10:
        raise SystemExit("README.md promises settings of ten lines.")
    parts = re.findall(r"^# (\w+): [^\n]*\n((?:[^#\n][^\n]*\n)+)", block, re.M)
    if {name for name, _lines in parts} != {*APPS, "both"}:
        raise SystemExit("README.md's settings need a part for each app and one for both.")
    return "".join(lines for name, lines in parts if name in (*apps, "both"))


def routes_for(apps: tuple[str, ...]) -> str:
    """Return README.md's routes of these apps."""
    lines = readme_block("routes").splitlines()
    return "\n".join(line for line in lines if any(f'"{app}.urls"' in line for app in apps))


def check_content(wheel: Path) -> None:
    """Refuse a wheel that lacks something, or brings along what is not its own."""
    names = zipfile.ZipFile(wheel).namelist()
    if missing := [name for name in WANTED if name not in names]:
        raise SystemExit(f"The wheel lacks {', '.join(missing)}.")
    own = (*APPS, *BELOW, "zhengyan-")
    if foreign := [name for name in names if UNWANTED.search(name) or not name.startswith(own)]:
        raise SystemExit(f"The wheel holds {', '.join(foreign[:5])}.")


def constraints(folder: Path) -> Path:
    """Return a file that pins what the wheel brings in to the locked versions."""
    locked = (ROOT / "requirements" / "base.txt").read_text("utf-8")
    pins = re.findall(r"^([\w.\-]+)(?:\[[\w,\-]+\])?(==[^ \\;]+(?: ; [^\\]+)?) \\", locked, re.M)
    path = folder / "constraints.txt"
    path.write_text("\n".join((name + version).strip() for name, version in pins))
    return path


def run(*command: str, cwd: Path, **environment: str) -> None:
    """Run a command; its failure ends the check."""
    clean = {name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE", "PYTHONPATH")}
    done = subprocess.run(command, cwd=cwd, env={**clean, **environment}, check=False)
    if done.returncode:
        raise SystemExit(f"failed: {' '.join(command)}")


def check(folder: Path, python: str, apps: tuple[str, ...]) -> None:
    """Start a project with these apps, migrate it, use it."""
    name = "bare_" + "_".join(apps)
    run(str(Path(python).parent / "wagtail"), "start", name, cwd=folder)
    project = folder / name
    settings = project / name / "settings" / "base.py"
    settings.write_text(settings.read_text("utf-8") + "\n" + settings_for(apps), "utf-8")
    urls = project / name / "urls.py"
    urls.write_text(urls.read_text("utf-8") + f"\nurlpatterns = [\n{routes_for(apps)}\n*urlpatterns]\n", "utf-8")
    module = f"{name}.settings.dev"
    run(python, "manage.py", "migrate", "--verbosity", "0", cwd=project)
    run(python, "manage.py", "check", "--fail-level", "WARNING", cwd=project)
    run(python, "manage.py", "makemigrations", "--check", "--dry-run", *apps, cwd=project)
    run(python, str(SMOKE), *apps, cwd=project, DJANGO_SETTINGS_MODULE=module)


def main(wheel: Path) -> None:
    """Check the wheel with both apps and with each alone."""
    check_content(wheel)
    with tempfile.TemporaryDirectory(prefix="zhengyan-plugin-") as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        python = str(folder / "venv" / "bin" / "python")
        run(
            python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--constraint", str(constraints(folder)), str(wheel), cwd=folder,
        )  # fmt: skip
        for apps in (APPS, *((app,) for app in APPS)):
            check(folder, python, apps)
            print(f"{' and '.join(apps)}: works in a bare Wagtail project", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
