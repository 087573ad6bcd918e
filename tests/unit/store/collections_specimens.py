"""A call, a case and a service, for the store's tests."""

from __future__ import annotations

from ledger.calls import CallAttempt, CallOutcome, HalfDay
from ledger.hand_over import Balance, HandOverAct, HandOverEvent
from ledger.services import ServiceAct, ServiceEvent
from ledger.sources import SourceRef
from tests.unit.store.specimens import DAY, eur

CALL = CallAttempt(
    customer_id="C1",
    called_on=DAY,
    half=HalfDay.MORNING,
    outcome=CallOutcome.PROMISED,
    by="ann",
    documents=("F1",),
    promised_on=DAY,
    note="soon",
    source=SourceRef(system="calls", name="a.csv", document="aa", place="line 2"),
)
CASE = HandOverAct(
    event=HandOverEvent.REDUCED,
    case="H1",
    customer_id="C1",
    balances=(Balance(document="F1", open=eur(1000)),),
    by="ann",
    on=DAY,
    credit=eur(100),
)
SERVICE = ServiceAct(
    event=ServiceEvent.ANNOUNCED, customer_id="C1", documents=("F1",), on=DAY, effective_on=DAY, message_id="M1"
)
