from __future__ import annotations

from dataclasses import replace
from datetime import date

from collect.agreements import standing
from collect.freshness import Freshness
from collect.owed import covered, credit_of, owed
from collect.reminders import Standing
from ledger.agreements import ActKind, ReminderAct
from ledger.documents import DocumentKind, ItemStatus, OpenItem
from ledger.money import Money
from tests.unit.collect.debtors import eur, item

DAY = date(2030, 1, 1)
DUE = date(2029, 12, 1)
STANDING = Standing(freshness=Freshness(accounts=()))


def note(amount: str) -> OpenItem:
    one = item("N1", amount, DUE)
    return replace(one, document=replace(one.document, kind=DocumentKind.CREDIT_NOTE))


def test_what_may_be_asked() -> None:
    late = item("F1", "100.00", DUE)
    assert owed([late], STANDING, DAY) == {"F1": eur("100.00")}
    assert owed([late], STANDING, late.document.due_on) == {}
    assert owed([replace(late, status=ItemStatus.DISPUTED)], STANDING, DAY) == {}
    assert owed([replace(late, status=ItemStatus.IN_COLLECTION)], STANDING, DAY) == {}
    assert owed([replace(late, blocked_by="x")], STANDING, DAY) == {}
    assert owed([replace(late, open=eur("0"))], STANDING, DAY) == {}
    assert owed([note("5.00")], STANDING, DAY) == {}
    assert owed([late], replace(STANDING, under_debit={"F1"}), DAY) == {}
    held = ReminderAct(kind=ActKind.HOLD, subject="F1", of_customer=False, by="ann", on=DAY)
    assert owed([late], replace(STANDING, agreements=standing([held])), DAY) == {}
    at_portal = replace(late, document=replace(late.document, settled_at_source=late.document.gross))
    assert owed([at_portal], STANDING, DAY) == {}


def test_credits_that_cover_what_is_asked() -> None:
    late = item("F1", "100.00", DUE)
    customer_id = late.document.customer_id
    asked = {"F1": late.open}
    on_account = replace(STANDING, on_account={customer_id: (eur("60.00"), Money(900, "USD"))})
    assert credit_of([late, note("40.00")], on_account) == {
        customer_id: {"EUR": eur("100.00"), "USD": Money(900, "USD")}
    }
    assert covered([late, note("40.00")], asked, on_account) == {customer_id}
    assert covered([late, note("39.99")], asked, on_account) == frozenset()
    netted = replace(on_account, under_debit={"N1"})
    assert covered([late, note("40.00")], asked, netted) == frozenset()
