"""A source of files on a server that speaks SFTP: what was fetched is read as any other folder is, by the same reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from connectors.folder_pages import contents_read
from connectors.ports import Cursor, Page
from connectors.sftp_intake import AfterReading, SftpIntake, SftpIntakeSettings, Taken


class SftpPages:
    """Pages of the copies of a server's folder. ``read``: the next page of the folder of copies."""

    def __init__(self, settings: SftpIntakeSettings, intake: SftpIntake, read: Callable[[Cursor | None], Page]) -> None:
        self._puts_away = settings.after_reading is not AfterReading.LEAVE
        self._intake = intake
        self._read = read
        #: The cursor of a page after which more copies wait: the server need not be asked again.
        self._ahead: Cursor | None = None
        self._taken = Taken()

    def check(self) -> None:
        """Log in and look at the folder. Raises as SftpIntake.check does."""
        self._intake.check()

    def fetch(self, cursor: Cursor | None) -> Page:
        """The next page. What could not be fetched is raised when everything that could be is read."""
        if cursor is None or cursor != self._ahead:
            self._taken = self._intake.take(contents_read(cursor))
        page = self._read(cursor)
        self._ahead = page.cursor if page.has_more else None
        if page.documents:
            unfinished = self._puts_away or self._taken.trouble is not None or bool(self._taken.postponed)
            return replace(page, has_more=page.has_more or unfinished)
        if self._taken.trouble is not None:
            raise self._taken.trouble
        return page

    def warnings(self, as_of: date) -> Sequence[str]:
        """What the server did not let us do though everything was read."""
        del as_of
        return tuple(self._taken.warnings)
