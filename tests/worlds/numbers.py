"""How tenants number things: invoices, credit notes, customers, orders, and structured references with their check digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

#: A number by its counter and month of issue; all documents of these worlds are of 2026.
Numbering = Callable[[int, int], str]

INVOICE_NUMBERS: Final[dict[str, Numbering]] = {
    "INV/2026-00123": lambda n, m: f"INV/2026-{n:05d}",
    "26.1234": lambda n, m: f"26.{1000 + n}",
    "F-00012-BE": lambda n, m: f"F-{n:05d}-BE",
    "104233": lambda n, m: f"{104_000 + n}",
    "VK26000123": lambda n, m: f"VK26{n:06d}",
    "2026001234": lambda n, m: f"2026{n:06d}",
    "R26-0123": lambda n, m: f"R26-{n:04d}",
    "0123/2026": lambda n, m: f"{n:04d}/2026",
    "A12345": lambda n, m: f"A{12_000 + n}",
    "SI-26-06-0123": lambda n, m: f"SI-26-{m:02d}-{n:04d}",
    "2026.06.123": lambda n, m: f"2026.{m:02d}.{100 + n}",
    "RG00012345": lambda n, m: f"RG{12_000 + n:08d}",
    "FV 2026 123": lambda n, m: f"FV 2026 {100 + n}",
    "1234567": lambda n, m: f"{1_230_000 + n}",
    "E-2026-123": lambda n, m: f"E-2026-{100 + n}",
    "TK/26-1234": lambda n, m: f"TK/26-{1000 + n}",
    "KL2-000123": lambda n, m: f"KL2-{n:06d}",
    "4711": lambda n, m: f"{3_700 + n}",
    "2026-V-00123": lambda n, m: f"2026-V-{n:05d}",
    "20260123": lambda n, m: f"2026{n:04d}",
    "#1234": lambda n, m: f"#{1_100 + n}",
    "OF-01234": lambda n, m: f"OF-{1_000 + n:05d}",
    "26VF0123": lambda n, m: f"26VF{n:04d}",
    "26000123": lambda n, m: f"26{n:06d}",
    "DE-FAK-2026-0123": lambda n, m: f"DE-FAK-2026-{n:04d}",
}
#: Credit notes: own series, or the invoice series' digits behind other letters.
CREDIT_NUMBERS: Final[dict[str, Numbering]] = {
    "CN-0012": lambda n, m: f"CN-{n:04d}",
    "GS26-00012": lambda n, m: f"GS26-{n:05d}",
    "C2026/012": lambda n, m: f"C2026/{n:03d}",
    "CR260012": lambda n, m: f"CR26{n:04d}",
    "900012": lambda n, m: f"{900_000 + n}",
    "INVC/2026-00123": lambda n, m: f"INVC/2026-{n:05d}",
    "KR-00012-BE": lambda n, m: f"KR-{n:05d}-BE",
}
CUSTOMER_NUMBERS: Final[dict[str, Callable[[int], str]]] = {
    "K-1042": lambda n: f"K-{1_000 + n}",
    "D70042": lambda n: f"D{70_000 + n}",
    "100042": lambda n: f"{100_000 + n}",
    "CUST000042": lambda n: f"CUST{n:06d}",
    "42": lambda n: f"{n + 20}",
    "NL.0042.X": lambda n: f"NL.{n:04d}.X",
    "10-042": lambda n: f"10-{n:03d}",
    "shop-42-ab": lambda n: f"shop-{n}-ab",
}
ORDER_NUMBERS: Final[dict[str, Callable[[int], str]]] = {
    "WEB000042": lambda n: f"WEB{n * 7:06d}",
    "SO-26-0042": lambda n: f"SO-26-{n * 3:05d}",
    "#DE10042": lambda n: f"#DE{10_000 + n * 3}",
    "700000042": lambda n: f"7{n * 11:08d}",
}


def ogm(n: int) -> str:
    """Belgian structured communication: ten digits and their remainder by 97, 97 for none."""
    base = (3_170_000_000 + n * 9_173) % 10_000_000_000
    return f"{base:010d}{base % 97 or 97:02d}"


def rf(n: int) -> str:
    """ISO 11649: RF, check digits by mod 97-10 over the body and ``RF00``, the body."""
    body = f"{5_390_000 + n * 37}"
    digits = "".join(str(int(each, 36)) for each in body + "RF00")
    return f"RF{98 - int(digits) % 97:02d}{body}"


def kenmerk(n: int) -> str:
    """Dutch payment reference of 16 digits: a check digit (weights 2 4 8 5 10 9 7 3 6 1 from the right, by 11) before 15."""
    body = f"{310_000_000_000_000 + n * 91_573:015d}"
    weights = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)
    total = sum(int(each) * weights[at % 10] for at, each in enumerate(reversed(body)))
    check = 11 - total % 11
    return f"{ {10: 1, 11: 0}.get(check, check) }{body}"


REFERENCES: Final[dict[str, Callable[[int], str]]] = {"BE": ogm, "NL": kenmerk, "DE": rf}


def spoken_reference(reference: str, way: int) -> str:
    """A structured reference as people type it."""
    fours = " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))
    if len(reference) == 12 and reference.isdigit():
        parts = f"{reference[:3]}/{reference[3:7]}/{reference[7:]}"
        return (f"+++{parts}+++", f"***{parts}***", parts, reference, parts.replace("/", " "))[way % 5]
    return (reference, fours, reference.lower(), fours.replace(" ", "."), fours)[way % 5]
