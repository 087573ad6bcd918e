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


def _in_four(dutch: str, french: str, german: str, english: str) -> Mapping[str, str]:
    return {"nl": dutch, "fr": french, "de": german, "en": english}


#: Why something is not collected or not sent, in plain words: the values of ``collect.debits.DebitObjection``,
#: ``collect.mandates.MandateObjection`` and ``collect.reminders.HoldReason``.
WHYS: Final[Mapping[str, Mapping[str, str]]] = {
    "settled": _in_four("alles is betaald", "tout est payé", "alles ist bezahlt", "all of it is paid"),
    "amount_changed": _in_four(
        "het open bedrag is veranderd",
        "le montant ouvert a changé",
        "der offene Betrag hat sich geändert",
        "the open amount changed",
    ),
    "disputed": _in_four(
        "de factuur is betwist", "la facture est contestée", "die Rechnung ist strittig", "the invoice is disputed"
    ),
    "blocked": _in_four(
        "de factuur is geblokkeerd", "la facture est bloquée", "die Rechnung ist gesperrt", "the invoice is blocked"
    ),
    "mandate_changed": _in_four(
        "het mandaat is veranderd", "le mandat a changé", "das Mandat hat sich geändert", "the mandate changed"
    ),
    "mandate_unknown": _in_four(
        "er is geen mandaat", "il n'y a pas de mandat", "es gibt kein Mandat", "there is no mandate"
    ),
    "several_mandates": _in_four(
        "er zijn meerdere mandaten", "il y a plusieurs mandats", "es gibt mehrere Mandate", "there are several mandates"
    ),
    "one_off_taken": _in_four(
        "het eenmalige mandaat is al gebruikt",
        "le mandat ponctuel est déjà utilisé",
        "das Einmalmandat ist schon verwendet",
        "the one-off mandate is already used",
    ),
    "customer_unknown": _in_four(
        "de klant is niet bekend", "le client est inconnu", "der Kunde ist unbekannt", "the customer is not known"
    ),
    "currency": _in_four(
        "incasso kan alleen in euro",
        "le prélèvement n'existe qu'en euros",
        "Lastschriften gibt es nur in Euro",
        "direct debits are in euro only",
    ),
    "came_back": _in_four(
        "een eerdere incasso kwam terug",
        "un prélèvement précédent est revenu",
        "eine frühere Lastschrift kam zurück",
        "an earlier direct debit came back",
    ),
    "covered_by_credits": _in_four(
        "het tegoed van de klant dekt het bedrag",
        "l'avoir du client couvre le montant",
        "das Guthaben des Kunden deckt den Betrag",
        "the customer's credit covers it",
    ),
    "above_limit": _in_four(
        "het bedrag is te hoog", "le montant est trop élevé", "der Betrag ist zu hoch", "the amount is too high"
    ),
    "document_gone": _in_four(
        "de factuur is er niet meer",
        "la facture n'existe plus",
        "die Rechnung gibt es nicht mehr",
        "the invoice is gone",
    ),
    "in_other_collection": _in_four(
        "er loopt al een incasso",
        "un prélèvement est déjà en cours",
        "eine Lastschrift läuft bereits",
        "another direct debit is under way",
    ),
    "too_late": _in_four(
        "de uiterste dag bij de bank is voorbij",
        "le dernier jour de remise à la banque est passé",
        "der letzte Einreichungstag der Bank ist vorbei",
        "the bank's last day for it is over",
    ),
    "in_collection": _in_four(
        "er loopt een incasso", "un prélèvement est en cours", "eine Lastschrift läuft", "a direct debit is under way"
    ),
    "under_direct_debit": _in_four(
        "de factuur wordt geïncasseerd",
        "la facture est prélevée",
        "die Rechnung wird eingezogen",
        "the invoice is collected by direct debit",
    ),
    "paid_at_portal": _in_four(
        "betaald in het portaal", "payé sur le portail", "im Portal bezahlt", "paid at the portal"
    ),
    "no_address": _in_four(
        "de klant heeft geen e-mailadres",
        "le client n'a pas d'adresse e-mail",
        "der Kunde hat keine E-Mail-Adresse",
        "the customer has no e-mail address",
    ),
    "statements": _in_four(
        "de bankafschriften zijn niet volledig of te oud",
        "les extraits bancaires sont incomplets ou trop anciens",
        "die Kontoauszüge sind unvollständig oder zu alt",
        "the bank statements are incomplete or too old",
    ),
    "entry_in_review": _in_four(
        "een betaling van deze klant wacht op een beslissing",
        "un paiement de ce client attend une décision",
        "eine Zahlung dieses Kunden wartet auf eine Entscheidung",
        "a payment of this customer waits for a decision",
    ),
    "below_minimum": _in_four(
        "het bedrag is te klein", "le montant est trop petit", "der Betrag ist zu klein", "the amount is too small"
    ),
    "too_soon": _in_four(
        "de vorige herinnering is te recent",
        "le rappel précédent est trop récent",
        "die letzte Mahnung ist zu neu",
        "the last reminder is too recent",
    ),
    "mandate_not_signed": _in_four(
        "het mandaat is nog niet ondertekend",
        "le mandat n'est pas encore signé",
        "das Mandat ist noch nicht unterschrieben",
        "the mandate is not signed yet",
    ),
    "mandate_revoked": _in_four(
        "het mandaat is ingetrokken", "le mandat est révoqué", "das Mandat ist widerrufen", "the mandate is revoked"
    ),
    "mandate_lapsed": _in_four(
        "het mandaat is vervallen (36 maanden niet gebruikt)",
        "le mandat est caduc (36 mois sans usage)",
        "das Mandat ist erloschen (36 Monate ungenutzt)",
        "the mandate lapsed (36 months without use)",
    ),
    "mandate_suspended": _in_four(
        "het mandaat is opgeschort", "le mandat est suspendu", "das Mandat ist ausgesetzt", "the mandate is suspended"
    ),
    "mandate_reference_faulty": _in_four(
        "de mandaatreferentie klopt niet",
        "la référence du mandat est incorrecte",
        "die Mandatsreferenz ist fehlerhaft",
        "the mandate reference is faulty",
    ),
    "mandate_account_faulty": _in_four(
        "het rekeningnummer van het mandaat klopt niet",
        "le numéro de compte du mandat est incorrect",
        "die Kontonummer des Mandats ist fehlerhaft",
        "the mandate's account number is faulty",
    ),
    "mandate_used_up": _in_four(
        "het eenmalige mandaat is gebruikt",
        "le mandat ponctuel est utilisé",
        "das Einmalmandat ist verbraucht",
        "the one-off mandate is used up",
    ),
}
_DEFAULT: Final = "en"


def said(code: str, values: Mapping[str, str], language: str) -> str:
    """The sentence of a code in a language, its gaps filled; English for a language there is no wording in."""
    wording = SENTENCES[code]
    return wording.get(language, wording[_DEFAULT]).format_map(values)


def why(reason: str, language: str) -> str:
    """A reason for leaving the plan in plain words; one that has none yet is said by its name, with spaces."""
    wording = WHYS.get(reason)
    return reason.replace("_", " ") if wording is None else wording.get(language, wording[_DEFAULT])
