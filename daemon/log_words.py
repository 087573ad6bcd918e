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
    "debit_batch_to_provider": {
        "nl": "{count} incasso's van batch {batch}, samen {amount}, gaan één voor één naar de betaalprovider voor {day}.",
        "fr": "{count} prélèvements du lot {batch}, au total {amount}, partent un à un chez le prestataire de paiement pour le {day}.",
        "de": "{count} Lastschriften des Sammlers {batch}, zusammen {amount}, gehen einzeln für den {day} an den Zahlungsdienst.",
        "en": "{count} direct debits of batch {batch}, {amount} in all, go one by one to the payment provider for {day}.",
    },
    "debit_gives_way": {
        "nl": "Incasso {collection} gaat niet door: een eerdere poging is volgens de betaalprovider toch betaald.",
        "fr": "Le prélèvement {collection} n'aura pas lieu : selon le prestataire de paiement, une tentative précédente a finalement été payée.",
        "de": "Die Lastschrift {collection} findet nicht statt: Laut Zahlungsdienst wurde ein früherer Versuch doch bezahlt.",
        "en": "Direct debit {collection} will not take place: the payment provider says that an earlier attempt was paid after all.",
    },
    "debit_retry_once": {
        "nl": "Incasso {collection} bij klant {customer} mislukte ({code}); {documents} wordt nog eens aangeboden, na een nieuwe aankondiging.",
        "fr": "Le prélèvement {collection} chez le client {customer} a échoué ({code}) ; {documents} sera présenté encore une fois, après un nouveau préavis.",
        "de": "Die Lastschrift {collection} bei Kunde {customer} schlug fehl ({code}); {documents} wird nach neuer Ankündigung noch einmal eingezogen.",
        "en": "Direct debit {collection} from customer {customer} failed ({code}); {documents} is presented once more, after a new notice.",
    },
    "debit_fix_ours": {
        "nl": "Incasso {collection} voor {documents} is geweigerd ({code}): herstel onze gegevens en geef ze daarna weer vrij.",
        "fr": "Le prélèvement {collection} pour {documents} est refusé ({code}) : corrigez nos données, puis libérez-le à nouveau.",
        "de": "Die Lastschrift {collection} für {documents} wurde abgewiesen ({code}): unsere Daten berichtigen und dann wieder freigeben.",
        "en": "Direct debit {collection} for {documents} was refused ({code}): mend our data, then release it again.",
    },
    "debit_ask_account": {
        "nl": "De rekening van mandaat {mandate} kan niet worden gebruikt ({code}): vraag klant {customer} om een andere; {documents} staat weer open.",
        "fr": "Le compte du mandat {mandate} n'est pas utilisable ({code}) : demandez-en un autre au client {customer} ; {documents} est à nouveau ouvert.",
        "de": "Das Konto des Mandats {mandate} ist nicht nutzbar ({code}): Kunde {customer} nach einem anderen fragen; {documents} ist wieder offen.",
        "en": "The account of mandate {mandate} cannot be used ({code}): ask customer {customer} for another; {documents} is open again.",
    },
    "debit_stop_mandate": {
        "nl": "Mandaat {mandate} van klant {customer} wordt niet meer gebruikt ({code}); {documents} staat weer open en wordt gemaand.",
        "fr": "Le mandat {mandate} du client {customer} n'est plus utilisé ({code}) ; {documents} est à nouveau ouvert et fera l'objet de rappels.",
        "de": "Mandat {mandate} von Kunde {customer} wird nicht mehr genutzt ({code}); {documents} ist wieder offen und wird gemahnt.",
        "en": "Mandate {mandate} of customer {customer} is no longer used ({code}); {documents} is open again and reminded of.",
    },
    "debit_dispute": {
        "nl": "Klant {customer} wil {documents} niet betalen per incasso ({code}): een mens kijkt ernaar voor er weer iets wordt gevraagd.",
        "fr": "Le client {customer} ne veut pas payer {documents} par prélèvement ({code}) : une personne l'examine avant toute nouvelle demande.",
        "de": "Kunde {customer} will {documents} nicht per Lastschrift zahlen ({code}): ein Mensch sieht es sich an, bevor wieder gefordert wird.",
        "en": "Customer {customer} does not want {documents} collected ({code}): a person looks at it before anything is asked for again.",
    },
    "debit_block_all": {
        "nl": "Bij klant {customer} wordt niets meer geïnd of gemaand ({code}) tot een mens beslist: {documents}.",
        "fr": "Plus rien n'est prélevé ni réclamé au client {customer} ({code}) avant la décision d'une personne : {documents}.",
        "de": "Bei Kunde {customer} wird nichts mehr eingezogen oder gemahnt ({code}), bis ein Mensch entscheidet: {documents}.",
        "en": "Nothing is collected from or asked of customer {customer} any more ({code}) until a person decides: {documents}.",
    },
    "debit_none": {
        "nl": "Incasso {collection} voor {documents} kwam terug zoals verwacht ({code}).",
        "fr": "Le prélèvement {collection} pour {documents} est revenu comme prévu ({code}).",
        "de": "Die Lastschrift {collection} für {documents} kam wie erwartet zurück ({code}).",
        "en": "Direct debit {collection} for {documents} came back as expected ({code}).",
    },
    "debit_batch_refused": {
        "nl": "Incassobestand {batch} met {count} incasso's wordt niet gemaakt, de bank zou het weigeren: {why}.",
        "fr": "Le fichier {batch} de {count} prélèvements n'est pas établi, la banque le refuserait : {why}.",
        "de": "Die Lastschriftdatei {batch} mit {count} Lastschriften wird nicht erstellt, die Bank würde sie ablehnen: {why}.",
        "en": "Direct-debit file {batch} with {count} collections is not made, the bank would refuse it: {why}.",
    },
    "mandate_invitation": {
        "nl": "Klant {customer} is uitgenodigd om mandaat {mandate} te ondertekenen.",
        "fr": "Le client {customer} est invité à signer le mandat {mandate}.",
        "de": "Kunde {customer} ist eingeladen, Mandat {mandate} zu unterschreiben.",
        "en": "Customer {customer} is invited to sign mandate {mandate}.",
    },
    "debit_arrived": {
        "nl": "Volgens {person} heeft de bank bestand {name}: het geldt als aangeboden.",
        "fr": "Selon {person}, la banque a le fichier {name} : il est considéré comme remis.",
        "de": "Laut {person} hat die Bank die Datei {name}: sie gilt als eingereicht.",
        "en": "According to {person} the bank has file {name}: it counts as handed over.",
    },
    "debit_resend": {
        "nl": "Volgens {person} heeft de bank bestand {name} niet: het wordt opnieuw aangeboden.",
        "fr": "Selon {person}, la banque n'a pas le fichier {name} : il est remis à nouveau.",
        "de": "Laut {person} hat die Bank die Datei {name} nicht: sie wird erneut eingereicht.",
        "en": "According to {person} the bank does not have file {name}: it is handed over again.",
    },
    "debit_release": {
        "nl": "{person} heeft {name} vrijgegeven.",
        "fr": "{person} a libéré {name}.",
        "de": "{person} hat {name} freigegeben.",
        "en": "{person} released {name}.",
    },
    "debit_withhold": {
        "nl": "{person} houdt {name} tegen.",
        "fr": "{person} retient {name}.",
        "de": "{person} hält {name} zurück.",
        "en": "{person} withholds {name}.",
    },
    "debit_cancel": {
        "nl": "{person} wil {name} niet per incasso innen.",
        "fr": "{person} ne veut pas prélever {name}.",
        "de": "{person} will {name} nicht einziehen.",
        "en": "{person} does not want {name} collected.",
    },
    "effect_retried": {
        "nl": "{person} laat {subject} opnieuw naar {sink} versturen.",
        "fr": "{person} fait renvoyer {subject} vers {sink}.",
        "de": "{person} lässt {subject} noch einmal an {sink} senden.",
        "en": "{person} has {subject} sent to {sink} again.",
    },
    "effect_dropped": {
        "nl": "{person} laat {subject} niet meer naar {sink} versturen.",
        "fr": "{person} renonce à envoyer {subject} vers {sink}.",
        "de": "{person} lässt {subject} nicht mehr an {sink} senden.",
        "en": "{person} gave up sending {subject} to {sink}.",
    },
    "effect_confirmed": {
        "nl": "Volgens {person} is {subject} bij {sink} aangekomen.",
        "fr": "Selon {person}, {subject} est bien arrivé à {sink}.",
        "de": "Nach Angabe von {person} ist {subject} bei {sink} angekommen.",
        "en": "According to {person}, {subject} has arrived at {sink}.",
    },
    "reminder": {
        "nl": "Klant {customer} krijgt herinnering {level} voor {amount}: {documents}.",
        "fr": "Le client {customer} reçoit le rappel {level} pour {amount} : {documents}.",
        "de": "Kunde {customer} erhält Mahnung {level} über {amount}: {documents}.",
        "en": "Customer {customer} is sent reminder {level} for {amount}: {documents}.",
    },
    "nudge": {
        "nl": "Klant {customer} krijgt een vriendelijke wenk over {amount}: {documents}.",
        "fr": "Le client {customer} reçoit un petit rappel amical pour {amount} : {documents}.",
        "de": "Kunde {customer} erhält einen freundlichen Hinweis über {amount}: {documents}.",
        "en": "Customer {customer} is nudged about {amount}: {documents}.",
    },
    "invoice": {
        "nl": "Factuur {documents} van {amount} gaat naar klant {customer}.",
        "fr": "La facture {documents} de {amount} part chez le client {customer}.",
        "de": "Rechnung {documents} über {amount} geht an Kunde {customer}.",
        "en": "Invoice {documents} of {amount} goes to customer {customer}.",
    },
    "paid_confirmation": {
        "nl": "Klant {customer} krijgt bericht dat {amount} ontvangen is: {documents}.",
        "fr": "Le client {customer} est informé de la réception de {amount} : {documents}.",
        "de": "Kunde {customer} erhält die Nachricht, dass {amount} eingegangen ist: {documents}.",
        "en": "Customer {customer} is told that {amount} came in: {documents}.",
    },
    "notice_of_default": {
        "nl": "Klant {customer} krijgt een ingebrekestelling (stap {level}) voor {amount}: {documents}.",
        "fr": "Le client {customer} reçoit une mise en demeure (étape {level}) pour {amount} : {documents}.",
        "de": "Kunde {customer} erhält die letzte Mahnung (Stufe {level}) über {amount}: {documents}.",
        "en": "Customer {customer} is sent a notice of default (step {level}) for {amount}: {documents}.",
    },
    "phone": {
        "nl": "Klant {customer} wordt opgebeld (stap {level}) over {amount}: {documents}.",
        "fr": "Le client {customer} est appelé (étape {level}) pour {amount} : {documents}.",
        "de": "Kunde {customer} wird angerufen (Stufe {level}) wegen {amount}: {documents}.",
        "en": "Customer {customer} is called (step {level}) about {amount}: {documents}.",
    },
    "hand_over": {
        "nl": "Het dossier van klant {customer} wordt uit handen gegeven (stap {level}): {amount}, {documents}.",
        "fr": "Le dossier du client {customer} est transmis au recouvrement (étape {level}) : {amount}, {documents}.",
        "de": "Der Fall von Kunde {customer} wird an das Inkasso abgegeben (Stufe {level}): {amount}, {documents}.",
        "en": "The case of customer {customer} is handed over (step {level}): {amount}, {documents}.",
    },
    "reminder_hold": {
        "nl": "{person} houdt de herinneringen voor {name} tegen{until}.{why}",
        "fr": "{person} retient les rappels pour {name}{until}.{why}",
        "de": "{person} hält die Mahnungen für {name} zurück{until}.{why}",
        "en": "{person} holds the reminders of {name} back{until}.{why}",
    },
    "reminder_resume": {
        "nl": "{person} geeft de herinneringen voor {name} weer vrij.{why}",
        "fr": "{person} reprend les rappels pour {name}.{why}",
        "de": "{person} gibt die Mahnungen für {name} wieder frei.{why}",
        "en": "{person} lets the reminders of {name} go on.{why}",
    },
    "reminder_dispute": {
        "nl": "{person} noteert dat {name} betwist wordt{until}.{why}",
        "fr": "{person} note que {name} est contesté{until}.{why}",
        "de": "{person} vermerkt, dass {name} bestritten wird{until}.{why}",
        "en": "{person} notes that {name} is disputed{until}.{why}",
    },
    "reminder_promise": {
        "nl": "{person} noteert een belofte voor {name}{until}.{why}",
        "fr": "{person} note une promesse pour {name}{until}.{why}",
        "de": "{person} vermerkt eine Zusage für {name}{until}.{why}",
        "en": "{person} notes a promise for {name}{until}.{why}",
    },
    "reminder_plan": {
        "nl": "{person} noteert een afbetalingsplan voor {name}{until}.{why}",
        "fr": "{person} note un plan d'apurement pour {name}{until}.{why}",
        "de": "{person} vermerkt eine Ratenzahlung für {name}{until}.{why}",
        "en": "{person} notes a payment plan for {name}{until}.{why}",
    },
    "paid_in_books": {
        "nl": "in de boekhouding ({sink}) staat er {amount} op geboekt die wij niet kennen",
        "fr": "en comptabilité ({sink}), {amount} que nous ne connaissons pas y est comptabilisé",
        "de": "in der Buchhaltung ({sink}) sind darauf {amount} gebucht, die wir nicht kennen",
        "en": "in the accounting software ({sink}) {amount} is booked on it that we do not know of",
    },
    "sources_disagree": {
        "nl": "{one} en {other} zeggen iets anders ({field}); zie `afletter status`",
        "fr": "{one} et {other} se contredisent ({field}) ; voir `afletter status`",
        "de": "{one} und {other} widersprechen sich ({field}); siehe `afletter status`",
        "en": "{one} and {other} say different things ({field}); see `afletter status`",
    },
    "payment_coming": {
        "nl": "betaald bij de betaaldienst ({payment}); het geld is nog niet op de bank geboekt",
        "fr": "payé chez le prestataire de paiement ({payment}) ; l'argent n'est pas encore comptabilisé en banque",
        "de": "beim Zahlungsdienst bezahlt ({payment}); das Geld ist noch nicht auf der Bank verbucht",
        "en": "paid at the payment provider ({payment}); the money is not booked on the bank yet",
    },
    "call_promised": {
        "nl": "Klant {customer} belooft op {day} te betalen op {promised} (gesprek door {person}).{note}",
        "fr": "Le client {customer} promet le {day} de payer le {promised} (appel de {person}).{note}",
        "de": "Kunde {customer} sagt am {day} zu, am {promised} zu zahlen (Anruf von {person}).{note}",
        "en": "Customer {customer} promises on {day} to pay on {promised} (called by {person}).{note}",
    },
    "call_copy": {
        "nl": "Klant {customer} vraagt op {day} een kopie (gesprek door {person}).{note}",
        "fr": "Le client {customer} demande le {day} une copie (appel de {person}).{note}",
        "de": "Kunde {customer} wünscht am {day} eine Kopie (Anruf von {person}).{note}",
        "en": "Customer {customer} asks for a copy on {day} (called by {person}).{note}",
    },
    "call_complaint": {
        "nl": "Klant {customer} heeft op {day} een klacht (gesprek door {person}).{note}",
        "fr": "Le client {customer} a une réclamation le {day} (appel de {person}).{note}",
        "de": "Kunde {customer} beschwert sich am {day} (Anruf von {person}).{note}",
        "en": "Customer {customer} has a complaint on {day} (called by {person}).{note}",
    },
    "call_paid_already": {
        "nl": "Klant {customer} zegt op {day} dat betaald is (gesprek door {person}).{note}",
        "fr": "Le client {customer} dit le {day} avoir payé (appel de {person}).{note}",
        "de": "Kunde {customer} sagt am {day}, es sei bezahlt (Anruf von {person}).{note}",
        "en": "Customer {customer} says on {day} that it has paid (called by {person}).{note}",
    },
    "call_not_reached": {
        "nl": "Klant {customer} op {day} niet bereikt (gebeld door {person}).{note}",
        "fr": "Le client {customer} n'a pas été joint le {day} (appel de {person}).{note}",
        "de": "Kunde {customer} am {day} nicht erreicht (Anruf von {person}).{note}",
        "en": "Customer {customer} was not reached on {day} (called by {person}).{note}",
    },
    "copy_not_sent": {
        "nl": "De kopie voor klant {customer} kan niet per mail: er is geen adres of geen kanaal.",
        "fr": "La copie pour le client {customer} ne peut pas partir par mail : pas d'adresse ou pas de canal.",
        "de": "Die Kopie für Kunde {customer} kann nicht per Mail gehen: keine Adresse oder kein Kanal.",
        "en": "The copy for customer {customer} cannot go by mail: there is no address or no channel.",
    },
    "calls_not_reached": {
        "nl": "Klant {customer} is {count} keer op verschillende halve dagen gebeld en niet bereikt; de volgende stap kan.",
        "fr": "Le client {customer} a été appelé {count} fois à des demi-journées différentes sans être joint ; l'étape suivante est possible.",
        "de": "Kunde {customer} wurde {count} Mal an verschiedenen halben Tagen angerufen und nicht erreicht; der nächste Schritt ist möglich.",
        "en": "Customer {customer} was called {count} times at different half-days and not reached; the next step may be taken.",
    },
    "calls_overdue": {
        "nl": "{count} × gebeld moest worden en niemand heeft tijdig teruggekoppeld.",
        "fr": "{count} × un appel était prévu et personne n'en a rendu compte à temps.",
        "de": "{count} × war anzurufen, und niemand hat rechtzeitig berichtet.",
        "en": "{count} × a call was to be made and nobody reported back in time.",
    },
    "hand_over_release": {
        "nl": "{person} geeft het dossier van klant {customer} vrij: {documents}.",
        "fr": "{person} libère le dossier du client {customer} : {documents}.",
        "de": "{person} gibt den Fall von Kunde {customer} frei: {documents}.",
        "en": "{person} releases the case of customer {customer}: {documents}.",
    },
    "case_recalled": {
        "nl": "Dossier {case} van klant {customer} wordt teruggeroepen: {before} open, nu {now}.",
        "fr": "Le dossier {case} du client {customer} est rappelé : {before} ouvert, maintenant {now}.",
        "de": "Fall {case} von Kunde {customer} wird zurückgerufen: {before} offen, jetzt {now}.",
        "en": "Case {case} of customer {customer} is recalled: {before} open, now {now}.",
    },
    "case_reduced": {
        "nl": "Dossier {case} van klant {customer} wordt verlaagd: {before} open, nu {now}.",
        "fr": "Le dossier {case} du client {customer} est réduit : {before} ouvert, maintenant {now}.",
        "de": "Fall {case} von Kunde {customer} wird gemindert: {before} offen, jetzt {now}.",
        "en": "Case {case} of customer {customer} is reduced: {before} open, now {now}.",
    },
    "case_raised": {
        "nl": "Dossier {case} van klant {customer} wordt verhoogd: {before} open, nu {now}.",
        "fr": "Le dossier {case} du client {customer} est augmenté : {before} ouvert, maintenant {now}.",
        "de": "Fall {case} von Kunde {customer} wird erhöht: {before} offen, jetzt {now}.",
        "en": "Case {case} of customer {customer} is raised: {before} open, now {now}.",
    },
    "service_announced": {
        "nl": "Klant {customer} hoort dat de dienst vanaf {day} kan worden onderbroken: {documents}.",
        "fr": "Le client {customer} est averti que le service peut être interrompu à partir du {day} : {documents}.",
        "de": "Kunde {customer} erfährt, dass der Dienst ab {day} unterbrochen werden kann: {documents}.",
        "en": "Customer {customer} is told that the service may be interrupted from {day} on: {documents}.",
    },
    "service_interrupted": {
        "nl": "De dienst van klant {customer} wordt onderbroken op {day}: {documents}.",
        "fr": "Le service du client {customer} est interrompu le {day} : {documents}.",
        "de": "Der Dienst von Kunde {customer} wird am {day} unterbrochen: {documents}.",
        "en": "The service of customer {customer} is interrupted on {day}: {documents}.",
    },
    "service_resumed": {
        "nl": "De dienst van klant {customer} wordt hervat op {day}: {documents}.",
        "fr": "Le service du client {customer} est rétabli le {day} : {documents}.",
        "de": "Der Dienst von Kunde {customer} wird am {day} wieder aufgenommen: {documents}.",
        "en": "The service of customer {customer} is given back on {day}: {documents}.",
    },
}
_DEFAULT: Final = "en"


def said(code: str, values: Mapping[str, str], language: str) -> str:
    """The sentence of a code in a language, its gaps filled; English for a language there is no wording in."""
    wording = SENTENCES[code]
    return wording.get(language, wording[_DEFAULT]).format_map(values)
