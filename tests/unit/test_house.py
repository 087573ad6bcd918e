"""The house rules that no other tool checks: names, places and words of the tracked files."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path, PurePosixPath
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
#: Packages that are no rooms of the program.
NO_ROOMS: Final = {"tests"}
#: Names that say nothing about what is inside (design.md, section 2).
EMPTY_NAMES: Final = {"utils", "util", "common", "commons", "helpers", "helper", "manager", "managers", "misc"}

#: What nobody finishes later. A currency and a bank's branch may be XXX; a comment may not.
UNFINISHED: Final = re.compile(r"\b(TODO|FIXME|HACK|raise NotImplementedError|lorem ipsum)\b|#\s*XXX\b")
#: Paths that are there on one machine only. Containers' own paths are none of these.
MACHINE: Final = re.compile(r"(?<![\w.\-])(/(root|home|Users|work|mnt/c)/\w|[A-Z]:\\Users\\)")
#: Hosts that packages and images are fetched from: each machine has its own, in its own settings.
REGISTRY: Final = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(org|com)|deb\.debian\.org|crates\.io|docker\.io|ghcr\.io|quay\.io"
    r"|--(extra-)?index-url|--find-links|--trusted-host"
)
#: The lock files' own recipe names the options that keep hosts out of them.
NO_HOST_OPTIONS: Final = re.compile(r"--no-emit-(index-url|find-links|trusted-host)")


@cache
def tracked() -> tuple[PurePosixPath, ...]:
    """What is tracked, or would be with the next ``git add``."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    names = (PurePosixPath(name) for name in listed.stdout.decode().split("\0") if name)
    return tuple(sorted({name for name in names if (ROOT / name).is_file()}))


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def texts() -> list[tuple[PurePosixPath, int, str]]:
    """Every line of every tracked text, but for this file, which names what it forbids."""
    lines: list[tuple[PurePosixPath, int, str]] = []
    for name in tracked():
        content = (ROOT / name).read_bytes()
        if name == PurePosixPath("tests/unit/test_house.py") or b"\0" in content[:8192]:
            continue
        text = content.decode("utf-8", errors="replace")
        lines.extend((name, number, line) for number, line in enumerate(text.splitlines(), start=1))
    return lines


def packages() -> set[str]:
    """The top-level packages of the project."""
    return {name.parts[0] for name in tracked() if len(name.parts) == 2 and name.name == "__init__.py"}


def rooms() -> set[str]:
    return packages() - NO_ROOMS


def test_no_other_distribution_owns_one_of_our_names() -> None:
    """The packages are flat, so a distribution of the same name would be imported in our place, or we in its."""
    owners = packages_distributions()
    strangers = {name: set(owners.get(name, ())) - {"afletter"} for name in rooms()}
    assert {name: others for name, others in strangers.items() if others} == {}


def test_every_room_has_its_place_in_the_order_of_imports() -> None:
    settings = project()["tool"]["importlinter"]
    (layers,) = (contract["layers"] for contract in settings["contracts"] if contract["type"] == "layers")
    placed = {room.strip() for layer in layers for room in layer.split("|")}
    assert placed == rooms()
    assert set(settings["root_packages"]) == rooms()


def test_every_room_is_type_checked_and_packaged() -> None:
    tool = project()["tool"]
    assert set(tool["mypy"]["packages"]) == packages()
    assert {pattern.removesuffix("*") for pattern in tool["setuptools"]["packages"]["find"]["include"]} == rooms()


def test_every_file_of_a_room_is_packaged() -> None:
    """A Python file goes into the wheel only when its folder is a package, another one only when its ending is listed."""
    patterns = [PurePosixPath(pattern).name for pattern in project()["tool"]["setuptools"]["package-data"]["*"]]
    left_out = [
        str(name)
        for name in tracked()
        if name.parts[0] in rooms()
        and not (
            name.parent / "__init__.py" in tracked()
            if name.suffix == ".py"
            else any(name.match(pattern) for pattern in patterns)
        )
    ]
    assert left_out == []


def test_only_one_file_speaks_http() -> None:
    """Limits, time-outs, retries and masking are in one place, so nothing may go round it."""
    users = {
        str(name)
        for name in tracked()
        if name.suffix == ".py"
        and name.parts[0] in rooms()
        and re.search(
            r"^\s*(import|from) (requests|tenacity|urllib3|httpx|aiohttp)\b",
            (ROOT / name).read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    }
    assert users == {"connectors/http.py"}


def test_every_package_of_a_room_says_what_it_is() -> None:
    silent = [
        str(name)
        for name in tracked()
        if name.name == "__init__.py"
        and name.parts[0] in rooms()
        and not ast.get_docstring(ast.parse((ROOT / name).read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_every_file_is_named_after_what_it_holds() -> None:
    empty = [str(name) for name in tracked() if EMPTY_NAMES & {part.partition(".")[0].lower() for part in name.parts}]
    assert empty == []


@pytest.mark.parametrize(
    ("what", "pattern"), [("unfinished", UNFINISHED), ("a path of a machine", MACHINE), ("a registry's host", REGISTRY)]
)
def test_no_line_holds(what: str, pattern: re.Pattern[str]) -> None:
    found = [
        f"{name}:{number}: {what}: {line.strip()[:100]}"
        for name, number, line in texts()
        if pattern.search(NO_HOST_OPTIONS.sub("", line))
    ]
    assert found == []


def test_what_is_forbidden_would_be_found() -> None:
    assert UNFINISHED.search("x = 1  # XXX later")
    assert UNFINISHED.search("# TODO: later")
    assert not UNFINISHED.search('BIC = "COBADEFFXXX"; currency = "XXX"')
    assert MACHINE.search('open("/home/me/x")')
    assert MACHINE.search("at /root/x")
    assert not MACHINE.search("https://example.org/home/x and net/work/x")
    assert REGISTRY.search("https://pypi.org/simple")
    assert REGISTRY.search(NO_HOST_OPTIONS.sub("", "--no-emit-index-url --index-url x"))
    assert not REGISTRY.search(NO_HOST_OPTIONS.sub("", "--no-emit-index-url --no-emit-find-links"))


def test_the_lock_files_pin_every_package_by_hash() -> None:
    """Each requirement of pyproject.toml stands in the lock files, and nothing in them is without version and hash."""
    runtime = locked("requirements.lock")
    development = locked("requirements-dev.lock")
    declared = project()["project"]
    needed = {_name(requirement) for requirement in (*declared["dependencies"], *project()["build-system"]["requires"])}
    assert needed <= set(runtime)
    assert {_name(requirement) for requirement in declared["optional-dependencies"]["dev"]} <= set(development)
    assert {name: pin for name, pin in runtime.items() if development.get(name) != pin} == {}


def locked(file: str) -> dict[str, str]:
    """Version by package name of a lock file; each must have a hash."""
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / file).read_text(encoding="utf-8"))
    pins: dict[str, str] = {}
    for entry in entries:
        if entry.startswith("#"):
            continue
        name, equals, version = entry.split()[0].partition("==")
        assert equals, f"{file}: {name} is not pinned"
        assert "--hash=sha256:" in entry, f"{file}: {name} has no hash"
        pins[name] = version
    return pins


def _name(requirement: str) -> str:
    """The normalised name of a requirement (PEP 503)."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()
