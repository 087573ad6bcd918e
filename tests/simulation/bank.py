"""A bank that takes our direct debits: it reads and validates the files, answers, credits, and lets some come back, now or weeks later.

Everything follows from a seed. It keeps its own account of every collection, which an auditor holds against ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Final

from lxml import etree

from ledger.calendar import add_target_days, is_target_day
from ledger.reason_codes import REASON_CODES, ReturnKind
from tests.simulation.bank_statements import Movement, StatementFormat, StatementWriter
from tests.simulation.status_reports import status_report

#: The chances that a collection is rejected, returned and refunded; the rest is paid.
Shares = tuple[float, float, float]
SHARES: Final[Shares] = (0.06, 0.16, 0.05)
REJECTS: Final = sorted(code for code, row in REASON_CODES.items() if ReturnKind.REJECT in row.kinds)
RETURNS: Final = sorted(code for code, row in REASON_CODES.items() if ReturnKind.RETURN in row.kinds)
REFUNDS: Final = sorted(code for code, row in REASON_CODES.items() if ReturnKind.REFUND in row.kinds)
LUMPS: Final = frozenset({StatementFormat.CODA, StatementFormat.CAMT})


@dataclass(kw_only=True)
class Presented:
    """One collection as the bank knows it. ``net``: cents that it has credited and not taken back."""

    end_to_end_id: str
    message_id: str
    batch: str
    mandate: str
    iban: str
    scheme: str
    name: str
    minor: int
    collect_on: date
    taken_on: date
    documents: str
    amended: bool
    outcome: str = "paid"
    reason: str = ""
    net: int = 0
    came_back: bool = False


@dataclass(kw_only=True)
class Bank:
    """One creditor's bank. ``presented``: every collection it was ever handed, by end-to-end id. ``always``: mandates of which every
    collection comes back with this reason."""

    to_bank: Path
    from_bank: Path
    writer: StatementWriter
    chance: Random
    presented: dict[str, Presented] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    reports: dict[str, bytes] = field(default_factory=dict)
    due: defaultdict[date, list[tuple[str, Presented]]] = field(default_factory=lambda: defaultdict(list))
    shares: Shares = SHARES
    always: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, Iterator[str]] = field(default_factory=dict)

    def take_files(self, day: date) -> list[Presented]:
        """The files that arrived since; each is valid, in time, and names no collection it was handed before."""
        taken: list[Presented] = []
        for path in sorted(self.to_bank.glob("*.xml")):
            if path.name not in self.seen:
                self.seen.add(path.name)
                taken += self._taken(path.read_bytes(), day)
        return taken

    def _taken(self, content: bytes, day: date) -> list[Presented]:
        root = etree.fromstring(content)
        version = str(etree.QName(root).namespace).rpartition(":")[2]
        schema = etree.XMLSchema(etree.fromstring(files("sepaxml").joinpath("schemas", f"{version}.xsd").read_bytes()))
        schema.assertValid(root)
        message_id = root.findtext(".//{*}GrpHdr/{*}MsgId")
        batch = root.findtext(".//{*}PmtInf/{*}PmtInfId")
        collect_on = date.fromisoformat(root.findtext(".//{*}ReqdColltnDt") or "")
        assert is_target_day(collect_on), f"{collect_on} is no TARGET day"
        assert add_target_days(collect_on, -1) >= day, f"handed over on {day} for {collect_on}: too late"
        assert message_id is not None
        assert batch is not None
        scheme = root.findtext(".//{*}PmtTpInf/{*}LclInstrm/{*}Cd") or ""
        taken = [self._one(each, message_id, batch, collect_on, day, scheme) for each in root.iter("{*}DrctDbtTxInf")]
        total = sum(one.minor for one in taken)
        assert root.findtext(".//{*}GrpHdr/{*}CtrlSum") == f"{total // 100}.{total % 100:02d}"
        self._decide(taken, message_id, collect_on)
        return taken

    def _one(
        self, element: etree._Element, message_id: str, batch: str, collect_on: date, day: date, scheme: str
    ) -> Presented:
        def text(path: str) -> str:
            return element.findtext("/".join(f"{{*}}{name}" for name in path.split("/"))) or ""

        name = text("PmtId/EndToEndId")
        assert name not in self.presented, f"{name} was presented before"
        whole, _, cents = text("InstdAmt").partition(".")
        one = Presented(
            end_to_end_id=name,
            message_id=message_id,
            batch=batch,
            mandate=text("DrctDbtTx/MndtRltdInf/MndtId"),
            iban=text("DbtrAcct/Id/IBAN"),
            scheme=scheme,
            name=text("Dbtr/Nm"),
            minor=int(whole) * 100 + int(cents),
            collect_on=collect_on,
            taken_on=day,
            documents=text("RmtInf/Ustrd"),
            amended=text("DrctDbtTx/MndtRltdInf/AmdmntInd") == "true",
        )
        self.presented[name] = one
        return one

    def _decide(self, taken: Sequence[Presented], message_id: str, collect_on: date) -> None:
        """What becomes of each: mostly paid; rejected, returned or refunded with one reason after the other."""
        rejected: dict[str, str] = {}
        reject, returned, refund = self.shares
        for one in taken:
            roll = self.chance.random()
            if one.mandate in self.always:
                self._returns_later(one, self.always[one.mandate])
            elif roll < reject:
                one.outcome, one.reason = "rejected", self._next("reject", REJECTS)
                rejected[one.end_to_end_id] = one.reason
            elif roll < reject + returned:
                self._returns_later(one, self._next("return", RETURNS))
            elif roll < reject + returned + refund and one.scheme == "CORE":
                # Nobody has a right to a refund under B2B.
                one.outcome, one.reason = "refunded", self._next("refund", REFUNDS)
                weeks = self.chance.randint(2, 7)
                self._later(add_target_days(collect_on + timedelta(weeks=weeks), 1), "refund", one)
        self.reports[f"status-{message_id}.xml"] = status_report(message_id, rejected)
        for one in taken:
            if one.outcome != "rejected":
                self._later(collect_on, "credit", one)

    def _later(self, day: date, what: str, one: Presented) -> None:
        self.due[day].append((what, one))

    def _returns_later(self, one: Presented, reason: str) -> None:
        one.outcome, one.reason = "returned", reason
        most = 3 if one.scheme == "B2B" else 5
        self._later(add_target_days(one.collect_on, self.chance.randint(1, most)), "return", one)

    def _next(self, kind: str, codes: Sequence[str]) -> str:
        """One reason after the other, each kind for itself and without end, so that each of them comes."""
        if kind not in self.reasons:
            self.reasons[kind] = cycle(self.chance.sample(list(codes), len(codes)))
        return next(self.reasons[kind])

    def write(self, day: date, more: Sequence[Movement]) -> None:
        """Status reports on what was handed in, and the statement of ``day``, in one of the formats."""
        for name, content in self.reports.items():
            (self.from_bank / name).write_bytes(content)
        self.reports.clear()
        self.writer.form = self.chance.choice(list(StatementFormat))
        due = self.due.pop(day, [])
        credited = [one for what, one in due if what == "credit"]
        back = [(what, one) for what, one in due if what != "credit"]
        name, content = self.writer.write(day, [*more, *self._credits(credited), *self._returns(back)])
        (self.from_bank / name).write_bytes(content)

    def _credits(self, credited: Sequence[Presented]) -> Iterator[Movement]:
        by_batch: defaultdict[str, list[Presented]] = defaultdict(list)
        for one in credited:
            one.net += one.minor
            by_batch[one.batch].append(one)
        for batch, group in by_batch.items():
            how = self.chance.choice(["sum", "sum", "details", "singly"])
            parts = tuple(_movement(one, one.minor) for one in group)
            if how == "singly":
                yield from parts
            elif how == "details" and self.writer.form in LUMPS and len(group) > 1:
                yield Movement(minor=sum(one.minor for one in group), batch=batch, parts=parts)
            else:
                yield Movement(minor=sum(one.minor for one in group), batch=batch)

    def _returns(self, back: Sequence[tuple[str, Presented]]) -> Iterator[Movement]:
        movements: list[Movement] = []
        for kind, one in back:
            one.net -= one.minor
            one.came_back = True
            fee = self.chance.choice([0, 0, 350, 500])
            movements.append(_movement(one, -one.minor - fee, reason=one.reason, kind=kind, fee=fee))
        plain = [movement for movement in movements if not movement.fee]
        if len(plain) > 1 and self.writer.form in LUMPS:
            yield Movement(minor=sum(movement.minor for movement in plain), parts=tuple(plain))
            yield from (movement for movement in movements if movement.fee)
        else:
            yield from movements


def _movement(one: Presented, minor: int, *, reason: str = "", kind: str = "", fee: int = 0) -> Movement:
    return Movement(
        minor=minor,
        end_to_end_id=one.end_to_end_id,
        mandate=one.mandate,
        name=one.name,
        iban=one.iban,
        reason=reason,
        kind=kind,
        collect_on=one.collect_on,
        fee=fee,
    )
