"""The scaffold: what it writes works as it is, and it refuses before it writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from tests.scaffold.__main__ import ROOT, Refused, written

ROOMS = ("config", "connectors", "formats", "ledger", "reconcile", "collect", "store", "daemon", "tests")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project to write into."""
    for room in ROOMS:
        leave_out = ignore_patterns("__pycache__", "golden", "scenarios", "worlds", "end_to_end")
        copytree(ROOT / room, tmp_path / room, ignore=leave_out)
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    (tmp_path / "docs/connectors").mkdir(parents=True)
    return tmp_path


def run(project: Path, *command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        check=False,
        cwd=project,
        env={"PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_new_connector_passes_the_suite_of_its_port(project: Path) -> None:
    places = [str(place.relative_to(project)) for place in written("acme", project)]
    python = [place for place in places if place.endswith(".py")]
    run(project, "ruff", "check", "--fix", "--select", "I", *python)
    run(project, "ruff", "check", *python)
    suites = (
        "tests/unit/connectors/test_acme.py",
        "tests/conformance/test_portal_sources.py",
        "tests/conformance/test_changed_answers.py",
    )
    run(project, "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", "-k", "acme", *suites)


@pytest.mark.parametrize(
    ("name", "why"), [("Acme", "no name"), ("a-b", "no name"), ("../x", "no name"), ("whmcs", "is there already")]
)
def test_what_it_cannot_write_it_says(project: Path, name: str, why: str) -> None:
    before = sorted(project.rglob("*"))
    with pytest.raises(Refused, match=why):
        written(name, project)
    assert sorted(project.rglob("*")) == before
