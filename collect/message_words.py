"""Labels of messages and letters in Dutch, French, German and English; whole sentences stand in the templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from types import MappingProxyType
from typing import Final

#: Languages there are templates and labels for (ISO 639-1), in the order of the columns below.
LANGUAGES: Final = ("nl", "fr", "de", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The labels of one language. Those with braces are filled with what stands in them."""

    greeting: str
    number: str
    issued_on: str
    due_on: str
    paid_on: str
    product: str
    reference: str
    amount: str
    paid: str
    open: str
    interest: str
    costs: str
    vat_on_costs: str
    credit: str
    total: str
    settled: str
    collected: str
    payee: str
    account: str
    collected_on: str
    mandate: str
    creditor_id: str
    own_account: str
    enterprise_number: str
    customer_number: str
    pay_online: str
    scan: str
    left_out: str
    linked: str
    follows: str
    further: str
    part: str
    service_stops: str
    page: str
    overview_file: str
    invoice_file: str
    invoice_data: str


_WORDS: Final[Mapping[str, tuple[str, str, str, str]]] = MappingProxyType(
    {
        "greeting": ("Geachte {name},", "{name},", "Guten Tag {name},", "Dear {name},"),
        "number": ("Factuur", "Facture", "Rechnung", "Invoice"),
        "issued_on": ("Factuurdatum", "Date de facture", "Rechnungsdatum", "Invoice date"),
        "due_on": ("Vervaldag", "Échéance", "Fällig am", "Due date"),
        "paid_on": ("Betaald op", "Payée le", "Bezahlt am", "Paid on"),
        "product": ("Voor", "Pour", "Für", "For"),
        "reference": ("Betalingsreferentie", "Référence de paiement", "Zahlungsreferenz", "Payment reference"),
        "amount": ("Bedrag", "Montant", "Betrag", "Amount"),
        "paid": ("Voldaan", "Réglé", "Beglichen", "Paid"),
        "open": ("Open", "Ouvert", "Offen", "Open"),
        "interest": ("Rente", "Intérêts", "Zinsen", "Interest"),
        "costs": ("Kosten", "Frais", "Kosten", "Costs"),
        "vat_on_costs": ("Btw over de kosten", "TVA sur les frais", "Umsatzsteuer auf die Kosten", "VAT on the costs"),
        "credit": ("Uw tegoed bij ons", "Votre avoir chez nous", "Ihr Guthaben bei uns", "Your credit with us"),
        "total": ("Te betalen", "À payer", "Zu zahlen", "To pay"),
        "settled": ("Betaald", "Payé", "Bezahlt", "Paid"),
        "collected": ("Wordt afgeschreven", "Sera prélevé", "Wird abgebucht", "Will be collected"),
        "payee": ("Begunstigde", "Bénéficiaire", "Empfänger", "Payee"),
        "account": ("Rekening", "Compte", "Konto", "Account"),
        "collected_on": ("Datum van afschrijving", "Date du prélèvement", "Tag der Abbuchung", "Collected on"),
        "mandate": ("Mandaatreferentie", "Référence du mandat", "Mandatsreferenz", "Mandate reference"),
        "creditor_id": ("Incassant-ID", "Identifiant créancier", "Gläubiger-ID", "Creditor identifier"),
        "own_account": ("Van uw rekening", "De votre compte", "Von Ihrem Konto", "From your account"),
        "enterprise_number": (
            "Ondernemingsnummer",
            "Numéro d'entreprise",
            "Unternehmensnummer",
            "Enterprise number",
        ),
        "customer_number": ("Klantnummer", "Numéro de client", "Kundennummer", "Customer number"),
        "pay_online": ("Online betalen", "Payer en ligne", "Online bezahlen", "Pay online"),
        "scan": (
            "Betalen met uw bankapp: scan deze code en controleer bedrag en begunstigde.",
            "Payer avec votre application bancaire : scannez ce code et vérifiez le montant et le bénéficiaire.",
            "Mit Ihrer Bank-App bezahlen: Code scannen, Betrag und Empfänger prüfen.",
            "Pay with your banking app: scan this code and check amount and payee.",
        ),
        "service_stops": (
            "Hebben wij uw betaling dan niet ontvangen, dan kunnen wij onze dienstverlening aan u vanaf {day} onderbreken, tot alles betaald is.",
            "Si votre paiement ne nous est pas parvenu d'ici là, nous pourrons interrompre nos services à partir du {day}, jusqu'au paiement complet.",
            "Ist Ihre Zahlung bis dahin nicht eingegangen, können wir unsere Leistungen ab dem {day} unterbrechen, bis alles bezahlt ist.",
            "If we have not received your payment by then, we may interrupt our services to you from {day} on, until everything is paid.",
        ),
        "left_out": (
            "Te groot om mee te sturen: {numbers}. Vraag ernaar en wij sturen ze u apart.",
            "Trop volumineux pour être joints : {numbers}. Demandez-les et nous vous les enverrons séparément.",
            "Zu groß zum Mitsenden: {numbers}. Auf Wunsch senden wir sie Ihnen gesondert.",
            "Too large to be sent along: {numbers}. Ask for them and we will send them separately.",
        ),
        "linked": (
            "Te groot om mee te sturen: {numbers}. U vindt ze via de link bij de factuur.",
            "Trop volumineux pour être joints : {numbers}. Vous les trouverez par le lien près de la facture.",
            "Zu groß zum Mitsenden: {numbers}. Sie finden sie über den Link bei der Rechnung.",
            "Too large to be sent along: {numbers}. You find them by the link at the invoice.",
        ),
        "follows": (
            "In aparte e-mails volgen: {numbers}.",
            "Suivent dans des e-mails séparés : {numbers}.",
            "In gesonderten E-Mails folgen: {numbers}.",
            "To follow in separate mails: {numbers}.",
        ),
        "further": (
            "Deze e-mail hoort bij ons bericht van {day} en brengt u: {numbers}. Wat open staat, leest u in dat bericht.",
            "Cet e-mail complète notre message du {day} et vous apporte : {numbers}. Ce qui est ouvert figure dans ce message.",
            "Diese E-Mail gehört zu unserer Nachricht vom {day} und bringt Ihnen: {numbers}. Was offen ist, steht in jener Nachricht.",
            "This mail belongs to our message of {day} and brings you: {numbers}. What is open stands in that message.",
        ),
        "part": ("{part} van {parts}", "{part} sur {parts}", "{part} von {parts}", "{part} of {parts}"),
        "page": (
            "Pagina {page} van {pages}",
            "Page {page} sur {pages}",
            "Seite {page} von {pages}",
            "Page {page} of {pages}",
        ),
        "overview_file": ("overzicht", "releve", "uebersicht", "overview"),
        "invoice_file": ("factuur", "facture", "rechnung", "invoice"),
        "invoice_data": (
            "Gegevens van factuur {number}, zoals zij in onze boeken staat.",
            "Données de la facture {number}, telle qu'elle figure dans notre comptabilité.",
            "Daten der Rechnung {number}, wie sie in unseren Büchern steht.",
            "Data of invoice {number}, as it stands in our books.",
        ),
    }
)


@cache
def labels_of(language: str) -> Labels:
    """The labels of one of ``LANGUAGES``."""
    column = LANGUAGES.index(language)
    return Labels(**{field.name: _WORDS[field.name][column] for field in fields(Labels)})
