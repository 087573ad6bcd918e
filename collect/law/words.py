"""The law in words: the computation of a claim line by line, and the sentences that a letter needs, in Dutch, French, German and English.

The sentence of the term is the law's own business: wordings that count the term from the date of the letter cost the creditor his costs (Netherlands).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from collect.law.rules import law_of
from ledger.claims import Claim, CostKind, CostLine, InterestLine, LetterType, PrincipalLine
from ledger.media import Medium
from ledger.money import Money
from ledger.party import CustomerType

#: Languages in the order of the columns below; any other language gets the last one.
LANGUAGES: Final = ("nl", "fr", "de", "en")

_Words = tuple[str, str, str, str]

COST_WORDS: Final[Mapping[CostKind, _Words]] = MappingProxyType(
    {
        CostKind.LUMP_SUM: (
            "vaste vergoeding",
            "indemnité forfaitaire",
            "Verzugspauschale",
            "fixed compensation",
        ),
        CostKind.COLLECTION_COSTS: (
            "buitengerechtelijke incassokosten",
            "frais de recouvrement extrajudiciaires",
            "außergerichtliche Inkassokosten",
            "extrajudicial collection costs",
        ),
        CostKind.PENALTY: ("schadebeding", "clause pénale", "Vertragsstrafe", "penalty clause"),
        CostKind.OUTLAY: ("kosten van de aanmaning", "frais de rappel", "Mahnkosten", "costs of the reminder"),
    }
)

_LINES: Final[Mapping[str, _Words]] = MappingProxyType(
    {
        "principal": (
            "Hoofdsom {document} van {issued_on}, vervallen op {due_on}: {gross}, waarvan {settled} betaald of verrekend",
            "Principal {document} du {issued_on}, échu le {due_on} : {gross}, dont {settled} payé ou imputé",
            "Hauptforderung {document} vom {issued_on}, fällig am {due_on}: {gross}, davon {settled} bezahlt oder verrechnet",
            "Principal {document} of {issued_on}, due on {due_on}: {gross}, of which {settled} paid or set off",
        ),
        "interest": (
            "Rente {document}, {first_on} tot en met {last_on}, {days} dagen, {percent} % per jaar over {base}",
            "Intérêts {document}, du {first_on} au {last_on} inclus, {days} jours, {percent} % par an sur {base}",
            "Zinsen {document}, {first_on} bis einschließlich {last_on}, {days} Tage, {percent} % pro Jahr auf {base}",
            "Interest {document}, {first_on} to {last_on}, {days} days, {percent} % a year over {base}",
        ),
        "capitalised": (
            "Rente {document}, {first_on} tot en met {last_on}, {days} dagen, {percent} % per jaar over {base}, waarvan {capitalised} rente van vorige jaren",
            "Intérêts {document}, du {first_on} au {last_on} inclus, {days} jours, {percent} % par an sur {base}, dont {capitalised} d'intérêts des années précédentes",
            "Zinsen {document}, {first_on} bis einschließlich {last_on}, {days} Tage, {percent} % pro Jahr auf {base}, davon {capitalised} Zinsen der Vorjahre",
            "Interest {document}, {first_on} to {last_on}, {days} days, {percent} % a year over {base}, of which {capitalised} is interest of earlier years",
        ),
        "cost": ("{what} ({documents})", "{what} ({documents})", "{what} ({documents})", "{what} ({documents})"),
        "cost_over": (
            "{what} over {base} ({documents})",
            "{what} sur {base} ({documents})",
            "{what} auf {base} ({documents})",
            "{what} over {base} ({documents})",
        ),
        "follows": (
            "Volgt vanaf {day} bij niet-betaling: {line}",
            "Suit à partir du {day} à défaut de paiement : {line}",
            "Folgt ab {day} bei Nichtzahlung: {line}",
            "Follows from {day} if not paid: {line}",
        ),
        "vat": (
            "Btw over de kosten die wij niet kunnen verrekenen, {percent} %",
            "TVA sur les frais, que nous ne pouvons pas déduire, {percent} %",
            "Nicht abziehbare Umsatzsteuer auf die Kosten, {percent} %",
            "VAT on the costs that we cannot deduct, {percent} %",
        ),
        "total": ("Totaal", "Total", "Summe", "Total"),
    }
)

NOTES: Final[Mapping[str, _Words]] = MappingProxyType(
    {
        "rate_unknown": (
            "De rentevoet ({series}) is vanaf {day} niet bekend: er is niets gerekend. Werk de tabel bij of geef eigen rentevoeten op (reminders.law.rates_file).",
            "Le taux d'intérêt ({series}) n'est pas connu à partir du {day} : rien n'a été compté. Mettez la table à jour ou donnez vos propres taux (reminders.law.rates_file).",
            "Der Zinssatz ({series}) ist ab {day} nicht bekannt: es wurde nichts gerechnet. Aktualisieren Sie die Tabelle oder geben Sie eigene Zinssätze an (reminders.law.rates_file).",
            "The rate ({series}) is not known from {day} on: nothing was counted. Update the table or give rates of your own (reminders.law.rates_file).",
        ),
        "not_in_euro": (
            "De wet noemt kosten in euro; voor een vordering in {currency} zijn er geen gerekend.",
            "La loi fixe les frais en euro ; aucun n'a été compté pour une créance en {currency}.",
            "Das Gesetz nennt Kosten in Euro; für eine Forderung in {currency} wurden keine gerechnet.",
            "The law names costs in euro; none were counted for a claim in {currency}.",
        ),
        "clause_void": (
            "Het schadebeding zou {amount} euro vragen waar de wet {cap} euro toelaat: het is nietig en er is niets gerekend.",
            "La clause pénale demanderait {amount} euros là où la loi en permet {cap} : elle est nulle et rien n'a été compté.",
            "Die Vertragsstrafe ergäbe {amount} Euro, das Gesetz erlaubt {cap} Euro: sie ist nichtig, und es wurde nichts gerechnet.",
            "The penalty clause would ask {amount} euro where the law allows {cap} euro: it is void and nothing was counted.",
        ),
        "as_announced": (
            "Niet meer dan de {amount} euro die de brief noemde.",
            "Pas plus que les {amount} euros annoncés dans la lettre.",
            "Nicht mehr als die {amount} Euro, die das Schreiben nannte.",
            "No more than the {amount} euro that the letter named.",
        ),
        "instalment_cap": (
            "Begrensd op {amount} euro: termijnen van één overeenkomst binnen zes maanden (niet geverifieerd, zie docs/law.md).",
            "Limité à {amount} euros : échéances d'un même contrat en six mois (non vérifié, voir docs/law.md).",
            "Begrenzt auf {amount} Euro: Raten eines Vertrags innerhalb von sechs Monaten (nicht geprüft, siehe docs/law.md).",
            "Limited to {amount} euro: instalments of one agreement within six months (not verified, see docs/law.md).",
        ),
    }
)

_TERMS: Final[Mapping[tuple[str, bool], _Words]] = MappingProxyType(
    {
        ("NL", False): (
            "binnen {days} dagen vanaf de dag nadat deze brief bij u is bezorgd",
            "dans les {days} jours à compter du lendemain du jour où cette lettre vous a été remise",
            "innerhalb von {days} Tagen ab dem Tag nach der Zustellung dieses Schreibens",
            "within {days} days from the day after this letter was delivered to you",
        ),
        ("NL", True): (
            "binnen {days} dagen vanaf de dag nadat deze e-mail bij u is bezorgd",
            "dans les {days} jours à compter du lendemain du jour où cet e-mail vous a été remis",
            "innerhalb von {days} Tagen ab dem Tag nach dem Eingang dieser E-Mail",
            "within {days} days from the day after this e-mail was delivered to you",
        ),
        ("BE", False): (
            "binnen {days} kalenderdagen, te rekenen vanaf de derde werkdag na de verzending van deze brief",
            "dans les {days} jours calendrier, à compter du troisième jour ouvrable qui suit l'envoi de cette lettre",
            "innerhalb von {days} Kalendertagen ab dem dritten Werktag nach dem Versand dieses Schreibens",
            "within {days} calendar days, counted from the third working day after this letter was sent",
        ),
        ("BE", True): (
            "binnen {days} kalenderdagen, te rekenen vanaf de kalenderdag na de verzending van deze e-mail",
            "dans les {days} jours calendrier, à compter du jour calendrier qui suit l'envoi de cet e-mail",
            "innerhalb von {days} Kalendertagen ab dem Kalendertag nach dem Versand dieser E-Mail",
            "within {days} calendar days, counted from the calendar day after this e-mail was sent",
        ),
    }
)
_ELSEWHERE: Final[_Words] = (
    "binnen {days} dagen na ontvangst van dit bericht",
    "dans les {days} jours suivant la réception de ce message",
    "innerhalb von {days} Tagen nach Erhalt dieser Nachricht",
    "within {days} days of receiving this message",
)

_CONSEQUENCES: Final[Mapping[LetterType, _Words]] = MappingProxyType(
    {
        LetterType.FOURTEEN_DAYS: (
            "Betaalt u niet op tijd, dan bent u {costs} aan buitengerechtelijke incassokosten verschuldigd{vat}, en wettelijke rente vanaf de dag waarop u in verzuim bent.",
            "À défaut de paiement dans ce délai, vous devrez {costs} de frais de recouvrement extrajudiciaires{vat}, et les intérêts légaux à partir de votre mise en défaut.",
            "Zahlen Sie nicht rechtzeitig, schulden Sie {costs} an außergerichtlichen Inkassokosten{vat} und die gesetzlichen Zinsen ab Verzug.",
            "If you do not pay in time, you will owe {costs} in extrajudicial collection costs{vat}, and statutory interest from the day of your default.",
        ),
        LetterType.FREE_REMINDER: (
            "Betaalt u niet binnen deze termijn, dan kunnen wij {costs} schadebeding vragen{vat}, en interest binnen de grenzen van de wet.",
            "À défaut de paiement dans ce délai, nous pourrons réclamer {costs} au titre de la clause pénale{vat}, et des intérêts dans les limites de la loi.",
            "Zahlen Sie nicht innerhalb dieser Frist, können wir {costs} Vertragsstrafe verlangen{vat} sowie Zinsen in den Grenzen des Gesetzes.",
            "If you do not pay within this term, we may ask {costs} under the penalty clause{vat}, and interest within the limits of the law.",
        ),
    }
)
_LATER: Final[_Words] = (
    "Betaalt u niet op tijd, dan kunnen wij {costs} aan kosten vragen{vat}.",
    "À défaut de paiement dans ce délai, nous pourrons réclamer {costs} de frais{vat}.",
    "Zahlen Sie nicht rechtzeitig, können wir {costs} an Kosten verlangen{vat}.",
    "If you do not pay in time, we may ask {costs} in costs{vat}.",
)
_VAT_PART: Final[_Words] = (
    ", inclusief {vat} btw die wij niet kunnen verrekenen",
    ", dont {vat} de TVA que nous ne pouvons pas déduire",
    ", einschließlich {vat} Umsatzsteuer, die wir nicht abziehen können",
    ", including {vat} VAT that we cannot deduct",
)
_DAY_NUMBERS: Final[Mapping[int, _Words]] = MappingProxyType(
    {
        7: ("zeven", "sept", "sieben", "seven"),
        8: ("acht", "huit", "acht", "eight"),
        10: ("tien", "dix", "zehn", "ten"),
        14: ("veertien", "quatorze", "vierzehn", "fourteen"),
    }
)
_HUNDRED: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedLine:
    """One line of a computation: what, how much (None: nothing is added by it), and the article it rests on (empty: none)."""

    text: str
    amount: Money | None
    article: str


def explain(claim: Claim, language: str, country: str = "") -> tuple[ExplainedLine, ...]:
    """The computation of a claim, line by line; the amounts of all lines but the total's and those that follow add up to the total.

    ``country``: for the form of amounts and dates (empty: the language's own).
    """
    words = _Speech(language, country)
    lines = [
        *(words.principal(line) for line in claim.principal),
        *(words.interest(line) for line in claim.interest),
        *(words.cost(line) for line in claim.costs),
        *words.vat(claim, claim.vat),
        ExplainedLine(text=words.say(_LINES["total"]), amount=claim.total, article=""),
        *(words.follows(line) for line in claim.costs_to_follow),
        *words.vat(claim, claim.vat_to_follow, follow_from=claim.follow_from),
        *(
            ExplainedLine(text=words.say(NOTES[note.code], **words.values(note.values)), amount=None, article="")
            for note in claim.notes
        ),
    ]
    return tuple(lines)


def term_sentence(country: str, audience: CustomerType, medium: Medium, language: str) -> str:
    """The term that a letter gives, as the part of a sentence that follows "pay ...": exactly what ``deadlines.term_end`` counts."""
    law = law_of(country, audience)
    column = _column(language)
    known = _TERMS if audience is CustomerType.CONSUMER else {}
    words = known.get((country, medium is Medium.EMAIL), _ELSEWHERE)
    spelled = _DAY_NUMBERS.get(law.term_days)
    return words[column].format(days=str(law.term_days) if spelled is None else spelled[column])


def consequence(claim: Claim, letter: LetterType, language: str, country: str = "") -> str:
    """What follows when nothing is paid within the term, with the exact amount; empty when no costs follow."""
    if not claim.to_follow_total:
        return ""
    words = _Speech(language, country)
    vat = words.say(_VAT_PART, vat=words.money(claim.vat_to_follow)) if claim.vat_to_follow else ""
    return words.say(_CONSEQUENCES.get(letter, _LATER), costs=words.money(claim.to_follow_total), vat=vat)


def _column(language: str) -> int:
    return LANGUAGES.index(language) if language in LANGUAGES else len(LANGUAGES) - 1


class _Speech:
    """One language, with its forms of amounts and dates."""

    def __init__(self, language: str, country: str) -> None:
        self._column = _column(language)
        spoken = LANGUAGES[self._column]
        known = f"{spoken}_{country}"
        self._locale = known if known in _LOCALES else spoken

    def say(self, words: _Words, **values: str) -> str:
        return words[self._column].format(**values)

    def money(self, amount: Money) -> str:
        return format_currency(Decimal(amount.decimal()), amount.currency, locale=self._locale)

    def day(self, day: date) -> str:
        return format_date(day, "long", locale=self._locale)

    def percent(self, basis_points: int) -> str:
        return format_decimal(Decimal(basis_points) / _HUNDRED, "0.00", locale=self._locale)

    def values(self, values: tuple[tuple[str, str], ...]) -> dict[str, str]:
        """Days of notes in the language's form, everything else as it is."""
        return {name: self.day(date.fromisoformat(value)) if name == "day" else value for name, value in values}

    def principal(self, line: PrincipalLine) -> ExplainedLine:
        text = self.say(
            _LINES["principal"],
            document=line.document,
            issued_on=self.day(line.issued_on),
            due_on=self.day(line.due_on),
            gross=self.money(line.gross),
            settled=self.money(line.settled),
        )
        return ExplainedLine(text=text, amount=line.open, article="")

    def interest(self, line: InterestLine) -> ExplainedLine:
        text = self.say(
            _LINES["capitalised" if line.capitalised else "interest"],
            document=line.document,
            first_on=self.day(line.first_on),
            last_on=self.day(line.last_on),
            days=str(line.days),
            percent=self.percent(line.basis_points),
            base=self.money(line.base),
            capitalised=self.money(line.capitalised),
        )
        return ExplainedLine(text=text, amount=line.amount, article=line.article)

    def cost(self, line: CostLine) -> ExplainedLine:
        text = self.say(
            _LINES["cost" if line.base is None else "cost_over"],
            what=self.say(COST_WORDS[line.kind]),
            base="" if line.base is None else self.money(line.base),
            documents=", ".join(line.documents),
        )
        return ExplainedLine(text=text[:1].upper() + text[1:], amount=line.amount, article=line.article)

    def follows(self, line: CostLine) -> ExplainedLine:
        told = self.cost(line)
        words = f"{told.text}: {self.money(line.amount)}"
        text = self.say(_LINES["follows"], day=self.day(line.due_from), line=words)
        return ExplainedLine(text=text, amount=None, article=told.article)

    def vat(self, claim: Claim, vat: Money, follow_from: date | None = None) -> Iterator[ExplainedLine]:
        if not vat:
            return
        text = self.say(_LINES["vat"], percent=self.percent(claim.vat_basis_points))
        if follow_from is None:
            yield ExplainedLine(text=text, amount=vat, article=claim.vat_article)
            return
        words = f"{text}: {self.money(vat)}"
        yield ExplainedLine(
            text=self.say(_LINES["follows"], day=self.day(follow_from), line=words),
            amount=None,
            article=claim.vat_article,
        )


#: Forms of amounts and dates that differ by country.
_LOCALES: Final = frozenset(
    {
        "nl_NL",
        "nl_BE",
        "fr_BE",
        "fr_FR",
        "fr_LU",
        "de_DE",
        "de_AT",
        "de_BE",
        "de_LU",
        "en_AT",
        "en_BE",
        "en_DE",
        "en_GB",
        "en_IE",
        "en_NL",
    }
)
