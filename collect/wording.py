"""Why something is not collected or not asked for, as a sentence for the people of finance, in Dutch, French, German and English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from collect.debits import DebitObjection
from collect.mandates import MandateObjection
from collect.reminders import HoldReason

#: Everything that can keep a direct debit or a reminder back.
CollectReason = DebitObjection | MandateObjection | HoldReason

_LANGUAGES: Final = ("nl", "fr", "de", "en")
_SENTENCES: Final[Mapping[str, tuple[str, str, str, str]]] = MappingProxyType(
    {
        DebitObjection.CUSTOMER_UNKNOWN: (
            "de klant is niet bekend",
            "le client n'est pas connu",
            "der Kunde ist nicht bekannt",
            "the customer is not known",
        ),
        DebitObjection.NO_ADDRESS: (
            "er is geen adres waarop de klant bereikt wordt",
            "il n'y a pas d'adresse où joindre le client",
            "es gibt keine Adresse, unter der der Kunde erreicht wird",
            "there is no address at which the customer is reached",
        ),
        DebitObjection.POSTAL_ADDRESS: (
            "voor een rekening buiten de EER zijn plaats en land van de klant nodig",
            "pour un compte hors EEE il faut la localité et le pays du client",
            "für ein Konto außerhalb des EWR werden Ort und Land des Kunden gebraucht",
            "for an account outside the EEA the customer's town and country are needed",
        ),
        DebitObjection.MANDATE_UNKNOWN: (
            "het mandaat is niet bekend",
            "le mandat n'est pas connu",
            "das Mandat ist nicht bekannt",
            "the mandate is not known",
        ),
        DebitObjection.MANDATE_CHANGED: (
            "het mandaat is gewijzigd na de aankondiging",
            "le mandat a changé après le préavis",
            "das Mandat wurde nach der Ankündigung geändert",
            "the mandate was changed after the notice",
        ),
        DebitObjection.SEVERAL_MANDATES: (
            "de klant heeft meer dan één bruikbaar mandaat en de factuur noemt er geen",
            "le client a plusieurs mandats utilisables et la facture n'en mentionne aucun",
            "der Kunde hat mehrere nutzbare Mandate und die Rechnung nennt keines",
            "the customer has several usable mandates and the invoice names none",
        ),
        DebitObjection.CURRENCY: (
            "alleen euro kan worden geïnd",
            "seuls des euros peuvent être prélevés",
            "nur Euro können eingezogen werden",
            "only euro can be collected",
        ),
        DebitObjection.BLOCKED: (
            "het document is geblokkeerd",
            "le document est bloqué",
            "das Dokument ist gesperrt",
            "the document is blocked",
        ),
        DebitObjection.DISPUTED: (
            "het document wordt betwist",
            "le document est contesté",
            "das Dokument ist strittig",
            "the document is disputed",
        ),
        DebitObjection.GIVEN_UP: (
            "een medewerker wil dit niet per incasso",
            "un collaborateur ne veut pas de prélèvement",
            "ein Mitarbeiter will dies nicht einziehen",
            "a person does not want it collected",
        ),
        DebitObjection.CAME_BACK: (
            "een eerdere inning is teruggekomen; een mens beslist",
            "un prélèvement précédent est revenu ; une personne décide",
            "ein früherer Einzug kam zurück; ein Mensch entscheidet",
            "an earlier collection came back; a person decides",
        ),
        DebitObjection.COVERED_BY_CREDITS: (
            "het tegoed van de klant dekt het bedrag",
            "l'avoir du client couvre le montant",
            "das Guthaben des Kunden deckt den Betrag",
            "the customer's credit covers the amount",
        ),
        DebitObjection.ABOVE_LIMIT: (
            "het bedrag ligt boven de grens van het schema",
            "le montant dépasse la limite du schéma",
            "der Betrag liegt über der Grenze des Verfahrens",
            "the amount is above the limit of the scheme",
        ),
        DebitObjection.SETTLED: (
            "het document is intussen vereffend",
            "le document est soldé entre-temps",
            "das Dokument ist inzwischen ausgeglichen",
            "the document has been settled meanwhile",
        ),
        DebitObjection.AMOUNT_CHANGED: (
            "het open bedrag is veranderd na de aankondiging",
            "le montant ouvert a changé après le préavis",
            "der offene Betrag hat sich nach der Ankündigung geändert",
            "the open amount changed after the notice",
        ),
        DebitObjection.DOCUMENT_GONE: (
            "het document bestaat niet meer",
            "le document n'existe plus",
            "das Dokument gibt es nicht mehr",
            "the document is gone",
        ),
        DebitObjection.IN_OTHER_COLLECTION: (
            "het document zit al in een andere inning",
            "le document est déjà dans un autre prélèvement",
            "das Dokument ist schon in einem anderen Einzug",
            "the document is in another collection already",
        ),
        DebitObjection.TOO_LATE: (
            "de aangekondigde dag is niet meer te halen",
            "le jour annoncé ne peut plus être tenu",
            "der angekündigte Tag ist nicht mehr zu halten",
            "the announced day can no longer be met",
        ),
        MandateObjection.STOPPED: (
            "het mandaat wordt niet meer gebruikt na wat terugkwam",
            "le mandat n'est plus utilisé après ce qui est revenu",
            "das Mandat wird nach dem, was zurückkam, nicht mehr genutzt",
            "the mandate is no longer used after what came back",
        ),
        MandateObjection.ACCOUNT_REFUSED: (
            "de bank weigert de rekening van het mandaat: een andere is nodig",
            "la banque refuse le compte du mandat : il en faut un autre",
            "die Bank lehnt das Konto des Mandats ab: ein anderes wird gebraucht",
            "the bank refuses the mandate's account: another one is needed",
        ),
        MandateObjection.NOT_AT_PROVIDER: (
            "de betaalprovider kent het mandaat niet",
            "le prestataire de paiement ne connaît pas le mandat",
            "der Zahlungsdienst kennt das Mandat nicht",
            "the payment provider does not know the mandate",
        ),
        MandateObjection.NOT_SIGNED: (
            "het mandaat is niet ondertekend",
            "le mandat n'est pas signé",
            "das Mandat ist nicht unterschrieben",
            "the mandate is not signed",
        ),
        MandateObjection.SUSPENDED: (
            "het mandaat is opgeschort",
            "le mandat est suspendu",
            "das Mandat ruht",
            "the mandate is suspended",
        ),
        MandateObjection.REVOKED: (
            "het mandaat is ingetrokken",
            "le mandat est révoqué",
            "das Mandat ist widerrufen",
            "the mandate is revoked",
        ),
        MandateObjection.LAPSED: (
            "het mandaat is vervallen: 36 maanden niet gebruikt",
            "le mandat est caduc : 36 mois sans utilisation",
            "das Mandat ist verfallen: 36 Monate nicht genutzt",
            "the mandate has lapsed: 36 months without use",
        ),
        MandateObjection.USED_UP: (
            "het eenmalige mandaat is gebruikt, of bestemd voor een andere inning",
            "le mandat unique est utilisé, ou destiné à un autre prélèvement",
            "das einmalige Mandat ist verbraucht oder für einen anderen Einzug bestimmt",
            "the one-off mandate is used up, or meant for another collection",
        ),
        MandateObjection.REFERENCE: (
            "de mandaatreferentie is niet toegelaten in SEPA",
            "la référence du mandat n'est pas admise en SEPA",
            "die Mandatsreferenz ist in SEPA nicht zulässig",
            "the mandate reference is not allowed in SEPA",
        ),
        MandateObjection.ACCOUNT: (
            "de rekening van het mandaat is geen IBAN in SEPA",
            "le compte du mandat n'est pas un IBAN en SEPA",
            "das Konto des Mandats ist keine IBAN in SEPA",
            "the mandate's account is no IBAN in SEPA",
        ),
        HoldReason.IN_COLLECTION: (
            "het document wordt geïnd",
            "le document est en cours de prélèvement",
            "das Dokument wird eingezogen",
            "the document is being collected",
        ),
        HoldReason.UNDER_DIRECT_DEBIT: (
            "het document loopt via domiciliëring of incasso",
            "le document passe par domiciliation",
            "das Dokument läuft über Lastschrift",
            "the document is under direct debit",
        ),
        HoldReason.PAID_AT_PORTAL: (
            "het document is volgens de bron al betaald",
            "le document est déjà payé selon la source",
            "das Dokument ist laut Quelle schon bezahlt",
            "the document is paid already by its source",
        ),
        HoldReason.STATEMENTS: (
            "de rekeninguittreksels zijn niet volledig of niet vers genoeg",
            "les extraits de compte ne sont pas complets ou pas assez récents",
            "die Kontoauszüge sind nicht vollständig oder nicht aktuell genug",
            "the bank statements are not complete or not fresh enough",
        ),
        HoldReason.ENTRY_IN_REVIEW: (
            "een betaling van de klant wacht op een mens",
            "un paiement du client attend une personne",
            "eine Zahlung des Kunden wartet auf einen Menschen",
            "a payment of the customer waits for a person",
        ),
        HoldReason.BELOW_MINIMUM: (
            "het bedrag ligt onder het minimum",
            "le montant est sous le minimum",
            "der Betrag liegt unter dem Mindestbetrag",
            "the amount is below the minimum",
        ),
        HoldReason.NO_CHANNEL: (
            "er is geen kanaal ingesteld voor deze stap",
            "aucun canal n'est configuré pour cette étape",
            "für diese Stufe ist kein Kanal eingerichtet",
            "no channel is set up for this step",
        ),
        HoldReason.NOT_COMPOSED: (
            "het bericht kon niet worden opgemaakt",
            "le message n'a pas pu être composé",
            "die Nachricht konnte nicht verfasst werden",
            "the message could not be composed",
        ),
        HoldReason.AGAINST_THE_LAW: (
            "de brief zou vandaag geen gevolg hebben volgens de wet",
            "la lettre serait sans effet aujourd'hui selon la loi",
            "der Brief hätte heute nach dem Gesetz keine Wirkung",
            "the letter would have no effect today under the law",
        ),
        HoldReason.HELD: (
            "een medewerker houdt de herinneringen tegen",
            "un collaborateur retient les rappels",
            "ein Mitarbeiter hält die Mahnungen zurück",
            "a person holds the reminders back",
        ),
        HoldReason.PROMISED: (
            "de klant heeft betaling beloofd",
            "le client a promis de payer",
            "der Kunde hat die Zahlung zugesagt",
            "the customer promised to pay",
        ),
        HoldReason.PAYMENT_PLAN: (
            "er loopt een afbetalingsplan",
            "un plan d'apurement est en cours",
            "es läuft eine Ratenzahlung",
            "a payment plan is being kept",
        ),
        HoldReason.EXCLUDED: (
            "deze klant krijgt geen herinneringen",
            "ce client ne reçoit pas de rappels",
            "dieser Kunde erhält keine Mahnungen",
            "this customer is never reminded",
        ),
        HoldReason.HANDED_OVER: (
            "het dossier is uit handen gegeven",
            "le dossier a été transmis au recouvrement",
            "der Fall wurde an das Inkasso abgegeben",
            "the case was handed over",
        ),
        HoldReason.CALLING: (
            "de klant wordt gebeld; de volgende stap wacht op de uitkomst",
            "le client est en cours d'appel ; l'étape suivante attend le résultat",
            "der Kunde wird angerufen; der nächste Schritt wartet auf das Ergebnis",
            "the customer is being called; the next step waits for the outcome",
        ),
        HoldReason.NOT_REGISTERED: (
            "het dossier van een consument gaat alleen naar een geregistreerd incassobureau",
            "le dossier d'un consommateur ne va qu'à un bureau de recouvrement inscrit",
            "der Fall eines Verbrauchers geht nur an ein registriertes Inkassobüro",
            "a consumer's case goes to a registered agency only",
        ),
        HoldReason.NOT_RELEASED: (
            "het dossier wacht op vrijgave door een medewerker",
            "le dossier attend d'être libéré par un collaborateur",
            "der Fall wartet auf die Freigabe durch einen Menschen",
            "the case waits for a person to release it",
        ),
        HoldReason.TOO_SOON: (
            "de vorige herinnering is te recent",
            "le rappel précédent est trop récent",
            "die vorige Erinnerung ist zu frisch",
            "the previous reminder is too recent",
        ),
    }
)


def sentence(reason: CollectReason, detail: str, language: str) -> str:
    """The reason in plain words, with what it is about in brackets; English for a language that there is none for."""
    place = _LANGUAGES.index(language) if language in _LANGUAGES else _LANGUAGES.index("en")
    words = _SENTENCES[reason][place]
    return f"{words} ({detail})" if detail else words
