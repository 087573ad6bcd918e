"""Write a new invoice source that looks like the others: settings, client, reading, simulator, tests and page, entered where connectors are listed.

What it writes works: against its own simulator, with the conformance suite of its port. It speaks an interface that nobody has; change the simulator to
what the system's documentation says, then the client and the reading until the tests pass again, then the page.

    python -m tests.scaffold acme          # or: make connector NAME=acme
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
TEMPLATES: Final = Path(__file__).parent / "templates"
#: Where each template goes.
PLACES: Final = {
    "package.txt": "connectors/{name}/__init__.py",
    "settings.txt": "connectors/{name}/settings.py",
    "client.txt": "connectors/{name}/client.py",
    "read.txt": "connectors/{name}/read.py",
    "invoices.txt": "connectors/{name}/invoices.py",
    "simulator.txt": "tests/simulators/{name}.py",
    "test.txt": "tests/unit/connectors/test_{name}.py",
    "page.txt": "docs/connectors/{name}.md",
}
_NAME: Final = re.compile(r"[a-z][a-z0-9]{1,30}\Z")


class Refused(Exception):
    """Nothing was written, and why."""


def written(name: str, root: Path) -> list[Path]:
    """Write the connector ``name`` into the project at ``root``: the files that are new or changed. Raises Refused before anything is written."""
    if _NAME.match(name) is None:
        raise Refused(f"'{name}' is no name for a connector: small letters and digits, such as acme")
    texts = {root / place.format(name=name): _filled(template, name) for template, place in PLACES.items()}
    there = [place for place in texts if place.exists()]
    if there:
        raise Refused(f"{there[0].relative_to(root)} is there already")
    texts |= _entered(name, root)
    for place, text in texts.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return list(texts)


def _filled(template: str, name: str) -> str:
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    return text.replace("@Name@", name.capitalize()).replace("@name@", name).replace("@NAME@", name.upper())


def _entered(name: str, root: Path) -> dict[Path, str]:
    """The files in which connectors are listed, with this one in them."""
    class_ = name.capitalize()
    imports = (
        f"from connectors.{name}.invoices import {class_}Invoices\n"
        f"from connectors.{name}.settings import {class_}Settings\n"
    )
    kind = f"        kind(Port.INVOICES, {class_}Settings, {class_}Invoices),\n"
    return {
        **_changed(
            root / "connectors/registry.py",
            ("from connectors.webhook import", imports, False),
            ("    ),\n    Port.STATEMENTS: (", kind, False),
        ),
        **_listed(root / "tests/unit/connectors/test_registry.py", name),
        **_changed(
            root / "pyproject.toml", ('modules = ["connectors.folder_invoices", ', f'"connectors.{name}", ', True)
        ),
        **_changed(
            root / "tests/conformance/portal_worlds.py",
            ("from tests.conformance.worlds import", imports.splitlines(keepends=True)[1], False),
            ("from tests.simulators import ", f"{name}, ", True),
            ("PORTALS: Mapping[", _filled("world.txt", name), False),
            ("Callable[[Path], PortalWorld]] = {\n", f'    (Port.INVOICES, "{name}"): {name}_source,\n', True),
        ),
        **_changed(
            root / "tests/conformance/test_changed_answers.py",
            ("MAY_BE_EMPTY: Final[Mapping[str, frozenset[str]]] = {\n", _filled("may_be_empty.txt", name), True),
        ),
    }


def _changed(place: Path, *entries: tuple[str, str, bool]) -> dict[Path, str]:
    """A file with text put in behind (or before) what marks the place."""
    text = place.read_text(encoding="utf-8")
    for mark, entry, behind in entries:
        if text.count(mark) != 1:
            raise Refused(f"{place.name}: the place of '{mark.strip()}' was not found; enter the connector by hand")
        text = text.replace(mark, mark + entry if behind else entry + mark)
    return {place: text}


def _listed(place: Path, name: str) -> dict[Path, str]:
    """The test that names all connectors, with this one among them."""
    text = place.read_text(encoding="utf-8")
    found = re.search(r"Port\.INVOICES: \[([^\]]*)\]", text)
    if found is None:
        raise Refused(f"{place.name}: the list of invoice sources was not found; enter the connector by hand")
    names = sorted({*re.findall(r'"(\w+)"', found[1]), name})
    listed = ", ".join(f'"{one}"' for one in names)
    return {place: text[: found.start(1)] + listed + text[found.end(1) :]}


def _in_order(places: list[Path]) -> None:
    """Imports and lists in their order, lines as long as the project has them."""
    python = [str(place) for place in places if place.suffix == ".py"]
    for command in (["check", "--quiet", "--fix", "--select", "I"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *python], check=True, cwd=ROOT)


def main() -> int:
    """Write it and say what comes next; 2 when it cannot be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="one word, small letters: what stands behind `use` in the tenant file")
    name: str = parser.parse_args().name
    try:
        places = written(name, ROOT)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 2
    _in_order(places)
    for place in places:
        print(place.relative_to(ROOT))
    print(
        f"""
Next:
1. Make tests/simulators/{name}.py what the system's documentation says: paging, limits, errors, traps.
2. Change client.py and read.py until these pass: pytest tests/unit/connectors/test_{name}.py tests/conformance/test_portal_sources.py
   tests/conformance/test_changed_answers.py
3. Write the settings' page anew:
   AFLETTER_WRITE_GOLDEN=1 AFLETTER_WRITE_DOCS=1 pytest tests/unit/daemon/test_pages.py tests/unit/config/test_reference.py
4. Write docs/connectors/{name}.md: what it needs, an example that works, what is mapped to what, limits, traps, what is not verified."""
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
