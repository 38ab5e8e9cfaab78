"""Every package is there for a reason, is used, and is locked with its hashes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
RUNS = ("cases/**/*.py", "rtop_assist/*.py", "Procfile", "Makefile")
TESTS = ("tests/**/*.py", "pyproject.toml", "Makefile", ".ci/run", "cases/**/*.py")
# The module of a package whose name is another one.
MODULE = {
    "django-allauth": "allauth",
    "django-crispy-forms": "crispy_forms",
    "django-csp": "csp",
    "django-environ": "environ",
    "django-rest-knox": "knox",
    "djangorestframework": "rest_framework",
    "django-stubs": "mypy_django_plugin",
    "fontpkg-noto-sans": "fontpkg_noto_sans",
    "fontpkg-noto-sans-arabic": "fontpkg_noto_sans_arabic",
    "fontpkg-noto-serif": "fontpkg_noto_serif",
    "fonttools": "fontTools",
    "justmytype-intl-cjk": "justmytype_intl_cjk",
    "lxml-stubs": "lxml",
    "markdown-it-py": "markdown_it",
    "pytest-playwright": "playwright",
    "python-docx": "docx",
    "python-sat": "pysat",
    "PyYAML": "yaml",
    "types-PyYAML": "yaml",
    "types-jsonschema": "jsonschema",
    "types-openpyxl": "openpyxl",
}
# What to look for where a package is used without its module being named.
SIGN = {
    "SpiffWorkflow": "SpiffWorkflow",
    "argon2-cffi": "Argon2PasswordHasher",
    "djangofmt": "djangofmt check",
    "djlint": "djlint --lint",
    "gunicorn": "gunicorn rtop_assist.wsgi",
    "honcho": "honcho start",
    "import-linter": "lint-imports",
    "mypy": "\tmypy\n",
    "psycopg2-binary": "env.db(",
    "pytest-django": "DJANGO_SETTINGS_MODULE",
    "pytest-xdist": "-n auto",
    "pytest-cov": "--cov",
    "ruff": "ruff check",
    "uv": "uv pip compile",
}
LINE = re.compile(r"(?P<name>[\w.-]+)(\[\w+\])?==(?P<version>[\w.]+)(\s+# (?P<reason>\S.+))?")


def direct(file: str) -> list[re.Match[str]]:
    """The requirements of one of our files, each with its version and reason."""
    lines = (ROOT / file).read_text().splitlines()
    wanted = [line for line in lines if line and not line.startswith(("#", "-"))]
    found = [LINE.fullmatch(line) for line in wanted]
    assert None not in found, wanted
    return [match for match in found if match]


def locked(file: str) -> dict[str, str]:
    """The versions that a lock file pins, by name. Each has at least one hash."""
    found = {}
    for entry in re.split(r"\n(?=\w)", (ROOT / file).read_text()):
        pin = re.match(r"([\w.-]+)(?:\[\w+\])?==(\S+)", entry)
        if pin:
            assert "--hash=sha256:" in entry, pin[0]
            found[pin[1].lower()] = pin[2]
    return found


FILES = ("requirements", "requirements-dev")


@pytest.mark.parametrize("file", FILES)
def test_each_direct_requirement_says_why_it_is_here(file: str) -> None:
    assert [match["name"] for match in direct(f"{file}.in") if not match["reason"]] == []


@pytest.mark.parametrize("file", FILES)
def test_each_direct_requirement_is_locked_at_its_version(file: str) -> None:
    """`make lock` writes the lock files again."""
    pins = locked(f"{file}.txt")
    wanted = {match["name"].lower(): match["version"] for match in direct(f"{file}.in")}
    assert wanted == {name: pins.get(name) for name in wanted}


def test_tests_run_with_the_versions_that_the_product_runs_with() -> None:
    runs, tests = locked("requirements.txt"), locked("requirements-dev.txt")
    assert runs == {name: tests.get(name) for name in runs}


@pytest.mark.parametrize(("file", "places"), [("requirements", RUNS), ("requirements-dev", TESTS)])
def test_each_direct_requirement_is_used(file: str, places: tuple[str, ...]) -> None:
    here = Path(__file__)
    paths = [path for place in places for path in ROOT.glob(place) if path != here]
    text = "\n".join(path.read_text() for path in paths)
    unused = [match["name"] for match in direct(f"{file}.in") if not is_used(match["name"], text)]
    assert unused == []


def is_used(name: str, text: str) -> bool:
    """Whether a text imports a package, names its module in a setting, or shows its sign."""
    if name in SIGN:
        return SIGN[name] in text
    module = re.escape(MODULE.get(name, name.lower().replace("-", "_")))
    named = rf"""^\s*(import|from) {module}\b|["']{module}["'.]"""
    return re.search(named, text, re.MULTILINE) is not None


def test_a_package_that_nothing_uses_is_noticed() -> None:
    text = "from markdown_it import MarkdownIt\n"
    assert is_used("markdown-it-py", text)
    assert not is_used("rules", "# the rules of the text")


@pytest.mark.parametrize("file", ["Makefile", "Dockerfile"])
def test_a_release_of_tomorrow_changes_nothing_in_what_is_installed(file: str) -> None:
    """pip 23 resolves `coverage[toml]` to the newest release, beside the locked one, and then finds
    no hash for it.
    """
    lines = (ROOT / file).read_text().splitlines()
    installs = [line for line in lines if "--require-hashes" in line]
    assert installs
    assert [line for line in installs if "--no-deps" not in line] == []
    resolving = [line for line in lines if "pip install" in line and "-r requirements" in line]
    assert [line for line in resolving if line not in installs] == []
