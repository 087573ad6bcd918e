"""A tenant of a dozen bank entries whose second business day holds every kind of effect: postings, a pre-notification, a
debit file and a reminder."""

from __future__ import annotations

from pathlib import Path

from tests.scenarios.clerk import Clerk, Line

#: What is announced on the first day is collected on the second; the statements come the evening before.
FIRST_DAY = "2026-09-07"
SECOND_DAY = "2026-09-10"
DAY_AFTER = "2026-09-11"


def structured(number: int) -> str:
    """A Belgian structured communication: ten digits and their check digits."""
    return f"{number:010}{number % 97 or 97:02}"


def first_day(folder: Path, store: str = "sqlite:///state/scenario.sqlite3") -> Clerk:
    """Customers, invoices, one mandate, and the statement of the Friday before."""
    clerk = Clerk(folder, store=store)
    for name in ("Aerts", "Baert", "Claes", "Dubois", "Evrard", "Franck"):
        clerk.customer(name[0], f"{name} BV")
    for number in range(1, 9):
        reference = structured(number)
        clerk.invoice(f"2026-{number:04}", "A", "121.00", "2026-08-20", "2026-09-20", payment_reference=reference)
    clerk.invoice("2026-0011", "B", "75.50", "2026-08-20", "2026-09-03", payment_reference=structured(11))
    clerk.invoice("2026-0021", "D", "242.00", "2026-08-20", "2026-09-07", payment_reference=structured(21))
    clerk.mandate("M-D", "D", "BE62510007547061", "2025-01-10")
    clerk.statement("2026-09-04", Line(amount="-3.50", text="beheerskosten", name="Bank", iban="BE29435000000064"))
    return clerk


def second_day(clerk: Clerk) -> None:
    """Twelve bank entries, a further mandate with its invoice, a credit note, and an invoice that the shop changed."""
    clerk.invoice("2026-0031", "E", "60.50", "2026-09-09", "2026-09-17", payment_reference=structured(31))
    clerk.mandate("M-E", "E", "BE43068999999501", "2025-02-10")
    clerk.invoice("CN-1", "A", "21.00", "2026-09-08", "2026-09-08", kind="credit_note", corrects="2026-0005")
    clerk.invoice("2026-0008", "A", "100.00", "2026-08-20", "2026-09-20", payment_reference=structured(8))
    clerk.statement(
        "2026-09-09",
        Line(amount="121.00", structured=structured(1), name="Aerts BV"),
        Line(amount="100.00", structured=structured(2), name="Aerts BV"),
        Line(amount="130.00", structured=structured(3), name="Aerts BV"),
        Line(amount="60.50", text="factuur 2026-0004", name="Aerts BV"),
        Line(amount="60.50", text="factuur 2026-0004", name="Aerts BV"),
        Line(amount="100.00", structured=structured(5), name="Aerts BV"),
        Line(amount="242.00", text="2026-0006 en 2026-0007", name="Aerts BV"),
        Line(amount="121.00", structured=structured(1), name="Aerts BV"),
        Line(amount="77.77", text="dank u wel", name="Onbekend", iban="BE71096123456769"),
        Line(amount="-1850.00", text="loon augustus", name="Werknemer"),
        Line(amount="-410.25", text="uw factuur F-778", name="Leverancier NV"),
        Line(amount="-3.50", text="beheerskosten", name="Bank", iban="BE29435000000064"),
    )
