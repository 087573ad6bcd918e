"""Progress of long work: bars on a terminal, silence in a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Steps(Protocol):
    """What a cycle tells while it works."""

    def step(self, name: str, total: int | None) -> None:
        """A new step begins; ``total``: how many things it has to do (None: not known)."""

    def done(self, more: int) -> None:
        """So many more things of the current step are done."""


class SilentSteps:
    """Tells nobody."""

    def step(self, name: str, total: int | None) -> None:
        """Nothing to show."""

    def done(self, more: int) -> None:
        """Nothing to show."""


class BarSteps:
    """One bar per tenant that changes its label with each step."""

    def __init__(self, progress: Progress, tenant: str) -> None:
        self._progress = progress
        self._tenant = tenant
        self._task: TaskID = progress.add_task(tenant, total=None)

    def step(self, name: str, total: int | None) -> None:
        """Start the bar again under the step's name."""
        self._progress.reset(self._task, total=total, description=f"{self._tenant}: {name}")

    def done(self, more: int) -> None:
        """Move the bar."""
        self._progress.advance(self._task, more)


@contextmanager
def shown(console: Console) -> Iterator[Progress | None]:
    """A live progress display while the block runs, or None where the console is no terminal."""
    if not console.is_terminal:
        yield None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield progress
