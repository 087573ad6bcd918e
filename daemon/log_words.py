"""Sentences of the reconciliation log for what the daemon and people decide; the reconciler's own stand in ``ledger/wording.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: By code, then by language (ISO 639-1). Gaps in braces have the same names in every language.
SENTENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "netted": {
        "nl": "Creditnota {credit_note} is voor {amount} verrekend met factuur {invoice}, die ze corrigeert.",
        "fr": "La note de crédit {credit_note} est imputée pour {amount} sur la facture {invoice} qu'elle corrige.",
        "de": "Gutschrift {credit_note} wurde mit {amount} gegen die Rechnung {invoice} verrechnet, die sie berichtigt.",
        "en": "Credit note {credit_note} was set off for {amount} against invoice {invoice}, which it corrects.",
    },
    "accepted": {
        "nl": "{person} heeft een voorstel aanvaard voor {entry} van {amount}.",
        "fr": "{person} a accepté une proposition pour {entry} de {amount}.",
        "de": "{person} hat einen Vorschlag für {entry} über {amount} angenommen.",
        "en": "{person} accepted a suggestion for {entry} of {amount}.",
    },
    "booked_by_person": {
        "nl": "{person} heeft {entry} van {amount} zelf geboekt.",
        "fr": "{person} a comptabilisé {entry} de {amount}.",
        "de": "{person} hat {entry} über {amount} selbst gebucht.",
        "en": "{person} booked {entry} of {amount}.",
    },
    "ignored_by_person": {
        "nl": "Volgens {person} is {entry} van {amount} geen betaling van een klant.",
        "fr": "Selon {person}, {entry} de {amount} n'est pas un paiement de client.",
        "de": "Nach Angabe von {person} ist {entry} über {amount} keine Kundenzahlung.",
        "en": "According to {person}, {entry} of {amount} is no customer's payment.",
    },
    "undone": {
        "nl": "{person} heeft de boeking van {entry} over {amount} teruggenomen.",
        "fr": "{person} a annulé l'écriture de {entry} de {amount}.",
        "de": "{person} hat die Buchung von {entry} über {amount} zurückgenommen.",
        "en": "{person} took back the booking of {entry} of {amount}.",
    },
    "netting_undone": {
        "nl": "{person} heeft de verrekening van creditnota {credit_note} teruggenomen; ze blijft open tot iemand ze gebruikt.",
        "fr": "{person} a annulé l'imputation de la note de crédit {credit_note} ; elle reste ouverte jusqu'à ce que quelqu'un l'utilise.",
        "de": "{person} hat die Verrechnung der Gutschrift {credit_note} zurückgenommen; sie bleibt offen, bis jemand sie verwendet.",
        "en": "{person} took back the netting of credit note {credit_note}; it stays open until somebody uses it.",
    },
    "payer_forgotten": {
        "nl": "{person} liet vergeten dat {iban} voor klant {customer} betaalt.",
        "fr": "{person} a fait oublier que {iban} paie pour le client {customer}.",
        "de": "{person} ließ vergessen, dass {iban} für Kunde {customer} zahlt.",
        "en": "{person} had it forgotten that {iban} pays for customer {customer}.",
    },
    "debit_notified": {
        "nl": "Incasso van {amount} bij klant {customer} op {day} is aangekondigd, voor {documents}.",
        "fr": "Le prélèvement de {amount} chez le client {customer} le {day} est annoncé, pour {documents}.",
        "de": "Die Lastschrift über {amount} bei Kunde {customer} am {day} ist angekündigt, für {documents}.",
        "en": "The direct debit of {amount} from customer {customer} on {day} was announced, for {documents}.",
    },
    "debit_cancelled": {
        "nl": "Incasso {collection} gaat niet door: {why}.",
        "fr": "Le prélèvement {collection} n'aura pas lieu : {why}.",
        "de": "Die Lastschrift {collection} findet nicht statt: {why}.",
        "en": "Direct debit {collection} will not take place: {why}.",
    },
    "debit_batch_made": {
        "nl": "Incassobestand {batch} met {count} incasso's, samen {amount}, gaat naar de bank voor {day}.",
        "fr": "Le fichier {batch} de {count} prélèvements, au total {amount}, part à la banque pour le {day}.",
        "de": "Die Lastschriftdatei {batch} mit {count} Lastschriften, zusammen {amount}, geht für den {day} an die Bank.",
        "en": "Direct-debit file {batch} with {count} collections, {amount} in all, goes to the bank for {day}.",
    },
    "reminder": {
        "nl": "Klant {customer} krijgt herinnering {level} voor {amount}: {documents}.",
        "fr": "Le client {customer} reçoit le rappel {level} pour {amount} : {documents}.",
        "de": "Kunde {customer} erhält Mahnung {level} über {amount}: {documents}.",
        "en": "Customer {customer} is sent reminder {level} for {amount}: {documents}.",
    },
}
_DEFAULT: Final = "en"


def said(code: str, values: Mapping[str, str], language: str) -> str:
    """The sentence of a code in a language, its gaps filled; English for a language there is no wording in."""
    wording = SENTENCES[code]
    return wording.get(language, wording[_DEFAULT]).format_map(values)
