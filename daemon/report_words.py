"""The words of the report for finance, in the four languages a tenant may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.allocations import AllocationKind, Evidence
from ledger.mandates import CollectionStatus
from ledger.reminders import MessageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWords:
    """Every word of the report in one language. Gaps in braces are filled by the template.

    Plurals are pairs: for one, for any other number. ``delivery_names`` and ``decision_names`` are by the codes of the exports ``reminders`` and ``log``; a code
    without a word is shown as it is.
    """

    language: str
    title: str
    as_of: str
    period: str
    attention: str
    nothing_waits: str
    waits_for_you: tuple[str, str]
    faults_found: tuple[str, str]
    gaps_found: tuple[str, str]
    sources_late: tuple[str, str]
    parked_found: tuple[str, str]
    came_in: str
    entries: tuple[str, str]
    automatic: str
    automatic_note: str
    by_person: str
    waiting: str
    ignored: str
    ignored_note: str
    open: str
    documents: tuple[str, str]
    credit_note: str
    overdue: str
    no_overdue: str
    weeks: str
    weeks_note: str
    forecast: str
    forecast_note: str
    announced: str
    not_announced: str
    matched: str
    how: str
    how_note: str
    nothing_matched: str
    ageing: str
    ageing_note: str
    age_bands: tuple[str, str, str, str, str]
    waiting_title: str
    waiting_note: str
    waiting_more: str
    more: str
    entry: str
    booked_on: str
    payer: str
    unknown_payer: str
    amount: str
    why: str
    suggestions: str
    no_suggestion: str
    sources: str
    source: str
    newest: str
    never: str
    age: tuple[str, str]
    today: str
    state: str
    fresh: str
    late: str
    remarks: str
    gap: str
    fault: str
    debits: str
    no_debits: str
    batch: str
    collect_on: str
    scheme: str
    collections: str
    status: str
    withheld: str
    document: str
    reminders: str
    no_reminders: str
    customer: str
    kind: str
    level: str
    parked: str
    log: str
    log_note: str
    log_empty: str
    number: str
    day: str
    subject: str
    decision: str
    evidence: str
    reason: str
    by: str
    files: str
    foot: str
    evidence_names: Mapping[Evidence, str]
    allocation_names: Mapping[AllocationKind, str]
    message_names: Mapping[MessageKind, str]
    collection_names: Mapping[CollectionStatus, str]
    delivery_names: Mapping[str, str]
    decision_names: Mapping[str, str]


_DUTCH: Final = ReportWords(
    language="nl",
    title="Afletterverslag",
    as_of="Stand op {day}",
    period="Bankverrichtingen van {first} tot en met {last}",
    attention="Dit vraagt uw aandacht",
    nothing_waits="Er wacht niets op u. Alles wat binnenkwam is verwerkt.",
    waits_for_you=("{count} verrichting wacht op uw beslissing", "{count} verrichtingen wachten op uw beslissing"),
    faults_found=(
        "{count} bestand of regel kon niet worden gelezen",
        "{count} bestanden of regels konden niet worden gelezen",
    ),
    gaps_found=("{count} gat in de reeks afschriften", "{count} gaten in de reeks afschriften"),
    sources_late=("{count} bron is niet bij", "{count} bronnen zijn niet bij"),
    parked_found=("{count} verzending staat stil", "{count} verzendingen staan stil"),
    came_in="Ontvangen",
    entries=("{count} verrichting", "{count} verrichtingen"),
    automatic="Automatisch",
    automatic_note="{matched} van {total} verrichtingen van klanten afgeletterd",
    by_person="daarnaast {count} door een medewerker",
    waiting="Wacht op u",
    ignored="Geen vorderingen",
    ignored_note="kosten, lonen, leveranciers",
    open="Openstaand",
    documents=("{count} factuur", "{count} facturen"),
    credit_note="daarnaast {amount} tegoed van klanten",
    overdue="Vervallen",
    no_overdue="niets is vervallen",
    weeks="Ontvangen per week",
    weeks_note="naar wat ermee gebeurde; week begint op maandag",
    forecast="Incasso's van de komende acht weken",
    forecast_note="naar de dag van inning, zoals het er nu voorstaat; week begint op maandag",
    announced="aangekondigd",
    not_announced="nog aan te kondigen",
    matched="Afgeletterd",
    how="Waaraan herkend",
    how_note="verrichtingen en bedrag per soort bewijs, sterkste bovenaan",
    nothing_matched="Er is nog niets afgeletterd.",
    ageing="Ouderdom van openstaande facturen",
    ageing_note="dagen na de vervaldag",
    age_bands=("nog niet vervallen", "1 tot 30 dagen", "31 tot 60 dagen", "61 tot 90 dagen", "meer dan 90 dagen"),
    waiting_title="Wacht op uw beslissing",
    waiting_note="Een voorstel aanvaarden: {accept}. Anders boeken: {book}.",
    waiting_more="En nog {count} andere: afletter review list toont ze alle.",
    more="en nog {count} andere",
    entry="Verrichting",
    booked_on="Boekdatum",
    payer="Tegenpartij",
    unknown_payer="onbekend",
    amount="Bedrag",
    why="Waarom niet automatisch",
    suggestions="Voorstellen",
    no_suggestion="geen voorstel",
    sources="Hoe actueel is dit",
    source="Bron",
    newest="Nieuwste stand",
    never="nog niets ontvangen",
    age=("{count} dag oud", "{count} dagen oud"),
    today="van vandaag",
    state="Toestand",
    fresh="bij",
    late="niet bij",
    remarks="Opmerkingen",
    gap="Gat",
    fault="Fout",
    debits="Domiciliëringen en incasso's van deze ronde",
    no_debits="In deze ronde is geen incassobestand gemaakt.",
    batch="Bestand",
    collect_on="Inning op",
    scheme="Schema",
    collections="Inningen",
    status="Stand",
    withheld="Niet geïnd",
    document="Document",
    reminders="Berichten aan klanten van deze ronde",
    no_reminders="In deze ronde is geen bericht gemaakt.",
    customer="Klant",
    kind="Soort",
    level="Niveau",
    parked="Niet verstuurd: wacht op een mens",
    log="Beslissingen",
    log_note="De laatste {shown} van {total}; het hele logboek staat in {file}",
    log_empty="Er is nog niets beslist.",
    number="Nr.",
    day="Datum",
    subject="Over",
    decision="Beslissing",
    evidence="Bewijs",
    reason="Reden",
    by="Door",
    files="Waar alles staat",
    foot="Gemaakt door afletter uit bankafschriften en facturen; bedragen in {currency}.",
    evidence_names={
        Evidence.STRUCTURED_REFERENCE: "gestructureerd kenmerk",
        Evidence.END_TO_END_ID: "end-to-end-kenmerk",
        Evidence.BATCH_REFERENCE: "kenmerk van het incassobestand",
        Evidence.PAYOUT_REFERENCE: "kenmerk van de uitbetaling",
        Evidence.MANDATE_REFERENCE: "mandaatkenmerk",
        Evidence.DOCUMENT_NUMBER: "factuurnummer",
        Evidence.ORDER_NUMBER: "bestelnummer",
        Evidence.REPAIRED_REFERENCE: "verbeterd kenmerk",
        Evidence.CUSTOMER_NUMBER: "klantnummer",
        Evidence.PAYER_IBAN: "rekening van de klant",
        Evidence.PAYER_NAME: "naam van de klant",
        Evidence.AMOUNT: "bedrag",
        Evidence.BANK_CODE: "code van de bank",
        Evidence.RULE: "regel",
        Evidence.PERSON: "medewerker",
    },
    allocation_names={
        AllocationKind.PAYMENT: "betaling",
        AllocationKind.ON_ACCOUNT: "op rekening",
        AllocationKind.REFUND: "terugbetaling",
        AllocationKind.REVERSAL: "storno",
        AllocationKind.DEBIT_BATCH: "incassobestand",
        AllocationKind.PAYOUT: "uitbetaling",
        AllocationKind.FEE: "kosten",
        AllocationKind.DISCOUNT: "korting voor contant",
        AllocationKind.WRITE_OFF: "afgeboekt verschil",
        AllocationKind.CREDIT_NOTE: "creditnota",
        AllocationKind.CREDIT_USED: "tegoed gebruikt",
        AllocationKind.EXCHANGE: "koersverschil",
    },
    message_names={
        MessageKind.NUDGE: "vriendelijke wenk",
        MessageKind.REMINDER: "herinnering",
        MessageKind.NOTICE_OF_DEFAULT: "ingebrekestelling",
        MessageKind.PHONE: "telefoon",
        MessageKind.HAND_OVER: "overdracht",
        MessageKind.INVOICE: "factuur",
        MessageKind.PAID_CONFIRMATION: "bevestiging van betaling",
        MessageKind.PRE_NOTIFICATION: "aankondiging van inning",
        MessageKind.MANDATE_INVITATION: "uitnodiging voor een mandaat",
    },
    collection_names={
        CollectionStatus.PLANNED: "gepland",
        CollectionStatus.NOTIFIED: "aangekondigd",
        CollectionStatus.WITHHELD: "tegengehouden",
        CollectionStatus.SENT: "verstuurd",
        CollectionStatus.ACKNOWLEDGED: "bevestigd",
        CollectionStatus.COLLECTED: "geïnd",
        CollectionStatus.REJECTED: "geweigerd",
        CollectionStatus.RETURNED: "teruggekeerd",
        CollectionStatus.REFUNDED: "teruggevorderd",
        CollectionStatus.CANCELLED: "geannuleerd",
    },
    delivery_names={
        "queued": "in de wacht",
        "sent": "verstuurd",
        "held": "tegengehouden",
        "parked": "staat stil",
        "bounced": "teruggekomen",
        "cancelled": "ingetrokken",
    },
    decision_names={
        "matched": "afgeletterd",
        "review": "wacht",
        "ignored": "geen vordering",
        "netted": "verrekend",
        "accepted": "voorstel aanvaard",
        "booked_by_person": "zelf geboekt",
        "ignored_by_person": "geen vordering",
        "undone": "teruggenomen",
        "debit_notified": "inning aangekondigd",
        "debit_cancelled": "inning vervalt",
        "debit_batch_made": "incassobestand",
        "reminder": "herinnering",
    },
)

_FRENCH: Final = ReportWords(
    language="fr",
    title="Rapport de lettrage",
    as_of="Situation au {day}",
    period="Opérations bancaires du {first} au {last}",
    attention="À votre attention",
    nothing_waits="Rien ne vous attend. Tout ce qui est arrivé est traité.",
    waits_for_you=("{count} opération attend votre décision", "{count} opérations attendent votre décision"),
    faults_found=("{count} fichier ou ligne n'a pas pu être lu", "{count} fichiers ou lignes n'ont pas pu être lus"),
    gaps_found=("{count} lacune dans la suite des extraits", "{count} lacunes dans la suite des extraits"),
    sources_late=("{count} source n'est pas à jour", "{count} sources ne sont pas à jour"),
    parked_found=("{count} envoi est à l'arrêt", "{count} envois sont à l'arrêt"),
    came_in="Reçu",
    entries=("{count} opération", "{count} opérations"),
    automatic="Automatique",
    automatic_note="{matched} des {total} opérations de clients lettrées",
    by_person="en outre {count} par un collaborateur",
    waiting="À décider",
    ignored="Hors créances",
    ignored_note="frais, salaires, fournisseurs",
    open="Ouvert",
    documents=("{count} facture", "{count} factures"),
    credit_note="en outre {amount} au crédit de clients",
    overdue="Échu",
    no_overdue="rien n'est échu",
    weeks="Reçu par semaine",
    weeks_note="selon la suite donnée ; la semaine commence le lundi",
    forecast="Prélèvements des huit prochaines semaines",
    forecast_note="selon le jour du prélèvement, en l'état actuel ; la semaine commence le lundi",
    announced="annoncés",
    not_announced="encore à annoncer",
    matched="Lettré",
    how="Reconnu grâce à",
    how_note="opérations et montant par type de preuve, la plus forte en haut",
    nothing_matched="Rien n'est encore lettré.",
    ageing="Ancienneté des factures ouvertes",
    ageing_note="jours après l'échéance",
    age_bands=("non échu", "1 à 30 jours", "31 à 60 jours", "61 à 90 jours", "plus de 90 jours"),
    waiting_title="Attend votre décision",
    waiting_note="Accepter une proposition : {accept}. Imputer autrement : {book}.",
    waiting_more="Et {count} autres : afletter review list les montre toutes.",
    more="et {count} autres",
    entry="Opération",
    booked_on="Date comptable",
    payer="Contrepartie",
    unknown_payer="inconnu",
    amount="Montant",
    why="Pourquoi pas automatiquement",
    suggestions="Propositions",
    no_suggestion="aucune proposition",
    sources="Actualité des données",
    source="Source",
    newest="Dernier état",
    never="encore rien reçu",
    age=("il y a {count} jour", "il y a {count} jours"),
    today="d'aujourd'hui",
    state="État",
    fresh="à jour",
    late="en retard",
    remarks="Remarques",
    gap="Lacune",
    fault="Erreur",
    debits="Domiciliations de ce cycle",
    no_debits="Aucun fichier de domiciliation dans ce cycle.",
    batch="Fichier",
    collect_on="Encaissement le",
    scheme="Schéma",
    collections="Encaissements",
    status="Statut",
    withheld="Non encaissé",
    document="Document",
    reminders="Messages aux clients de ce cycle",
    no_reminders="Aucun message dans ce cycle.",
    customer="Client",
    kind="Type",
    level="Niveau",
    parked="Non envoyé : attend une personne",
    log="Décisions",
    log_note="Les {shown} dernières sur {total} ; le journal complet se trouve dans {file}",
    log_empty="Rien n'a encore été décidé.",
    number="N°",
    day="Date",
    subject="Objet",
    decision="Décision",
    evidence="Preuve",
    reason="Raison",
    by="Par",
    files="Où tout se trouve",
    foot="Établi par afletter à partir des extraits bancaires et des factures ; montants en {currency}.",
    evidence_names={
        Evidence.STRUCTURED_REFERENCE: "communication structurée",
        Evidence.END_TO_END_ID: "référence de bout en bout",
        Evidence.BATCH_REFERENCE: "référence du fichier de prélèvements",
        Evidence.PAYOUT_REFERENCE: "référence du versement",
        Evidence.MANDATE_REFERENCE: "référence du mandat",
        Evidence.DOCUMENT_NUMBER: "numéro de facture",
        Evidence.ORDER_NUMBER: "numéro de commande",
        Evidence.REPAIRED_REFERENCE: "référence corrigée",
        Evidence.CUSTOMER_NUMBER: "numéro de client",
        Evidence.PAYER_IBAN: "compte du client",
        Evidence.PAYER_NAME: "nom du client",
        Evidence.AMOUNT: "montant",
        Evidence.BANK_CODE: "code de la banque",
        Evidence.RULE: "règle",
        Evidence.PERSON: "collaborateur",
    },
    allocation_names={
        AllocationKind.PAYMENT: "paiement",
        AllocationKind.ON_ACCOUNT: "en compte",
        AllocationKind.REFUND: "remboursement",
        AllocationKind.REVERSAL: "contre-passation",
        AllocationKind.DEBIT_BATCH: "fichier de domiciliation",
        AllocationKind.PAYOUT: "versement",
        AllocationKind.FEE: "frais",
        AllocationKind.DISCOUNT: "escompte",
        AllocationKind.WRITE_OFF: "écart passé en perte",
        AllocationKind.CREDIT_NOTE: "note de crédit",
        AllocationKind.CREDIT_USED: "crédit utilisé",
        AllocationKind.EXCHANGE: "différence de change",
    },
    message_names={
        MessageKind.NUDGE: "petit mot",
        MessageKind.REMINDER: "rappel",
        MessageKind.NOTICE_OF_DEFAULT: "mise en demeure",
        MessageKind.PHONE: "téléphone",
        MessageKind.HAND_OVER: "transmission",
        MessageKind.INVOICE: "facture",
        MessageKind.PAID_CONFIRMATION: "confirmation de paiement",
        MessageKind.PRE_NOTIFICATION: "annonce d'encaissement",
        MessageKind.MANDATE_INVITATION: "invitation à signer un mandat",
    },
    collection_names={
        CollectionStatus.PLANNED: "prévu",
        CollectionStatus.NOTIFIED: "annoncé",
        CollectionStatus.WITHHELD: "retenu",
        CollectionStatus.SENT: "envoyé",
        CollectionStatus.ACKNOWLEDGED: "confirmé",
        CollectionStatus.COLLECTED: "encaissé",
        CollectionStatus.REJECTED: "rejeté",
        CollectionStatus.RETURNED: "retourné",
        CollectionStatus.REFUNDED: "remboursé",
        CollectionStatus.CANCELLED: "annulé",
    },
    delivery_names={
        "queued": "en file d'attente",
        "sent": "envoyé",
        "held": "retenu",
        "parked": "à l'arrêt",
        "bounced": "revenu",
        "cancelled": "annulé",
    },
    decision_names={
        "matched": "lettré",
        "review": "en attente",
        "ignored": "hors créances",
        "netted": "compensé",
        "accepted": "proposition acceptée",
        "booked_by_person": "imputé à la main",
        "ignored_by_person": "hors créances",
        "undone": "annulé",
        "debit_notified": "encaissement annoncé",
        "debit_cancelled": "encaissement annulé",
        "debit_batch_made": "fichier de domiciliation",
        "reminder": "rappel",
    },
)

_GERMAN: Final = ReportWords(
    language="de",
    title="Abstimmungsbericht",
    as_of="Stand {day}",
    period="Bankumsätze vom {first} bis {last}",
    attention="Das braucht Ihre Aufmerksamkeit",
    nothing_waits="Nichts wartet auf Sie. Alles Eingegangene ist verarbeitet.",
    waits_for_you=("{count} Umsatz wartet auf Ihre Entscheidung", "{count} Umsätze warten auf Ihre Entscheidung"),
    faults_found=("{count} Datei oder Zeile war nicht lesbar", "{count} Dateien oder Zeilen waren nicht lesbar"),
    gaps_found=("{count} Lücke in der Folge der Auszüge", "{count} Lücken in der Folge der Auszüge"),
    sources_late=("{count} Quelle ist nicht aktuell", "{count} Quellen sind nicht aktuell"),
    parked_found=("{count} Versand steht still", "{count} Sendungen stehen still"),
    came_in="Eingegangen",
    entries=("{count} Umsatz", "{count} Umsätze"),
    automatic="Automatisch",
    automatic_note="{matched} von {total} Kundenumsätzen zugeordnet",
    by_person="daneben {count} durch eine Person",
    waiting="Wartet auf Sie",
    ignored="Keine Forderungen",
    ignored_note="Gebühren, Löhne, Lieferanten",
    open="Offen",
    documents=("{count} Rechnung", "{count} Rechnungen"),
    credit_note="daneben {amount} Guthaben von Kunden",
    overdue="Überfällig",
    no_overdue="nichts ist überfällig",
    weeks="Eingänge je Woche",
    weeks_note="nach dem, was daraus wurde; die Woche beginnt am Montag",
    forecast="Lastschriften der nächsten acht Wochen",
    forecast_note="nach dem Tag des Einzugs, nach heutigem Stand; die Woche beginnt am Montag",
    announced="angekündigt",
    not_announced="noch anzukündigen",
    matched="Zugeordnet",
    how="Woran erkannt",
    how_note="Umsätze und Betrag je Merkmal, das stärkste oben",
    nothing_matched="Noch ist nichts zugeordnet.",
    ageing="Alter der offenen Rechnungen",
    ageing_note="Tage nach Fälligkeit",
    age_bands=("noch nicht fällig", "1 bis 30 Tage", "31 bis 60 Tage", "61 bis 90 Tage", "mehr als 90 Tage"),
    waiting_title="Wartet auf Ihre Entscheidung",
    waiting_note="Einen Vorschlag annehmen: {accept}. Anders buchen: {book}.",
    waiting_more="Und {count} weitere: afletter review list zeigt sie alle.",
    more="und {count} weitere",
    entry="Umsatz",
    booked_on="Buchungstag",
    payer="Gegenseite",
    unknown_payer="unbekannt",
    amount="Betrag",
    why="Warum nicht automatisch",
    suggestions="Vorschläge",
    no_suggestion="kein Vorschlag",
    sources="Wie aktuell ist das",
    source="Quelle",
    newest="Neuester Stand",
    never="noch nichts erhalten",
    age=("{count} Tag alt", "{count} Tage alt"),
    today="von heute",
    state="Zustand",
    fresh="aktuell",
    late="nicht aktuell",
    remarks="Bemerkungen",
    gap="Lücke",
    fault="Fehler",
    debits="Lastschriften dieses Laufs",
    no_debits="In diesem Lauf entstand keine Lastschriftdatei.",
    batch="Datei",
    collect_on="Einzug am",
    scheme="Verfahren",
    collections="Einzüge",
    status="Stand",
    withheld="Nicht eingezogen",
    document="Beleg",
    reminders="Schreiben an Kunden aus diesem Lauf",
    no_reminders="In diesem Lauf entstand kein Schreiben.",
    customer="Kunde",
    kind="Art",
    level="Stufe",
    parked="Nicht versandt: wartet auf eine Person",
    log="Entscheidungen",
    log_note="Die letzten {shown} von {total}; das ganze Protokoll steht in {file}",
    log_empty="Noch ist nichts entschieden.",
    number="Nr.",
    day="Datum",
    subject="Zu",
    decision="Entscheidung",
    evidence="Merkmal",
    reason="Grund",
    by="Durch",
    files="Wo alles liegt",
    foot="Erstellt von afletter aus Kontoauszügen und Rechnungen; Beträge in {currency}.",
    evidence_names={
        Evidence.STRUCTURED_REFERENCE: "strukturierte Referenz",
        Evidence.END_TO_END_ID: "Ende-zu-Ende-Referenz",
        Evidence.BATCH_REFERENCE: "Referenz der Lastschriftdatei",
        Evidence.PAYOUT_REFERENCE: "Referenz der Auszahlung",
        Evidence.MANDATE_REFERENCE: "Mandatsreferenz",
        Evidence.DOCUMENT_NUMBER: "Rechnungsnummer",
        Evidence.ORDER_NUMBER: "Bestellnummer",
        Evidence.REPAIRED_REFERENCE: "berichtigte Referenz",
        Evidence.CUSTOMER_NUMBER: "Kundennummer",
        Evidence.PAYER_IBAN: "Konto des Kunden",
        Evidence.PAYER_NAME: "Name des Kunden",
        Evidence.AMOUNT: "Betrag",
        Evidence.BANK_CODE: "Kennung der Bank",
        Evidence.RULE: "Regel",
        Evidence.PERSON: "Person",
    },
    allocation_names={
        AllocationKind.PAYMENT: "Zahlung",
        AllocationKind.ON_ACCOUNT: "Akonto",
        AllocationKind.REFUND: "Erstattung",
        AllocationKind.REVERSAL: "Rückbuchung",
        AllocationKind.DEBIT_BATCH: "Lastschriftsammler",
        AllocationKind.PAYOUT: "Auszahlung",
        AllocationKind.FEE: "Gebühr",
        AllocationKind.DISCOUNT: "Skonto",
        AllocationKind.WRITE_OFF: "ausgebuchte Differenz",
        AllocationKind.CREDIT_NOTE: "Gutschrift",
        AllocationKind.CREDIT_USED: "Guthaben verwendet",
        AllocationKind.EXCHANGE: "Kursdifferenz",
    },
    message_names={
        MessageKind.NUDGE: "freundlicher Hinweis",
        MessageKind.REMINDER: "Mahnung",
        MessageKind.NOTICE_OF_DEFAULT: "letzte Mahnung",
        MessageKind.PHONE: "Anruf",
        MessageKind.HAND_OVER: "Abgabe",
        MessageKind.INVOICE: "Rechnung",
        MessageKind.PAID_CONFIRMATION: "Zahlungsbestätigung",
        MessageKind.PRE_NOTIFICATION: "Vorabankündigung",
        MessageKind.MANDATE_INVITATION: "Einladung zu einem Mandat",
    },
    collection_names={
        CollectionStatus.PLANNED: "geplant",
        CollectionStatus.NOTIFIED: "angekündigt",
        CollectionStatus.WITHHELD: "zurückgehalten",
        CollectionStatus.SENT: "versandt",
        CollectionStatus.ACKNOWLEDGED: "bestätigt",
        CollectionStatus.COLLECTED: "eingezogen",
        CollectionStatus.REJECTED: "abgewiesen",
        CollectionStatus.RETURNED: "zurückgegeben",
        CollectionStatus.REFUNDED: "erstattet",
        CollectionStatus.CANCELLED: "storniert",
    },
    delivery_names={
        "queued": "in der Warteschlange",
        "sent": "versandt",
        "held": "zurückgehalten",
        "parked": "steht still",
        "bounced": "zurückgekommen",
        "cancelled": "zurückgezogen",
    },
    decision_names={
        "matched": "zugeordnet",
        "review": "wartet",
        "ignored": "keine Forderung",
        "netted": "verrechnet",
        "accepted": "Vorschlag angenommen",
        "booked_by_person": "selbst gebucht",
        "ignored_by_person": "keine Forderung",
        "undone": "zurückgenommen",
        "debit_notified": "Einzug angekündigt",
        "debit_cancelled": "Einzug entfällt",
        "debit_batch_made": "Lastschriftdatei",
        "reminder": "Mahnung",
    },
)

_ENGLISH: Final = ReportWords(
    language="en",
    title="Reconciliation report",
    as_of="As of {day}",
    period="Bank entries from {first} to {last}",
    attention="This needs your attention",
    nothing_waits="Nothing waits for you. Everything that came in is dealt with.",
    waits_for_you=("{count} entry waits for your decision", "{count} entries wait for your decision"),
    faults_found=("{count} file or row could not be read", "{count} files or rows could not be read"),
    gaps_found=("{count} gap in the run of statements", "{count} gaps in the run of statements"),
    sources_late=("{count} source is behind", "{count} sources are behind"),
    parked_found=("{count} delivery is held up", "{count} deliveries are held up"),
    came_in="Came in",
    entries=("{count} entry", "{count} entries"),
    automatic="Automatic",
    automatic_note="{matched} of {total} customers' entries matched",
    by_person="and {count} by a person",
    waiting="Waits for you",
    ignored="Not receivables",
    ignored_note="fees, salaries, suppliers",
    open="Open",
    documents=("{count} invoice", "{count} invoices"),
    credit_note="beside {amount} of customers' credit",
    overdue="Overdue",
    no_overdue="nothing is overdue",
    weeks="Came in per week",
    weeks_note="by what became of it; weeks begin on Monday",
    forecast="Direct debits of the next eight weeks",
    forecast_note="by the day of collection, as things stand; weeks begin on Monday",
    announced="announced",
    not_announced="still to be announced",
    matched="Matched",
    how="Recognised by",
    how_note="entries and amount for each kind of evidence, strongest first",
    nothing_matched="Nothing is matched yet.",
    ageing="Age of open invoices",
    ageing_note="days after the due date",
    age_bands=("not due yet", "1 to 30 days", "31 to 60 days", "61 to 90 days", "more than 90 days"),
    waiting_title="Waits for your decision",
    waiting_note="To accept a suggestion: {accept}. To book otherwise: {book}.",
    waiting_more="And {count} more: afletter review list shows them all.",
    more="and {count} more",
    entry="Entry",
    booked_on="Booked on",
    payer="Other side",
    unknown_payer="unknown",
    amount="Amount",
    why="Why not automatically",
    suggestions="Suggestions",
    no_suggestion="no suggestion",
    sources="How fresh is this",
    source="Source",
    newest="Newest",
    never="nothing yet",
    age=("{count} day old", "{count} days old"),
    today="today's",
    state="State",
    fresh="up to date",
    late="behind",
    remarks="Remarks",
    gap="Gap",
    fault="Fault",
    debits="Direct debits of this cycle",
    no_debits="No direct-debit file was made in this cycle.",
    batch="File",
    collect_on="Collected on",
    scheme="Scheme",
    collections="Collections",
    status="Status",
    withheld="Withheld",
    document="Document",
    reminders="Messages to customers in this cycle",
    no_reminders="No message was made in this cycle.",
    customer="Customer",
    kind="Kind",
    level="Level",
    parked="Not sent: waits for a person",
    log="Decisions",
    log_note="The last {shown} of {total}; the whole log is in {file}",
    log_empty="Nothing has been decided yet.",
    number="No.",
    day="Date",
    subject="About",
    decision="Decision",
    evidence="Evidence",
    reason="Reason",
    by="By",
    files="Where everything is",
    foot="Made by afletter from bank statements and invoices; amounts in {currency}.",
    evidence_names={
        Evidence.STRUCTURED_REFERENCE: "structured reference",
        Evidence.END_TO_END_ID: "end-to-end id",
        Evidence.BATCH_REFERENCE: "debit file",
        Evidence.PAYOUT_REFERENCE: "payout",
        Evidence.MANDATE_REFERENCE: "mandate reference",
        Evidence.DOCUMENT_NUMBER: "invoice number",
        Evidence.ORDER_NUMBER: "order number",
        Evidence.REPAIRED_REFERENCE: "repaired reference",
        Evidence.CUSTOMER_NUMBER: "customer number",
        Evidence.PAYER_IBAN: "customer's account",
        Evidence.PAYER_NAME: "customer's name",
        Evidence.AMOUNT: "amount",
        Evidence.BANK_CODE: "bank's code",
        Evidence.RULE: "rule",
        Evidence.PERSON: "person",
    },
    allocation_names={
        AllocationKind.PAYMENT: "payment",
        AllocationKind.ON_ACCOUNT: "on account",
        AllocationKind.REFUND: "refund",
        AllocationKind.REVERSAL: "reversal",
        AllocationKind.DEBIT_BATCH: "debit batch",
        AllocationKind.PAYOUT: "payout",
        AllocationKind.FEE: "fee",
        AllocationKind.DISCOUNT: "discount",
        AllocationKind.WRITE_OFF: "written off",
        AllocationKind.CREDIT_NOTE: "credit note",
        AllocationKind.CREDIT_USED: "credit used",
        AllocationKind.EXCHANGE: "exchange difference",
    },
    message_names={
        MessageKind.NUDGE: "nudge",
        MessageKind.REMINDER: "reminder",
        MessageKind.NOTICE_OF_DEFAULT: "notice of default",
        MessageKind.PHONE: "phone call",
        MessageKind.HAND_OVER: "hand-over",
        MessageKind.INVOICE: "invoice",
        MessageKind.PAID_CONFIRMATION: "confirmation of payment",
        MessageKind.PRE_NOTIFICATION: "pre-notification",
        MessageKind.MANDATE_INVITATION: "invitation to sign a mandate",
    },
    collection_names={
        CollectionStatus.PLANNED: "planned",
        CollectionStatus.NOTIFIED: "notified",
        CollectionStatus.WITHHELD: "withheld",
        CollectionStatus.SENT: "sent",
        CollectionStatus.ACKNOWLEDGED: "acknowledged",
        CollectionStatus.COLLECTED: "collected",
        CollectionStatus.REJECTED: "rejected",
        CollectionStatus.RETURNED: "returned",
        CollectionStatus.REFUNDED: "refunded",
        CollectionStatus.CANCELLED: "cancelled",
    },
    delivery_names={
        "queued": "queued",
        "sent": "sent",
        "held": "held",
        "parked": "parked",
        "bounced": "bounced",
        "cancelled": "cancelled",
    },
    decision_names={
        "matched": "matched",
        "review": "waits",
        "ignored": "not a receivable",
        "netted": "netted",
        "accepted": "suggestion accepted",
        "booked_by_person": "booked by hand",
        "ignored_by_person": "not a receivable",
        "undone": "taken back",
        "debit_notified": "debit announced",
        "debit_cancelled": "debit cancelled",
        "debit_batch_made": "debit file",
        "reminder": "reminder",
    },
)

_WORDS: Final[Mapping[str, ReportWords]] = {words.language: words for words in (_DUTCH, _FRENCH, _GERMAN, _ENGLISH)}


def words_of(language: str) -> ReportWords:
    """The words of a language (ISO 639-1); English for any that the report does not speak."""
    return _WORDS.get(language, _ENGLISH)
