"""Which postings stand in plain-text journals, known from a file beside them instead of from memory.

The journals alone count. What is kept of a journal is good for as long as its size, time and place on disk are what they were when it was read;
any other journal is read again, as a stream. So whatever a crash, a restored backup or a person's editor did, the worst that comes of it is reading
once more. The file may be deleted at any time, and one that is damaged is made anew.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.errors import Transient

#: Changes when what is kept does: a file of another version is made anew.
_VERSION: Final = 1
#: Bytes of a journal that are looked through at a time.
_BLOCK: Final = 1 << 20
#: Keys in one question, below the number of variables that SQLite takes.
_AT_ONCE: Final = 500
#: Seconds to wait for another process that has the file.
_PATIENCE_S: Final = 60
_TABLES: Final = f"""
CREATE TABLE journal (file TEXT PRIMARY KEY, size INTEGER, changed_ns INTEGER, place INTEGER) WITHOUT ROWID;
CREATE TABLE posting (key TEXT, file TEXT, digest BLOB, PRIMARY KEY (key, file)) WITHOUT ROWID;
PRAGMA user_version = {_VERSION};
"""

#: What changes when a file does: size, time and place on disk.
Signature = tuple[int, int, int]


def signature(status: os.stat_result) -> Signature:
    """The signature of a file."""
    return (status.st_size, status.st_mtime_ns, status.st_ino)


@dataclass(frozen=True, slots=True)
class Booked:
    """Where a key stands, and what was booked under it."""

    file: str
    digest: str


class JournalKeys:
    """``path``: the file; ``books``: the folder that the names of journals are relative to; ``key_and_digest``: finds both of each transaction."""

    def __init__(self, path: Path, books: Path, key_and_digest: re.Pattern[bytes]) -> None:
        self._path = path
        self._books = books
        self._pattern = key_and_digest

    def find(self, key: str, journals: Mapping[str, Signature], cut: Mapping[str, int]) -> Booked | None:
        """Where a key stands. Writes nothing, and needs no lock. ``cut``: journals of which only so many bytes count."""
        read, booked = self._kept(key)
        unread = [file for file, found in journals.items() if read.get(file) != found or file in cut]
        for one in booked:
            if one.file in journals and one.file not in unread:
                return one
        for file in unread:
            for found, digest in self._marks(file, cut.get(file)):
                if found == key:
                    return Booked(file, digest)
        return None

    @contextmanager
    def learnt(self, journals: Mapping[str, Signature]) -> Iterator[KeptKeys]:
        """The keys of these journals as they stand; whoever asks is alone with them. What is added meanwhile is kept when the block ends.

        Raises Transient when the file cannot be used; one that is damaged is taken away, and made anew the next time.
        """
        try:
            with closing(self._opened()) as connection, connection:
                kept = KeptKeys(connection)
                read = kept.journals()
                for file in read.keys() - journals.keys():
                    kept.forget(file)
                for file, found in journals.items():
                    if read.get(file) != found:
                        kept.forget(file)
                        kept.add(file, found, self._marks(file, None))
                connection.commit()
                yield kept
        except sqlite3.DatabaseError as error:
            if not isinstance(error, sqlite3.OperationalError):
                self._discard()
            raise Transient(f"{self._path}: {error}") from error

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_PATIENCE_S)
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version == _VERSION:
                return connection
        except sqlite3.OperationalError:
            connection.close()
            raise
        except sqlite3.DatabaseError:
            pass
        connection.close()
        self._discard()
        connection = sqlite3.connect(self._path, timeout=_PATIENCE_S)
        connection.executescript(f"BEGIN; {_TABLES} COMMIT;")
        return connection

    def _discard(self) -> None:
        self._path.unlink(missing_ok=True)
        self._path.with_name(f"{self._path.name}-journal").unlink(missing_ok=True)

    def _kept(self, key: str) -> tuple[Mapping[str, Signature], Sequence[Booked]]:
        """The journals that were read, and where a key stands in them; nothing where the file tells nothing."""
        try:
            with closing(sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
                # One question after the other sees the same state.
                connection.execute("BEGIN")
                kept = KeptKeys(connection)
                return kept.journals(), kept.places(key)
        except sqlite3.Error:
            return {}, ()

    def _marks(self, file: str, length: int | None) -> Iterator[tuple[str, str]]:
        """Key and digest of each transaction in the first ``length`` bytes of a journal. They stand on lines that follow each other."""
        rest, text = length, b""
        with (self._books / file).open("rb") as stream:
            while block := stream.read(_BLOCK if rest is None else min(_BLOCK, rest)):
                rest = None if rest is None else rest - len(block)
                text += block
                end = text.rfind(b"\n") + 1
                for found in self._pattern.finditer(text, 0, end):
                    yield found[1].decode(), found[2].decode()
                # The last whole line may be a key whose digest is still to come.
                text = text[text.rfind(b"\n", 0, max(0, end - 1)) + 1 :]


class KeptKeys:
    """What is kept, while it is open."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def journals(self) -> dict[str, Signature]:
        """The journals that were read, as they were then."""
        rows = self._connection.execute("SELECT file, size, changed_ns, place FROM journal")
        return {file: (size, changed_ns, place) for file, size, changed_ns, place in rows}

    def places(self, key: str) -> list[Booked]:
        """Wherever a key stands."""
        rows = self._connection.execute("SELECT file, digest FROM posting WHERE key = ?", (key,))
        return [Booked(file, digest.hex()) for file, digest in rows]

    def booked(self, keys: Sequence[str]) -> dict[str, Booked]:
        """Where each of these keys stands; those that stand nowhere are not in it."""
        found: dict[str, Booked] = {}
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            marks = ",".join("?" * len(some))
            question = f"SELECT key, file, digest FROM posting WHERE key IN ({marks})"  # noqa: S608 - question marks only
            found |= {key: Booked(file, digest.hex()) for key, file, digest in self._connection.execute(question, some)}
        return found

    def add(self, file: str, state: Signature, keys: Iterable[tuple[str, str]]) -> None:
        """Keys and digests that stand in a journal, which now is in this state."""
        rows = ((key, file, bytes.fromhex(digest)) for key, digest in keys)
        self._connection.executemany("INSERT OR REPLACE INTO posting VALUES (?, ?, ?)", rows)
        self._connection.execute("INSERT OR REPLACE INTO journal VALUES (?, ?, ?, ?)", (file, *state))

    def forget(self, file: str) -> None:
        """All that is kept of a journal."""
        self._connection.execute("DELETE FROM posting WHERE file = ?", (file,))
        self._connection.execute("DELETE FROM journal WHERE file = ?", (file,))
