"""What people write beside a number, and what typing and banks do to it."""

from __future__ import annotations

from random import Random
from typing import Final

LANGUAGES: Final = {"BE": ("nl", "fr"), "NL": ("nl", "en"), "DE": ("de", "en")}
_INTRODUCTIONS: Final = {
    "nl": [
        "factuur {}",
        "Factuurnr. {}",
        "fact. {}",
        "uw factuur nr {}",
        "betreft factuur {}",
        "{}",
        "fakt {}",
        "factuurnummer: {}",
        "bet. fact {}",
    ],
    "fr": ["facture {}", "Facture n° {}", "votre facture {}", "fact. {}", "{}", "Réf. {}", "paiement facture {}"],
    "de": ["Rechnung {}", "Rechnungsnr. {}", "Re.Nr. {}", "RG {}", "{}", "Rg-Nr: {}", "Ihre Rechnung {}", "Rechn. {}"],
    "en": ["invoice {}", "inv {}", "Invoice no. {}", "{}", "payment {}", "ref. {}"],
}
_LISTS: Final = {
    "nl": ["facturen {}", "{}", "fact. {}"],
    "fr": ["factures {}", "{}", "fact. {}"],
    "de": ["Rechnungen {}", "Re. {}", "{}"],
    "en": ["invoices {}", "{}", "inv. {}"],
}
_ORDERS: Final = {"nl": "bestelling {}", "fr": "commande {}", "de": "Bestellung {}", "en": "order {}"}
_CUSTOMERS: Final = {
    "nl": ["klantnr {}", "klantnummer {}", "debiteurnr. {}"],
    "fr": ["client {}", "n° client {}"],
    "de": ["Kundennr. {}", "Kd-Nr. {}", "Kunde {}"],
    "en": ["customer {}", "customer no. {}"],
}
_RANGES: Final = {
    "nl": [" t/m ", " tot en met ", " - "],
    "fr": [" à ", " jusqu'à ", " - "],
    "de": [" bis ", " - "],
    "en": [" to ", " - "],
}
_ALL_OPEN: Final = {
    "nl": ["openstaand saldo", "alle openstaande facturen"],
    "fr": ["solde", "toutes les factures"],
    "de": ["alle offenen Rechnungen", "Saldo"],
    "en": ["all open invoices", "balance"],
}
_SMALL_TALK: Final = {
    "nl": ["met vriendelijke groet", "bedankt", "overschrijving"],
    "fr": ["merci", "cordialement", "virement"],
    "de": ["mit freundlichen Grüßen", "Danke", "Überweisung"],
    "en": ["thank you", "regards", "transfer"],
}
_PARTS: Final = {"nl": "deelbetaling", "fr": "acompte", "de": "Teilzahlung", "en": "part payment"}


def introduced(random: Random, language: str, number: str) -> str:
    """A number with or without a word before it."""
    return random.choice(_INTRODUCTIONS[language]).format(number)


def listed(random: Random, language: str, numbers: str) -> str:
    """Several numbers."""
    return random.choice(_LISTS[language]).format(numbers)


def ordered(language: str, number: str) -> str:
    """An order's number."""
    return _ORDERS[language].format(number)


def customer_words(random: Random, language: str, number: str) -> str:
    """A customer's number."""
    return random.choice(_CUSTOMERS[language]).format(number)


def range_word(random: Random, language: str) -> str:
    """What stands between the first and the last."""
    return random.choice(_RANGES[language])


def all_open(random: Random, language: str) -> str:
    """That this is everything."""
    return random.choice(_ALL_OPEN[language])


def part_word(language: str) -> str:
    """That this is a part."""
    return _PARTS[language]


def small_talk(random: Random, language: str) -> str:
    """Words that say nothing."""
    return random.choice(_SMALL_TALK[language])


def clutter(random: Random) -> str:
    """Digits of other systems: telephones, dates, accounts, tax numbers, orders of the payer's own."""
    r = random
    return r.choice(
        [
            f"tel 04{r.randrange(70, 99)}/{r.randrange(10, 99)}.{r.randrange(10, 99)}.{r.randrange(10, 99)}",
            f"dd {r.randrange(1, 28):02d}/0{r.randrange(5, 9)}/2026",
            f"vom {r.randrange(1, 28):02d}.0{r.randrange(5, 9)}.26",
            f"IBAN BE{r.randrange(10, 99)} {r.randrange(1000, 9999)} {r.randrange(1000, 9999)} {r.randrange(1000, 9999)}",
            f"VAT BE0{r.randrange(400, 899)}.{r.randrange(100, 999)}.{r.randrange(100, 999)}",
            f"USt-IdNr. DE{r.randrange(10**8, 10**9)}",
            f"PO 45{r.randrange(10**7, 10**8)}",
            f"{r.randrange(8, 19)}:{r.randrange(10, 59)} UHR TAN{r.randrange(100, 999)}",
            f"dossier {r.randrange(10**8, 10**9)}",
            f"{r.randrange(10, 99)} stuks x {r.randrange(2, 9)}",
        ]
    )


def noisy(random: Random, number: str) -> str:
    """A number as people write it; nothing in it is wrong but the spelling of separators, case, O for 0 and I for 1."""
    way = random.randrange(9)
    separators = str.maketrans("", "", "-/. #")
    if way == 0:
        return number.lower()
    if way == 1:
        return number.translate(separators)
    if way == 2:
        return number.translate(str.maketrans("-/.", "   "))
    if way == 3:
        return number.translate(str.maketrans("-/.", random.choice(["...", "///", "---", "___"])))
    if way == 4:
        return number.replace("-", " - ").replace("/", " / ")
    if way == 5 and len(number) > 5:
        at = random.randrange(2, len(number) - 1)
        return number[:at] + " " + number[at:]
    if way == 6 and "0" in number:
        at = random.choice([at for at, each in enumerate(number) if each == "0"])
        return number[:at] + "O" + number[at + 1 :]
    if way == 7 and "1" in number:
        at = random.choice([at for at, each in enumerate(number) if each == "1"])
        return number[:at] + "I" + number[at + 1 :]
    return number.replace(" ", "  ").replace("-", "- ")


def damaged(random: Random, number: str) -> str:
    """One digit wrong, missing, doubled, or two swapped; never the number itself."""
    places = [at for at, each in enumerate(number) if each.isdigit()]
    while True:
        at, way = random.choice(places[-5:]), random.randrange(4)
        if way == 0:
            other = number[:at] + str((int(number[at]) + random.randrange(1, 10)) % 10) + number[at + 1 :]
        elif way == 1:
            other = number[:at] + number[at + 1 :]
        elif way == 2:
            other = number[:at] + number[at] + number[at:]
        elif at + 1 < len(number) and number[at + 1].isdigit():
            other = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        else:
            continue
        if other != number:
            return other


def broken(text: str, width: int) -> tuple[str, ...]:
    """Lines of a bank that cuts after so many characters, words or not; 0 for one that does not cut."""
    if not width or not text:
        return (text,) if text else ()
    pieces = (text[at : at + width].strip() for at in range(0, len(text), width))
    return tuple(piece for piece in pieces if piece)
