"""What an agency reads of a case: the cover, and the tables that go with it. The files themselves are put together by ``formats/dossier.py``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from collect.hand_overs import Change
from collect.law.words import explain
from collect.messages import shown_amount, shown_day
from ledger.calls import CallAttempt
from ledger.claims import Claim
from ledger.hand_over import HandOverEvent
from ledger.letters import Block, Column, Facts, Letter, LetterHeader, Paragraph, Table
from ledger.money import Money
from ledger.party import Customer, CustomerType

_LANGUAGES: Final = ("nl", "fr", "de", "en")
_Words = tuple[str, str, str, str]
_WORDS: Final[Mapping[str, _Words]] = MappingProxyType(
    {
        "subject": ("Dossier {case}: {name}", "Dossier {case} : {name}", "Akte {case}: {name}", "Case {case}: {name}"),
        "opening": (
            "Wij geven u deze vordering in handen. De bestanden en hun controlegetallen staan in manifest.json; check.py controleert ze zonder netwerk.",
            "Nous vous confions cette créance. Les fichiers et leurs empreintes figurent dans manifest.json ; check.py les vérifie sans réseau.",
            "Wir übergeben Ihnen diese Forderung. Die Dateien und ihre Prüfsummen stehen in manifest.json; check.py prüft sie ohne Netz.",
            "We hand this claim over to you. The files and their hashes stand in manifest.json; check.py checks them without a network.",
        ),
        "creditor": ("Schuldeiser", "Créancier", "Gläubiger", "Creditor"),
        "number": ("Ondernemingsnummer", "Numéro d'entreprise", "Unternehmensnummer", "Enterprise number"),
        "account": ("Rekening", "Compte", "Konto", "Account"),
        "debtor": ("Debiteur", "Débiteur", "Schuldner", "Debtor"),
        "customer": ("Klantnummer", "Numéro de client", "Kundennummer", "Customer number"),
        "address": ("Adres", "Adresse", "Anschrift", "Address"),
        "email": ("E-mail", "E-mail", "E-Mail", "E-mail"),
        "phone": ("Telefoon", "Téléphone", "Telefon", "Telephone"),
        "type": ("Soort", "Type", "Art", "Kind"),
        "business": ("onderneming", "entreprise", "Unternehmen", "business"),
        "consumer": ("consument", "consommateur", "Verbraucher", "consumer"),
        "law": ("Recht", "Droit", "Recht", "Law"),
        "register": ("Registernummer", "Numéro d'enregistrement", "Registernummer", "Register number"),
        "claim": (
            "Berekening van de vordering",
            "Calcul de la créance",
            "Berechnung der Forderung",
            "Computation of the claim",
        ),
        "what": ("Wat", "Objet", "Was", "What"),
        "article": ("Artikel", "Article", "Vorschrift", "Article"),
        "amount": ("Bedrag", "Montant", "Betrag", "Amount"),
        "total": ("Totaal", "Total", "Summe", "Total"),
        "letters": ("Brieven", "Courriers", "Schreiben", "Letters"),
        "day": ("Dag", "Jour", "Tag", "Day"),
        "kind": ("Soort", "Type", "Art", "Kind"),
        "way": ("Weg", "Voie", "Weg", "Way"),
        "proof": ("Bewijs van verzending", "Preuve d'envoi", "Versandnachweis", "Proof of dispatch"),
        "calls": ("Telefoongesprekken", "Appels téléphoniques", "Telefonate", "Telephone calls"),
        "outcome": ("Uitkomst", "Résultat", "Ergebnis", "Outcome"),
        "note": ("Opmerking", "Remarque", "Bemerkung", "Note"),
        "payments": ("Ontvangen betalingen", "Paiements reçus", "Erhaltene Zahlungen", "Payments received"),
        "document": ("Document", "Document", "Beleg", "Document"),
        "law_note": (
            "De berekening volgt de tabellen van het programma; een jurist moet ze nazien.",
            "Le calcul suit les tables du programme ; un juriste doit les vérifier.",
            "Die Berechnung folgt den Tabellen des Programms; ein Jurist muss sie prüfen.",
            "The computation follows the program's tables; a lawyer must check it.",
        ),
        "page": ("{page} van {pages}", "{page} sur {pages}", "{page} von {pages}", "{page} of {pages}"),
        "recalled": (
            "Dossier {case} van {name} is volledig betaald of gecrediteerd: gelieve het te sluiten. Open was {before}, open is nu {now}.",
            "Le dossier {case} de {name} est entièrement payé ou crédité : veuillez le clore. Le solde était de {before}, il est de {now}.",
            "Die Akte {case} von {name} ist vollständig bezahlt oder gutgeschrieben: bitte schließen. Offen waren {before}, offen sind jetzt {now}.",
            "Case {case} of {name} is paid or credited in full: please close it. {before} was open, {now} is open now.",
        ),
        "reduced": (
            "In dossier {case} van {name} is betaald of gecrediteerd. Open was {before}, open is nu {now}.",
            "Dans le dossier {case} de {name}, un paiement ou un crédit est intervenu. Le solde était de {before}, il est de {now}.",
            "In der Akte {case} von {name} wurde bezahlt oder gutgeschrieben. Offen waren {before}, offen sind jetzt {now}.",
            "Something was paid or credited in case {case} of {name}. {before} was open, {now} is open now.",
        ),
        "raised": (
            "In dossier {case} van {name} is een betaling teruggedraaid. Open was {before}, open is nu {now}.",
            "Dans le dossier {case} de {name}, un paiement a été annulé. Le solde était de {before}, il est de {now}.",
            "In der Akte {case} von {name} wurde eine Zahlung zurückgenommen. Offen waren {before}, offen sind jetzt {now}.",
            "A payment in case {case} of {name} was taken back. {before} was open, {now} is open now.",
        ),
        "change_subject": (
            "Dossier {case}: wijziging",
            "Dossier {case} : modification",
            "Akte {case}: Änderung",
            "Case {case}: change",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentLetter:
    """A message as it left: ``file``: its path in the dossier, or empty; ``proof``: the receiver's own reference and what is known of its arrival."""

    on: date
    kind: str
    medium: str
    message_id: str
    status: str
    proof: str
    file: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What a bank entry settled of a document."""

    booked_on: date
    value_on: date
    account: str
    bank_reference: str
    counterparty: str
    text: str
    document: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """Everything that is known of a case. ``creditor``: lines of who hands over; ``account``: where money goes; ``receiver``: name of who takes over, with its
    ``register_number``. ``language`` and ``country``: of the creditor, for words and forms."""

    case: str
    as_of: date
    creditor: tuple[str, ...]
    enterprise_number: str
    account: str
    receiver: str
    register_number: str
    customer: Customer
    claim: Claim
    letters: Sequence[SentLetter]
    calls: Sequence[CallAttempt]
    payments: Sequence[Payment]
    language: str
    country: str


def _spoken(language: str) -> str:
    """The language itself where there are words in it, else English."""
    return language if language in _LANGUAGES else "en"


def case_words(code: str, language: str, **values: str) -> str:
    """A phrase in a language; English where there is none in it."""
    return _WORDS[code][_LANGUAGES.index(_spoken(language))].format(**values)


def cover(file: CaseFile) -> Letter:
    """The first pages: who, what, how much and why, and what was done so far."""
    file = replace(file, language=_spoken(file.language))

    def say(code: str, **values: str) -> str:
        return case_words(code, file.language, **values)

    def money(amount: Money) -> str:
        return shown_amount(amount, file.language, file.country)

    customer, claim = file.customer, file.claim
    address = ", ".join(
        part
        for part in (
            customer.address.street,
            f"{customer.address.postcode} {customer.address.city}".strip(),
            customer.address.country,
        )
        if part
    )
    consumer = customer.type is CustomerType.CONSUMER
    facts = (
        (say("creditor"), file.creditor[0]),
        (say("number"), file.enterprise_number),
        (say("account"), file.account),
        (say("register"), file.register_number),
        (say("debtor"), customer.name),
        (say("customer"), customer.customer_id),
        (say("address"), address),
        (say("email"), customer.email),
        (say("phone"), customer.phone),
        (say("type"), say("consumer" if consumer else "business")),
        (say("law"), claim.country),
    )
    computation = [
        (line.text, line.article, "" if line.amount is None else money(line.amount))
        for line in explain(claim, file.language, file.country)
        if line.text != say("total")
    ]
    blocks: list[Block] = [
        Paragraph(text=say("opening")),
        Facts(rows=tuple((label, value) for label, value in facts if value)),
        Paragraph(text=say("claim"), strong=True),
        Table(
            columns=(
                Column(label=say("what"), weight=6),
                Column(label=say("article"), weight=3),
                _figures(say("amount")),
            ),
            rows=tuple(computation),
            totals=((say("total"), "", money(claim.total)),),
        ),
        Paragraph(text=say("law_note")),
    ]
    blocks += _done_so_far(file)
    return Letter(
        header=LetterHeader(name=file.creditor[0], lines=file.creditor[1:]),
        recipient=(file.receiver,),
        subject=say("subject", case=file.case, name=customer.name),
        written_on=file.as_of,
        dated=shown_day(file.as_of, file.language, file.country),
        language=file.language,
        blocks=tuple(blocks),
        page_words=_page_words(file.language),
    )


def _done_so_far(file: CaseFile) -> Iterator[Block]:
    """Payments, letters and calls, each under its heading."""

    def say(code: str) -> str:
        return case_words(code, file.language)

    def day(of: date) -> str:
        return shown_day(of, file.language, file.country)

    if file.payments:
        yield Paragraph(text=say("payments"), strong=True)
        yield Table(
            columns=(
                Column(label=say("day"), weight=3),
                Column(label=say("document"), weight=3),
                Column(label="", weight=4),
                _figures(say("amount")),
            ),
            rows=tuple(
                (
                    day(one.booked_on),
                    one.document,
                    one.counterparty,
                    shown_amount(one.amount, file.language, file.country),
                )
                for one in file.payments
            ),
        )
    if file.letters:
        yield Paragraph(text=say("letters"), strong=True)
        yield Table(
            columns=tuple(Column(label=say(name), weight=3) for name in ("day", "kind", "way", "proof")),
            rows=tuple((day(one.on), one.kind, one.medium, one.proof or one.status) for one in file.letters),
        )
    if file.calls:
        yield Paragraph(text=say("calls"), strong=True)
        yield Table(
            columns=(
                Column(label=say("day"), weight=3),
                Column(label=say("outcome"), weight=3),
                Column(label=say("note"), weight=6),
            ),
            rows=tuple((day(one.called_on), one.outcome.value, one.note) for one in file.calls),
        )


def _page_words(language: str) -> str:
    return case_words("page", language, page="{page}", pages="{pages}")


def _figures(label: str) -> Column:
    return Column(label=label, weight=2, figures=True)


def claim_facts(claim: Claim) -> dict[str, object]:
    """The computation for machines: parts and lines that add up to the total, in English."""
    lines = [line for line in explain(claim, "en") if line.text != case_words("total", "en")]
    return {
        "as_of": claim.as_of.isoformat(),
        "country": claim.country,
        "audience": claim.audience.value,
        "currency": claim.currency,
        "principal": claim.principal_total.decimal(),
        "interest": claim.interest_total.decimal(),
        "costs": claim.costs_total.decimal(),
        "total": claim.total.decimal(),
        "lines": [
            {
                "text": line.text,
                "amount": None if line.amount is None else line.amount.decimal(),
                "article": line.article,
            }
            for line in lines
        ],
    }


def letters_csv(letters: Iterable[SentLetter]) -> bytes:
    """The letters with their proof of dispatch."""
    header = ("date", "kind", "medium", "documents", "message_id", "status", "proof", "file")
    return _csv(
        header,
        (
            (
                one.on.isoformat(),
                one.kind,
                one.medium,
                ";".join(one.documents),
                one.message_id,
                one.status,
                one.proof,
                one.file,
            )
            for one in letters
        ),
    )


def payments_csv(payments: Iterable[Payment]) -> bytes:
    """The lines of statements that settled something of it."""
    header = (
        "booked_on",
        "value_on",
        "account",
        "bank_reference",
        "counterparty",
        "text",
        "document",
        "amount",
        "currency",
    )
    return _csv(
        header,
        (
            (
                one.booked_on.isoformat(),
                one.value_on.isoformat(),
                one.account,
                one.bank_reference,
                one.counterparty,
                one.text,
                one.document,
                one.amount.decimal(),
                one.amount.currency,
            )
            for one in payments
        ),
    )


def calls_csv(calls: Iterable[CallAttempt]) -> bytes:
    """The calls that were made."""
    header = ("called_on", "half_day", "outcome", "promised_on", "documents", "by", "note")
    return _csv(
        header,
        (
            (
                one.called_on.isoformat(),
                one.half.value,
                one.outcome.value,
                "" if one.promised_on is None else one.promised_on.isoformat(),
                ";".join(one.documents),
                one.by,
                one.note,
            )
            for one in calls
        ),
    )


def claim_csv(claim: Claim) -> bytes:
    """The computation line by line."""
    lines = explain(claim, "en")
    return _csv(
        ("text", "amount", "currency", "article"),
        (
            (line.text, "" if line.amount is None else line.amount.decimal(), claim.currency, line.article)
            for line in lines
        ),
    )


def change_facts(change: Change, *, as_of: date, creditor: str, name: str) -> dict[str, object]:
    """A recall, reduction or increase for machines."""
    case = change.case
    return {
        "format": "afletter-case-change-1",
        "event": change.event.value,
        "case": case.case,
        "creditor": creditor,
        "customer": {"id": case.customer_id, "name": name},
        "as_of": as_of.isoformat(),
        "currency": change.now.currency,
        "before": change.before.decimal(),
        "now": change.now.decimal(),
        "credit": case.credit.decimal(),
        "documents": [{"document": one.document, "open": one.open.decimal()} for one in case.balances],
    }


def change_sentence(change: Change, name: str, language: str, country: str) -> str:
    """The same for people."""
    language = _spoken(language)
    match change.event:
        case HandOverEvent.RECALLED | HandOverEvent.REDUCED | HandOverEvent.RAISED:
            return case_words(
                change.event.value,
                language,
                case=change.case.case,
                name=name,
                before=shown_amount(change.before, language, country),
                now=shown_amount(change.now, language, country),
            )
        case HandOverEvent.RELEASED | HandOverEvent.HANDED_OVER:
            raise ValueError(f"{change.event.value} is no change that an agency is told")


def _csv(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    """UTF-8 with a header; a cell that a spreadsheet would take for a formula gets a quote before it."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULAS) and not _is_number(cell) else cell for cell in row])
    return target.getvalue().encode()


_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def _is_number(cell: str) -> bool:
    return cell.lstrip("+-").replace(".", "", 1).replace(" ", "").isdigit()
