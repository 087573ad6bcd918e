"""The mandate form and the mail that brings it, in Dutch, French, German and English.

The form has what the EPC rulebooks ask for (SEPA Core and Business-to-Business rulebooks, section 4.7.2, DS-01: mandate reference, creditor
identifier, names and addresses, account, type of payment, place, date, signature) and the authorisation in the words of the EPC's own translations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Final
from urllib.parse import quote

from babel.dates import format_date

from collect.mandate_invitations import Invitation
from ledger.effects import key_of
from ledger.letters import Facts, FormField, Letter, LetterHeader, Paragraph, SignatureBox, Window
from ledger.mandates import Scheme
from ledger.messages import Attachment, Message

PDF: Final = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Creditor:
    """Who collects. ``sender``: the address that mails come from; ``address``: lines; ``return_to``: where the signed form goes back to;
    ``link``: where it can be signed instead, with ``{mandate}`` and ``{customer}`` for the reference and the customer's id, or empty."""

    name: str
    creditor_id: str
    address: tuple[str, ...]
    country: str
    language: str
    sender: str
    return_to: str
    link: str = ""
    window: Window = Window.LEFT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    title: Mapping[Scheme, str]
    reference: str
    creditor: str
    creditor_id: str
    address: str
    kind: str
    recurrent: str
    authorisation: str
    rights: Mapping[Scheme, str]
    debtor: str
    iban: str
    bic: str
    place_and_date: str
    signature: str
    send_back: str
    greeting: str
    subject: str
    subject_again: str
    opening: str
    opening_again: str
    what_to_do: str
    link: str
    no_duty: str


_WORDS: Final[Mapping[str, _Words]] = {
    "nl": _Words(
        title={Scheme.CORE: "SEPA-incassomandaat (domiciliëring)", Scheme.B2B: "SEPA-incassomandaat tussen bedrijven (B2B)"},
        reference="Mandaatreferentie",
        creditor="Schuldeiser",
        creditor_id="Incassant-ID",
        address="Adres",
        kind="Soort betaling",
        recurrent="terugkerend",
        authorisation="Door dit mandaat te ondertekenen geeft u toestemming aan (A) {creditor} om opdrachten te sturen naar uw bank om een bedrag "
        "van uw rekening af te schrijven, en aan (B) uw bank om een bedrag van uw rekening af te schrijven overeenkomstig de opdracht van {creditor}.",
        rights={
            Scheme.CORE: "U heeft recht op terugbetaling door uw bank volgens de voorwaarden van de overeenkomst met uw bank. Een verzoek tot "
            "terugbetaling moet binnen 8 weken na de datum van afschrijving worden ingediend. Uw rechten worden toegelicht in een overzicht dat u "
            "bij uw bank kunt krijgen.",
            Scheme.B2B: "Dit mandaat is alleen bedoeld voor betalingen tussen bedrijven. U heeft geen recht op terugbetaling door uw bank nadat "
            "het bedrag is afgeschreven, maar u kunt uw bank tot en met de vervaldag vragen niet af te schrijven. Geef dit mandaat ook aan uw "
            "bank door: zonder haar bevestiging schrijft zij niet af.",
        },
        debtor="Naam van de betaler",
        iban="IBAN",
        bic="BIC (niet nodig binnen de EER)",
        place_and_date="Plaats en datum",
        signature="Handtekening",
        send_back="Stuur het ondertekende formulier naar: {return_to}",
        greeting="Geachte {name},",
        subject="Betalen per automatische incasso bij {creditor}",
        subject_again="Herinnering: betalen per automatische incasso bij {creditor}",
        opening="Wij innen onze facturen graag automatisch. U hoeft dan zelf niets over te maken: voor elke inning krijgt u bericht van het bedrag en de datum.",
        opening_again="Eerder stuurden wij u een mandaat voor automatische incasso. Wij hebben het nog niet van u teruggekregen; als bijlage vindt u het nog eens.",
        what_to_do="Vul het mandaat in de bijlage in, onderteken het en stuur het naar {return_to}.",
        link="U kunt het ook hier ondertekenen: {link}",
        no_duty="Tot wij het mandaat hebben, betaalt u zoals u gewend bent. Wilt u geen automatische incasso, dan hoeft u niets te doen.",
    ),
    "fr": _Words(
        title={Scheme.CORE: "Mandat de prélèvement SEPA (domiciliation)", Scheme.B2B: "Mandat de prélèvement SEPA interentreprises (B2B)"},
        reference="Référence unique du mandat",
        creditor="Créancier",
        creditor_id="Identifiant créancier SEPA",
        address="Adresse",
        kind="Type de paiement",
        recurrent="récurrent",
        authorisation="En signant ce formulaire de mandat, vous autorisez (A) {creditor} à envoyer des instructions à votre banque pour débiter "
        "votre compte, et (B) votre banque à débiter votre compte conformément aux instructions de {creditor}.",
        rights={
            Scheme.CORE: "Vous bénéficiez du droit d'être remboursé par votre banque selon les conditions décrites dans la convention que vous avez "
            "passée avec elle. Une demande de remboursement doit être présentée dans les 8 semaines suivant la date de débit de votre compte. Vos "
            "droits concernant ce mandat sont expliqués dans un document que vous pouvez obtenir auprès de votre banque.",
            Scheme.B2B: "Ce mandat est réservé aux prélèvements entre entreprises. Vous n'avez pas le droit d'être remboursé par votre banque une "
            "fois le montant débité, mais vous pouvez lui demander de ne pas débiter votre compte jusqu'au jour de l'échéance. Remettez aussi ce "
            "mandat à votre banque : sans votre confirmation, elle ne débitera pas.",
        },
        debtor="Nom du débiteur",
        iban="IBAN",
        bic="BIC (facultatif dans l'EEE)",
        place_and_date="Lieu et date",
        signature="Signature",
        send_back="À renvoyer signé à : {return_to}",
        greeting="{name},",
        subject="Payer {creditor} par prélèvement automatique",
        subject_again="Rappel : payer {creditor} par prélèvement automatique",
        opening="Nous encaissons volontiers nos factures par prélèvement. Vous n'avez alors plus rien à virer : avant chaque prélèvement, nous vous annonçons le montant et la date.",
        opening_again="Nous vous avons envoyé un mandat de prélèvement. Nous ne l'avons pas encore reçu en retour ; vous le trouvez à nouveau en annexe.",
        what_to_do="Complétez le mandat en annexe, signez-le et renvoyez-le à {return_to}.",
        link="Vous pouvez aussi le signer ici : {link}",
        no_duty="Tant que nous n'avons pas le mandat, vous payez comme d'habitude. Si vous ne souhaitez pas de prélèvement, vous n'avez rien à faire.",
    ),
    "de": _Words(
        title={Scheme.CORE: "SEPA-Basis-Lastschriftmandat", Scheme.B2B: "SEPA-Firmen-Lastschriftmandat (B2B)"},
        reference="Mandatsreferenz",
        creditor="Zahlungsempfänger",
        creditor_id="Gläubiger-Identifikationsnummer",
        address="Anschrift",
        kind="Zahlungsart",
        recurrent="wiederkehrend",
        authorisation="Ich ermächtige / Wir ermächtigen (A) {creditor}, Zahlungen von meinem / unserem Konto mittels Lastschrift einzuziehen. Zugleich (B) "
        "weise ich mein / weisen wir unser Kreditinstitut an, die von {creditor} auf mein / unser Konto gezogenen Lastschriften einzulösen.",
        rights={
            Scheme.CORE: "Hinweis: Ich kann / Wir können innerhalb von acht Wochen, beginnend mit dem Belastungsdatum, die Erstattung des belasteten "
            "Betrages verlangen. Es gelten dabei die mit meinem / unserem Kreditinstitut vereinbarten Bedingungen.",
            Scheme.B2B: "Hinweis: Dieses Lastschriftmandat dient nur dem Einzug von Lastschriften, die auf Konten von Unternehmen gezogen sind. Ich bin / Wir "
            "sind nicht berechtigt, nach der erfolgten Einlösung eine Erstattung des belasteten Betrages zu verlangen. Ich bin / Wir sind berechtigt, mein / "
            "unser Kreditinstitut bis zum Fälligkeitstag anzuweisen, Lastschriften nicht einzulösen. Bitte legen Sie dieses Mandat auch Ihrer Bank vor: ohne "
            "Ihre Bestätigung löst sie nicht ein.",
        },
        debtor="Name des Zahlungspflichtigen",
        iban="IBAN",
        bic="BIC (im EWR nicht nötig)",
        place_and_date="Ort und Datum",
        signature="Unterschrift",
        send_back="Bitte unterschrieben zurück an: {return_to}",
        greeting="Guten Tag {name},",
        subject="Zahlung per Lastschrift bei {creditor}",
        subject_again="Erinnerung: Zahlung per Lastschrift bei {creditor}",
        opening="Wir ziehen unsere Rechnungen gern per Lastschrift ein. Sie müssen dann nichts mehr überweisen: vor jedem Einzug nennen wir Ihnen Betrag und Tag.",
        opening_again="Wir haben Ihnen ein Lastschriftmandat gesandt und es noch nicht zurückerhalten; im Anhang finden Sie es noch einmal.",
        what_to_do="Bitte füllen Sie das Mandat im Anhang aus, unterschreiben Sie es und senden Sie es an {return_to}.",
        link="Sie können es auch hier unterschreiben: {link}",
        no_duty="Solange uns das Mandat nicht vorliegt, zahlen Sie wie gewohnt. Möchten Sie keine Lastschrift, müssen Sie nichts tun.",
    ),
    "en": _Words(
        title={Scheme.CORE: "SEPA Core Direct Debit Mandate", Scheme.B2B: "SEPA Business-to-Business Direct Debit Mandate"},
        reference="Mandate reference",
        creditor="Creditor",
        creditor_id="Creditor identifier",
        address="Address",
        kind="Type of payment",
        recurrent="recurrent",
        authorisation="By signing this mandate form, you authorise (A) {creditor} to send instructions to your bank to debit your account and (B) your "
        "bank to debit your account in accordance with the instructions from {creditor}.",
        rights={
            Scheme.CORE: "As part of your rights, you are entitled to a refund from your bank under the terms and conditions of your agreement with your "
            "bank. A refund must be claimed within 8 weeks starting from the date on which your account was debited. Your rights are explained in a "
            "statement that you can obtain from your bank.",
            Scheme.B2B: "This mandate is only intended for business-to-business transactions. You are not entitled to a refund from your bank after your "
            "account has been debited, but you are entitled to request your bank not to debit your account up until the day on which the payment is "
            "due. Please give this mandate to your bank too: without your confirmation it will not pay.",
        },
        debtor="Name of the debtor",
        iban="IBAN",
        bic="BIC (not needed within the EEA)",
        place_and_date="Place and date",
        signature="Signature",
        send_back="Please return the signed form to: {return_to}",
        greeting="Dear {name},",
        subject="Paying {creditor} by direct debit",
        subject_again="Reminder: paying {creditor} by direct debit",
        opening="We would like to collect our invoices by direct debit. You then have nothing to transfer: before each collection we tell you the amount and the day.",
        opening_again="We sent you a direct-debit mandate and have not had it back yet; you find it attached once more.",
        what_to_do="Please fill in the attached mandate, sign it and send it to {return_to}.",
        link="You can also sign it here: {link}",
        no_duty="Until we have the mandate, you pay as usual. If you do not want direct debit, there is nothing you need to do.",
    ),
}  # fmt: skip


def mandate_form(creditor: Creditor, invitation: Invitation, as_of: date) -> Letter:
    """The form as a letter to the customer, with everything filled in that we know; the account is left to whoever signs."""
    words, customer = _WORDS[_language(creditor, invitation)], invitation.customer
    address = customer.address
    lines = (address.street, f"{address.postcode} {address.city}".strip())
    return Letter(
        header=LetterHeader(name=creditor.name, lines=creditor.address),
        recipient=tuple(line for line in (customer.name, *lines) if line),
        subject=words.title[invitation.scheme],
        written_on=as_of,
        dated=format_date(as_of, "long", locale=_language(creditor, invitation)),
        language=_language(creditor, invitation),
        blocks=(
            Facts(
                rows=(
                    (words.reference, invitation.reference),
                    (words.creditor, creditor.name),
                    (words.creditor_id, creditor.creditor_id),
                    *(((words.address, ", ".join(creditor.address)),) if creditor.address else ()),
                    (words.kind, words.recurrent),
                )
            ),
            Paragraph(text=words.authorisation.format(creditor=creditor.name)),
            Paragraph(text=words.rights[invitation.scheme]),
            Facts(rows=((words.debtor, customer.name), (words.address, ", ".join(line for line in lines if line)))),
            FormField(label=words.iban),
            FormField(label=words.bic),
            SignatureBox(labels=(words.place_and_date, words.signature)),
            Paragraph(text=words.send_back.format(return_to=creditor.return_to)),
        ),
        window=creditor.window,
    )


def compose_invitation(creditor: Creditor, invitation: Invitation, form: bytes, as_of: date) -> Message:
    """The mail that brings the form. ``form``: the form as PDF."""
    language, customer = _language(creditor, invitation), invitation.customer
    words = _WORDS[language]
    paragraphs = [
        words.greeting.format(name=customer.name),
        words.opening_again if invitation.again else words.opening,
        words.what_to_do.format(return_to=creditor.return_to),
    ]
    if creditor.link:
        link = creditor.link.replace("{mandate}", quote(invitation.reference, safe=""))
        paragraphs.append(words.link.format(link=link.replace("{customer}", quote(customer.customer_id, safe=""))))
    paragraphs += [words.no_duty, f"{creditor.name}\n{creditor.sender}"]
    subject = words.subject_again if invitation.again else words.subject
    facts = ("mandate_invitation", creditor.sender, invitation.reference, as_of.isoformat())
    return Message(
        message_id=f"{key_of(*facts)}@{_domain(creditor.sender)}",
        sender=creditor.sender,
        recipient=customer.email,
        language=language,
        subject=subject.format(creditor=creditor.name),
        text="\n\n".join(paragraphs) + "\n",
        html=_html(language, paragraphs),
        dated_on=as_of,
        attachments=(Attachment(name=f"{invitation.reference}.pdf", media_type=PDF, content=form),),
        customer_id=customer.customer_id,
        kind="mandate_invitation",
    )


def _html(language: str, paragraphs: list[str]) -> str:
    body = "".join(f"<p>{escape(text).replace(chr(10), '<br>')}</p>\n" for text in paragraphs)
    return f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8"></head><body>\n{body}</body></html>\n'


def _domain(sender: str) -> str:
    return sender.rpartition("@")[2].rstrip(">").strip()


def _language(creditor: Creditor, invitation: Invitation) -> str:
    """The customer's language where there are words for it, else the tenant's, else English."""
    wanted = (invitation.customer.language[:2].lower(), creditor.language[:2].lower())
    return next((language for language in wanted if language in _WORDS), "en")
