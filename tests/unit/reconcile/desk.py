"""A clerk's desk for tests: customers, documents and payments in one line each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from ledger.allocations import Allocation, Ambiguous, Ignored, Matched, Outcome, Partly, Unmatched
from ledger.bookings import bank_entry
from ledger.documents import DiscountTerms, Document, DocumentKind, ItemStatus, OpenItem
from ledger.money import Money
from ledger.party import Address, Counterparty, Customer, CustomerType, KnownPayer
from ledger.sources import SourceRef
from ledger.statements import EntryDetail, EntryStatus, IdentifiedEntry, Remittance, StatementEntry
from ledger.wording import LANGUAGES, sentence
from reconcile.policy import MatchPolicy
from reconcile.receivables import Receivables
from reconcile.timeline import Decided, Netted, reconcile

SOURCE = SourceRef(system="test", name="test", document="0" * 64, place="")
OUR_ACCOUNT = "BE68539007547034"
START = date(2026, 6, 1)
UNTIL = date(2026, 12, 31)

#: Lines of a booking as a clerk writes them: kind, document (or customer for on account), amount.
Line = tuple[str, str, str]


def euros(text: str) -> Money:
    return Money.parse(text, "EUR")


def lines(allocations: Iterable[Allocation]) -> list[Line]:
    return sorted((str(each.kind), each.document or each.customer_id, each.amount.decimal()) for each in allocations)


@dataclass
class Desk:
    """Collects facts, then decides. Days are counted from 1 June 2026."""

    policy: MatchPolicy = field(default_factory=lambda: MatchPolicy(currency="EUR", country="BE"))
    customers: list[Customer] = field(default_factory=list)
    items: list[OpenItem] = field(default_factory=list)
    payers: list[KnownPayer] = field(default_factory=list)
    on_account: dict[str, Money] = field(default_factory=dict)
    entries: list[IdentifiedEntry] = field(default_factory=list)

    def customer(self, customer_id: str, name: str, *ibans: str) -> str:
        self.customers.append(
            Customer(
                customer_id=customer_id,
                name=name,
                type=CustomerType.BUSINESS,
                email="",
                language="nl",
                address=Address(),
                ibans=ibans,
                source=SOURCE,
            )
        )
        return customer_id

    def document(
        self,
        number: str,
        customer_id: str,
        gross: str,
        *,
        kind: DocumentKind = DocumentKind.INVOICE,
        settled: str = "0",
        day: int = 0,
        due: int = 30,
        reference: str = "",
        order: str = "",
        corrects: str = "",
        discount: tuple[int, int] | None = None,
        currency: str = "EUR",
        status: ItemStatus = ItemStatus.OPEN,
    ) -> str:
        issued = START + timedelta(days=day)
        total, paid = Money.parse(gross, currency), Money.parse(settled, currency)
        document = Document(
            number=number,
            kind=kind,
            customer_id=customer_id,
            issued_on=issued,
            due_on=issued + timedelta(days=due),
            gross=total,
            settled_at_source=paid,
            creditor_reference=reference,
            order_number=order,
            corrects=corrects,
            discount=DiscountTerms(basis_points=discount[0], until=issued + timedelta(days=discount[1]))
            if discount
            else None,
            source=SOURCE,
        )
        self.items.append(
            OpenItem(
                document=document,
                open=total - paid,
                status=status,
                dunning_level=0,
                mandate_reference="",
                blocked_by="",
            )
        )
        return number

    def credit(self, number: str, customer_id: str, gross: str, *, corrects: str = "", day: int = 0) -> str:
        return self.document(number, customer_id, gross, kind=DocumentKind.CREDIT_NOTE, corrects=corrects, day=day)

    def pays(
        self,
        amount: str,
        *text: str,
        name: str = "",
        iban: str = "",
        reference: str = "",
        day: int = 10,
        end_to_end: str = "",
        code: str = "",
        returned: str = "",
        details: Sequence[EntryDetail] = (),
        original: Money | None = None,
    ) -> str:
        entry_id = f"E{len(self.entries) + 1:05d}"
        booked = START + timedelta(days=day)
        entry = StatementEntry(
            account=OUR_ACCOUNT,
            booked_on=booked,
            value_on=booked,
            amount=euros(amount),
            balance=None,
            position=len(self.entries) + 1,
            status=EntryStatus.BOOKED,
            counterparty=Counterparty(name=name, iban=iban),
            remittance=Remittance(unstructured=text, creditor_references=(reference,) if reference else ()),
            source=SOURCE,
            bank_reference=entry_id,
            end_to_end_id=end_to_end,
            transaction_code=code,
            return_reason=returned,
            details=tuple(details),
            original_amount=original,
        )
        self.entries.append(IdentifiedEntry(entry_id=entry_id, entry=entry))
        return entry_id

    def receivables(self) -> Receivables:
        return Receivables(self.policy, self.customers, self.items, self.payers, self.on_account)

    def walk(self) -> list[Netted | Decided]:
        """Everything that happens, each booking checked: it balances, and its sentence can be read in every language."""
        self.entries.sort(key=lambda each: each.entry.booked_on)
        events = list(reconcile(self.receivables(), self.entries, UNTIL))
        for event in events:
            if isinstance(event, Decided):
                check(event)
        return events

    def outcomes(self) -> Mapping[str, Outcome]:
        return {event.identified.entry_id: event.outcome for event in self.walk() if isinstance(event, Decided)}

    def decides(self) -> Outcome:
        """The outcome of the last payment."""
        return self.outcomes()[self.entries[-1].entry_id]


def check(event: Decided) -> None:
    """A booking balances, its cash lines sum to the entry, every sentence of the answer can be read in every language."""
    entry, outcome = event.identified.entry, event.outcome
    reasons = [outcome.reason]
    match outcome:
        case Matched():
            bookings = [outcome.allocations]
            reasons.extend([outcome.runner_up] if outcome.runner_up is not None else [])
            assert outcome.evidence
        case Ambiguous():
            assert outcome.suggestions
            bookings = [each.allocations for each in outcome.suggestions]
            reasons.extend(each.reason for each in outcome.suggestions)
        case Unmatched():
            bookings = []
            reasons.extend([outcome.nearest] if outcome.nearest is not None else [])
        case Partly() | Ignored():
            bookings = []
    for allocations in bookings:
        assert all(each.amount.minor > 0 for each in allocations)
        bank_entry(
            account=entry.account,
            amount=entry.amount,
            entry_id=event.identified.entry_id,
            booked_on=entry.booked_on,
            allocations=allocations,
            booking_id="b",
        )
    for each in reasons:
        for language in LANGUAGES:
            assert "{" not in sentence(each, language)


def booked(outcome: Outcome) -> list[Line]:
    """Lines of a certain answer; fails for any other."""
    assert isinstance(outcome, Matched), outcome
    return lines(outcome.allocations)


def suggested(outcome: Outcome) -> list[list[Line]]:
    """Lines of every suggestion, best first; empty when nothing is suggested. Fails when something was decided."""
    if isinstance(outcome, Unmatched):
        return []
    assert isinstance(outcome, Ambiguous), outcome
    return [lines(each.allocations) for each in outcome.suggestions]
