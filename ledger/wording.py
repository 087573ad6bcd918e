"""Reasons in words that a bookkeeper understands, in Dutch, French, German and English.

A sentence has gaps that the reason's values fill; nothing is formatted here (amounts and dates come as text). The gap ``by`` names the
evidence: its value is a list of evidence names, each of which has its own words. Every code has a sentence in every language,
with the same gaps (a test reads this table).

Worked example: code ``paid_in_part``, values document F1, amount 60.00 EUR, rest 40.00 EUR, by document_number: "F1 paid in part with
60.00 EUR, 40.00 EUR stays open; recognised by the document number."
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Final

from ledger.allocations import Evidence, Reason

#: Languages in the order of the columns below; any other language gets the last one.
LANGUAGES: Final = ("nl", "fr", "de", "en")

EVIDENCE_WORDS: Final[Mapping[Evidence, tuple[str, str, str, str]]] = {
    Evidence.STRUCTURED_REFERENCE: (
        "het betalingskenmerk",
        "la communication structurée",
        "die Zahlungsreferenz",
        "the payment reference",
    ),
    Evidence.END_TO_END_ID: (
        "de end-to-end-referentie",
        "la référence de bout en bout",
        "die End-to-End-Referenz",
        "the end-to-end id",
    ),
    Evidence.BATCH_REFERENCE: (
        "het kenmerk van het incassobestand",
        "la référence du fichier de prélèvements",
        "die Referenz der Lastschriftdatei",
        "the reference of the debit file",
    ),
    Evidence.PAYOUT_REFERENCE: (
        "het kenmerk van de uitbetaling",
        "la référence du versement",
        "die Referenz der Auszahlung",
        "the reference of the payout",
    ),
    Evidence.MANDATE_REFERENCE: (
        "het mandaatkenmerk",
        "la référence du mandat",
        "die Mandatsreferenz",
        "the mandate reference",
    ),
    Evidence.DOCUMENT_NUMBER: (
        "het documentnummer",
        "le numéro du document",
        "die Belegnummer",
        "the document number",
    ),
    Evidence.ORDER_NUMBER: (
        "het bestelnummer",
        "le numéro de commande",
        "die Bestellnummer",
        "the order number",
    ),
    Evidence.REPAIRED_REFERENCE: (
        "een nummer met één fout teken",
        "un numéro avec un caractère erroné",
        "eine Nummer mit einem falschen Zeichen",
        "a number with one wrong character",
    ),
    Evidence.CUSTOMER_NUMBER: (
        "het klantnummer",
        "le numéro de client",
        "die Kundennummer",
        "the customer number",
    ),
    Evidence.PAYER_IBAN: (
        "de rekening van de betaler",
        "le compte du payeur",
        "das Konto des Zahlers",
        "the payer's account",
    ),
    Evidence.PAYER_NAME: (
        "de naam van de betaler",
        "le nom du payeur",
        "den Namen des Zahlers",
        "the payer's name",
    ),
    Evidence.AMOUNT: ("het bedrag", "le montant", "den Betrag", "the amount"),
    Evidence.BANK_CODE: ("de soort verrichting", "le type d'opération", "die Art der Buchung", "the kind of entry"),
    Evidence.RULE: ("een eigen regel", "une règle propre", "eine eigene Regel", "a rule of your own"),
    Evidence.PERSON: ("een medewerker", "un collaborateur", "einen Mitarbeiter", "a person"),
}

SENTENCES: Final[Mapping[str, tuple[str, str, str, str]]] = {
    # booked
    "paid_in_full": (
        "{document} volledig betaald met {amount}; herkend aan {by}.",
        "{document} payé intégralement avec {amount} ; reconnu par {by}.",
        "{document} mit {amount} vollständig bezahlt; erkannt durch {by}.",
        "{document} paid in full with {amount}; recognised by {by}.",
    ),
    "paid_with_discount": (
        "{document} betaald met {amount} na {discount} korting voor betaling tot {until}; herkend aan {by}.",
        "{document} payé avec {amount} après {discount} d'escompte pour paiement jusqu'au {until} ; reconnu par {by}.",
        "{document} mit {amount} bezahlt nach {discount} Skonto bei Zahlung bis {until}; erkannt durch {by}.",
        "{document} paid with {amount} after {discount} discount for payment by {until}; recognised by {by}.",
    ),
    "paid_with_write_off": (
        "{document} betaald met {amount}, verschil van {difference} afgeboekt; herkend aan {by}.",
        "{document} payé avec {amount}, différence de {difference} passée en perte ; reconnu par {by}.",
        "{document} mit {amount} bezahlt, Differenz von {difference} ausgebucht; erkannt durch {by}.",
        "{document} paid with {amount}, difference of {difference} written off; recognised by {by}.",
    ),
    "paid_with_credit": (
        "{documents} betaald met {amount} en {credit} tegoed van klant {customer}; herkend aan {by}.",
        "{documents} payé avec {amount} et {credit} de crédit du client {customer} ; reconnu par {by}.",
        "{documents} mit {amount} und {credit} Guthaben von Kunde {customer} bezahlt; erkannt durch {by}.",
        "{documents} paid with {amount} and {credit} of customer {customer}'s credit; recognised by {by}.",
    ),
    "paid_less_charge": (
        "{documents} betaald met {amount}, de bank hield {charge} kosten in; herkend aan {by}.",
        "{documents} payé avec {amount}, la banque a retenu {charge} de frais ; reconnu par {by}.",
        "{documents} mit {amount} bezahlt, die Bank behielt {charge} Gebühren ein; erkannt durch {by}.",
        "{documents} paid with {amount}, the bank kept {charge} of charges; recognised by {by}.",
    ),
    "paid_in_part": (
        "{document} deels betaald met {amount}, {rest} blijft open; herkend aan {by}.",
        "{document} payé en partie avec {amount}, {rest} reste ouvert ; reconnu par {by}.",
        "{document} mit {amount} teilweise bezahlt, {rest} bleibt offen; erkannt durch {by}.",
        "{document} paid in part with {amount}, {rest} stays open; recognised by {by}.",
    ),
    "paid_too_much": (
        "{documents} betaald met {amount}, {rest} te veel staat op rekening van klant {customer}; herkend aan {by}.",
        "{documents} payé avec {amount}, {rest} de trop est porté au compte du client {customer} ; reconnu par {by}.",
        "{documents} mit {amount} bezahlt, {rest} zu viel stehen als Guthaben bei Kunde {customer}; erkannt durch {by}.",
        "{documents} paid with {amount}, {rest} too much stands on account of customer {customer}; recognised by {by}.",
    ),
    "paid_twice": (
        "{document} was al betaald; {amount} staat op rekening van klant {customer}; herkend aan {by}.",
        "{document} était déjà payé ; {amount} est porté au compte du client {customer} ; reconnu par {by}.",
        "{document} war schon bezahlt; {amount} stehen als Guthaben bei Kunde {customer}; erkannt durch {by}.",
        "{document} was paid already; {amount} stands on account of customer {customer}; recognised by {by}.",
    ),
    "paid_beside": (
        "{documents} en daarnaast {others} betaald met {amount}; herkend aan {by}.",
        "{documents} et en plus {others} payés avec {amount} ; reconnus par {by}.",
        "{documents} und daneben {others} mit {amount} bezahlt; erkannt durch {by}.",
        "{documents} and beside it {others} paid with {amount}; recognised by {by}.",
    ),
    "paid_less_credit": (
        "{documents} min creditnota {credits} betaald met {amount}; herkend aan {by}.",
        "{documents} moins la note de crédit {credits} payé avec {amount} ; reconnu par {by}.",
        "{documents} abzüglich Gutschrift {credits} mit {amount} bezahlt; erkannt durch {by}.",
        "{documents} less credit note {credits} paid with {amount}; recognised by {by}.",
    ),
    "paid_many": (
        "{documents} samen betaald met {amount}; herkend aan {by}.",
        "{documents} payés ensemble avec {amount} ; reconnus par {by}.",
        "{documents} zusammen mit {amount} bezahlt; erkannt durch {by}.",
        "{documents} paid together with {amount}; recognised by {by}.",
    ),
    "paid_many_with_discount": (
        "{documents} samen betaald met {amount} na {discount} korting; herkend aan {by}.",
        "{documents} payés ensemble avec {amount} après {discount} d'escompte ; reconnus par {by}.",
        "{documents} zusammen mit {amount} bezahlt nach {discount} Skonto; erkannt durch {by}.",
        "{documents} paid together with {amount} after {discount} discount; recognised by {by}.",
    ),
    "paid_many_with_write_off": (
        "{documents} samen betaald met {amount}, verschil van {difference} afgeboekt; herkend aan {by}.",
        "{documents} payés ensemble avec {amount}, différence de {difference} passée en perte ; reconnus par {by}.",
        "{documents} zusammen mit {amount} bezahlt, Differenz von {difference} ausgebucht; erkannt durch {by}.",
        "{documents} paid together with {amount}, difference of {difference} written off; recognised by {by}.",
    ),
    "paid_all_open": (
        "Alles wat openstond, {documents}, betaald met {amount}; herkend aan {by}.",
        "Tout ce qui était ouvert, {documents}, payé avec {amount} ; reconnu par {by}.",
        "Alles Offene, {documents}, mit {amount} bezahlt; erkannt durch {by}.",
        "Everything open, {documents}, paid with {amount}; recognised by {by}.",
    ),
    "paid_sum": (
        (
            "{documents} samen betaald met {amount}: de enige som die klopt, naar verwachting {expected} keer toeval (grens {limit});"
            " herkend aan {by}."
        ),
        (
            "{documents} payés ensemble avec {amount} : la seule somme qui convient, hasard attendu {expected} fois (limite {limit}) ;"
            " reconnus par {by}."
        ),
        (
            "{documents} zusammen mit {amount} bezahlt: die einzige passende Summe, erwarteter Zufall {expected} Mal (Grenze {limit});"
            " erkannt durch {by}."
        ),
        (
            "{documents} paid together with {amount}: the only sum that fits, expected by accident {expected} times (limit {limit});"
            " recognised by {by}."
        ),
    ),
    "paid_oldest": (
        "{document} betaald met {amount}, de oudste van {count} even grote open posten; herkend aan {by}.",
        "{document} payé avec {amount}, le plus ancien de {count} postes ouverts égaux ; reconnu par {by}.",
        "{document} mit {amount} bezahlt, der älteste von {count} gleich hohen offenen Posten; erkannt durch {by}.",
        "{document} paid with {amount}, the oldest of {count} equal open items; recognised by {by}.",
    ),
    "paid_repaired": (
        "{document} volledig betaald met {amount}, al staat er een fout in het nummer; herkend aan {by}.",
        "{document} payé intégralement avec {amount}, malgré une faute dans le numéro ; reconnu par {by}.",
        "{document} mit {amount} vollständig bezahlt, trotz eines Fehlers in der Nummer; erkannt durch {by}.",
        "{document} paid in full with {amount}, in spite of an error in the number; recognised by {by}.",
    ),
    "refunded": (
        "{amount} van creditnota {document} terugbetaald; herkend aan {by}.",
        "{amount} de la note de crédit {document} remboursé ; reconnu par {by}.",
        "{amount} der Gutschrift {document} erstattet; erkannt durch {by}.",
        "{amount} of credit note {document} refunded; recognised by {by}.",
    ),
    "batch_decided": (
        "Verzamelboeking van {amount}: alle {count} betalingen erin zijn herkend aan {by}.",
        "Écriture groupée de {amount} : les {count} paiements sont tous reconnus par {by}.",
        "Sammelbuchung von {amount}: alle {count} Zahlungen darin erkannt durch {by}.",
        "Batch entry of {amount}: all {count} payments in it are recognised by {by}.",
    ),
    "payout_decided": (
        "Uitbetaling {payout} van {amount}: {count} posten; betalingen {payments} - terugbetalingen {refunds} - terugboekingen {chargebacks} - kosten {fees}; herkend aan {by}.",
        "Versement {payout} de {amount} : {count} éléments ; paiements {payments} - remboursements {refunds} - rejets {chargebacks} - frais {fees} ; reconnu par {by}.",
        "Auszahlung {payout} über {amount}: {count} Posten; Zahlungen {payments} - Erstattungen {refunds} - Rückbuchungen {chargebacks} - Gebühren {fees}; erkannt durch {by}.",
        "Payout {payout} of {amount}: {count} items; payments {payments} - refunds {refunds} - chargebacks {chargebacks} - fees {fees}; recognised by {by}.",
    ),
    "payout_partly": (
        "Uitbetaling {payout} van {amount}, herkend aan {by}: {count} posten zijn geboekt; {rest} wacht, want het is niet zeker bij welk document {parts} hoort.",
        "Versement {payout} de {amount}, reconnu par {by} : {count} éléments sont comptabilisés ; {rest} attend, car il n'est pas certain à quel document {parts} appartient.",
        "Auszahlung {payout} über {amount}, erkannt durch {by}: {count} Posten sind gebucht; {rest} wartet, denn es ist nicht sicher, zu welchem Beleg {parts} gehört.",
        "Payout {payout} of {amount}, recognised by {by}: {count} items are booked; {rest} waits, for it is not certain which document {parts} belongs to.",
    ),
    # for a person
    "payout_does_not_add_up": (
        "Uitbetaling {payout} komt uit op {makes}, maar de bank heeft {amount}.",
        "Le versement {payout} donne {makes}, mais la banque a {amount}.",
        "Auszahlung {payout} ergibt {makes}, aber die Bank hat {amount}.",
        "Payout {payout} comes to {makes}, but the bank has {amount}.",
    ),
    "payout_part_unknown": (
        "Uitbetaling {payout}: van {part} ({amount}) is niet zeker bij welk document het hoort (genoemd: {documents}).",
        "Versement {payout} : il n'est pas certain à quel document {part} ({amount}) appartient (cité : {documents}).",
        "Auszahlung {payout}: Zu welchem Beleg {part} ({amount}) gehört, ist nicht sicher (genannt: {documents}).",
        "Payout {payout}: it is not certain which document {part} ({amount}) belongs to (named: {documents}).",
    ),
    "payout_used": (
        "{amount} noemt uitbetaling {payout}, die al geboekt is of niet de enige is.",
        "{amount} cite le versement {payout}, qui est déjà comptabilisé ou n'est pas le seul.",
        "{amount} nennt Auszahlung {payout}, die schon gebucht ist oder nicht die einzige.",
        "{amount} names payout {payout}, which is booked already or not the only one.",
    ),
    "conflict_of_documents": (
        "De betaling noemt {document}, maar {amount} is precies wat openstaat op {other}.",
        "Le paiement cite {document}, mais {amount} est exactement ce qui est ouvert sur {other}.",
        "Die Zahlung nennt {document}, aber {amount} ist genau, was auf {other} offen ist.",
        "The payment quotes {document}, but {amount} is exactly what is open on {other}.",
    ),
    "conflict_of_payer": (
        "De betaling van {amount} noemt {document} van klant {customer}, maar komt van klant {payer}.",
        "Le paiement de {amount} cite {document} du client {customer}, mais vient du client {payer}.",
        "Die Zahlung von {amount} nennt {document} von Kunde {customer}, kommt aber von Kunde {payer}.",
        "The payment of {amount} quotes {document} of customer {customer}, but comes from customer {payer}.",
    ),
    "paid_already_other_amount": (
        "De betaling noemt {document}, dat al betaald is, maar {amount} is daarvan niet het bedrag; herkend aan {by}.",
        "Le paiement cite {document}, déjà payé, mais {amount} n'en est pas le montant ; reconnu par {by}.",
        "Die Zahlung nennt {document}, das schon bezahlt ist, aber {amount} ist nicht dessen Betrag; erkannt durch {by}.",
        "The payment quotes {document}, which is paid already, but {amount} is not its amount; recognised by {by}.",
    ),
    "not_yet_issued": (
        "De betaling noemt {document}, dat pas op {issued} is gemaakt.",
        "Le paiement cite {document}, qui n'a été émis que le {issued}.",
        "Die Zahlung nennt {document}, das erst am {issued} ausgestellt wurde.",
        "The payment quotes {document}, which was issued only on {issued}.",
    ),
    "not_collectable": (
        "De betaling noemt {document}, dat de status {status} heeft.",
        "Le paiement cite {document}, dont le statut est {status}.",
        "Die Zahlung nennt {document} mit dem Status {status}.",
        "The payment quotes {document}, which has the status {status}.",
    ),
    "foreign_currency": (
        "De betaling noemt {document}, dat in {currency} luidt.",
        "Le paiement cite {document}, libellé en {currency}.",
        "Die Zahlung nennt {document}, das auf {currency} lautet.",
        "The payment quotes {document}, which is in {currency}.",
    ),
    "paid_in_currency": (
        "{document} betaald met {original}, dat als {amount} aankwam; herkend aan {by}.",
        "{document} payé par {original}, arrivé comme {amount} ; reconnu par {by}.",
        "{document} mit {original} bezahlt, angekommen als {amount}; erkannt durch {by}.",
        "{document} paid with {original}, which arrived as {amount}; recognised by {by}.",
    ),
    "paid_with_exchange": (
        "{document} betaald met {original}, dat als {amount} aankwam: {difference} koersverschil; herkend aan {by}.",
        "{document} payé par {original}, arrivé comme {amount} : {difference} de différence de change ; reconnu par {by}.",
        "{document} mit {original} bezahlt, angekommen als {amount}: {difference} Kursdifferenz; erkannt durch {by}.",
        "{document} paid with {original}, which arrived as {amount}: {difference} of exchange difference; recognised by {by}.",
    ),
    "exchange_unclear": (
        "Op {document} staat {open} open; er kwam {original} als {amount}, en het verschil is te groot voor een koersverschil.",
        "Sur {document}, {open} est ouvert ; {original} est arrivé comme {amount}, trop loin pour une différence de change.",
        "Auf {document} sind {open} offen; {original} kamen als {amount} an, der Unterschied ist zu groß für eine Kursdifferenz.",
        "{open} is open on {document}; {original} arrived as {amount}, and the difference is too large for an exchange difference.",
    ),
    "credit_note_quoted": (
        "De betaling van {amount} noemt alleen creditnota {document}.",
        "Le paiement de {amount} ne cite que la note de crédit {document}.",
        "Die Zahlung von {amount} nennt nur die Gutschrift {document}.",
        "The payment of {amount} quotes only credit note {document}.",
    ),
    "quote_of_several": (
        "Het genoemde nummer hoort bij {documents}; {amount} zegt niet welke bedoeld is.",
        "Le numéro cité correspond à {documents} ; {amount} ne dit pas lequel est visé.",
        "Die genannte Nummer gehört zu {documents}; {amount} sagt nicht, was gemeint ist.",
        "The number quoted belongs to {documents}; {amount} does not say which one is meant.",
    ),
    "read_in_several_ways": (
        "De genoemde nummers zijn op meer dan één manier te lezen, en {amount} past bij elk daarvan.",
        "Les numéros cités se lisent de plusieurs façons, et {amount} convient à chacune.",
        "Die genannten Nummern lassen sich mehrfach lesen, und {amount} passt zu jeder Lesart.",
        "The numbers quoted can be read in several ways, and {amount} fits each of them.",
    ),
    "does_not_add_up": (
        "De betaling van {amount} noemt {documents}, waarop samen {total} openstaat; herkend aan {by}.",
        "Le paiement de {amount} cite {documents}, sur lesquels {total} est ouvert au total ; reconnus par {by}.",
        "Die Zahlung von {amount} nennt {documents}, worauf zusammen {total} offen sind; erkannt durch {by}.",
        "The payment of {amount} quotes {documents}, on which {total} is open together; recognised by {by}.",
    ),
    "rest_explained_twice": (
        "Er is {rest} meer betaald dan op {documents} openstaat, en daarvoor is meer dan één verklaring.",
        "{rest} de plus que l'ouvert de {documents} a été payé, ce qui s'explique de plusieurs façons.",
        "Es wurden {rest} mehr bezahlt, als auf {documents} offen ist, und dafür gibt es mehr als eine Erklärung.",
        "{rest} more was paid than is open on {documents}, and there is more than one explanation for it.",
    ),
    "too_much_from_unknown": (
        "Er is {rest} meer betaald dan op {documents} openstaat, door iemand die niet als deze klant te herkennen is.",
        "{rest} de plus que l'ouvert de {documents} a été payé, par quelqu'un qu'on ne reconnaît pas comme ce client.",
        "Es wurden {rest} mehr bezahlt, als auf {documents} offen ist, von jemandem, der nicht als dieser Kunde erkennbar ist.",
        "{rest} more was paid than is open on {documents}, by somebody who cannot be recognised as this customer.",
    ),
    "too_much_and_fragments": (
        "Er is {rest} meer betaald dan op {documents} openstaat, en de tekst bevat een deel van een ander nummer.",
        "{rest} de plus que l'ouvert de {documents} a été payé, et le texte contient une partie d'un autre numéro.",
        "Es wurden {rest} mehr bezahlt, als auf {documents} offen ist, und der Text enthält ein Stück einer weiteren Nummer.",
        "{rest} more was paid than is open on {documents}, and the text has a piece of another number.",
    ),
    "selected_in_part": (
        "De tekst wijst naar {document}, maar {amount} is niet wat daarop openstaat; herkend aan {by}.",
        "Le texte indique {document}, mais {amount} n'est pas ce qui y est ouvert ; reconnu par {by}.",
        "Der Text deutet auf {document}, aber {amount} ist nicht, was darauf offen ist; erkannt durch {by}.",
        "The text points to {document}, but {amount} is not what is open on it; recognised by {by}.",
    ),
    "several_explanations": (
        "Voor {amount} zijn er {count} verklaringen.",
        "Il y a {count} explications pour {amount}.",
        "Für {amount} gibt es {count} Erklärungen.",
        "There are {count} explanations for {amount}.",
    ),
    "several_customers": (
        "{amount} past bij {documents}, en de betaler kan elk van deze klanten zijn.",
        "{amount} convient à {documents}, et le payeur peut être chacun de ces clients.",
        "{amount} passt zu {documents}, und der Zahler kann jeder dieser Kunden sein.",
        "{amount} fits {documents}, and the payer may be any of these customers.",
    ),
    "common_name": (
        "{amount} past bij {document} van klant {customer}, maar de naam van de betaler is te gewoon en het bedrag niet eenmalig.",
        "{amount} convient à {document} du client {customer}, mais le nom du payeur est trop courant et le montant pas unique.",
        "{amount} passt zu {document} von Kunde {customer}, aber der Name des Zahlers ist zu häufig und der Betrag nicht einmalig.",
        "{amount} fits {document} of customer {customer}, but the payer's name is too common and the amount not unique.",
    ),
    "unknown_number": (
        "De betaling past bij {document}, maar noemt {written}, dat niemand kent.",
        "Le paiement convient à {document}, mais cite {written}, que personne ne connaît.",
        "Die Zahlung passt zu {document}, nennt aber {written}, was niemand kennt.",
        "The payment fits {document}, but quotes {written}, which nobody knows.",
    ),
    "damaged_and_recurring": (
        "Het nummer lijkt op {document}, maar {amount} is bij deze klant meer dan eens gefactureerd.",
        "Le numéro ressemble à {document}, mais {amount} a été facturé plusieurs fois à ce client.",
        "Die Nummer ähnelt {document}, aber {amount} wurde diesem Kunden mehrfach berechnet.",
        "The number resembles {document}, but {amount} was invoiced to this customer more than once.",
    ),
    "other_name_and_not_alone": (
        "{amount} past bij {documents}, maar de rekening staat op een andere naam en het bedrag is niet eenmalig.",
        "{amount} convient à {documents}, mais le compte est à un autre nom et le montant n'est pas unique.",
        "{amount} passt zu {documents}, aber das Konto läuft auf einen anderen Namen und der Betrag ist nicht einmalig.",
        "{amount} fits {documents}, but the account is in another name and the amount is not unique.",
    ),
    "bare_number": (
        "Er staat een getal als {document}, maar niets zegt dat het een factuur is, en {amount} is niet het bedrag ervan.",
        "Un nombre comme {document} est écrit, mais rien ne dit que c'est une facture, et {amount} n'en est pas le montant.",
        "Eine Zahl wie {document} steht da, aber nichts sagt, dass sie eine Rechnung ist, und {amount} ist nicht ihr Betrag.",
        "A number like {document} is written, but nothing says that it is an invoice, and {amount} is not its amount.",
    ),
    "part_from_unknown": (
        "{document} wordt genoemd, maar {amount} is niet het bedrag ervan en de betaler is niet als deze klant te herkennen.",
        "{document} est cité, mais {amount} n'en est pas le montant et on ne reconnaît pas le payeur comme ce client.",
        "{document} wird genannt, aber {amount} ist nicht der Betrag und der Zahler ist nicht als dieser Kunde erkennbar.",
        "{document} is quoted, but {amount} is not its amount and the payer cannot be recognised as this customer.",
    ),
    "part_refund_to_unknown": (
        "{document} wordt genoemd, maar {amount} is niet het bedrag ervan en de ontvanger is niet als deze klant te herkennen.",
        "{document} est cité, mais {amount} n'en est pas le montant et on ne reconnaît pas le bénéficiaire comme ce client.",
        "{document} wird genannt, aber {amount} ist nicht der Betrag und der Empfänger ist nicht als dieser Kunde erkennbar.",
        "{document} is quoted, but {amount} is not its amount and the payee cannot be recognised as this customer.",
    ),
    "names_another": (
        "{amount} past bij {other}, maar de tekst noemt klant {customer}, en {document} is even hoog.",
        "{amount} convient à {other}, mais le texte nomme le client {customer}, et {document} est du même montant.",
        "{amount} passt zu {other}, aber der Text nennt Kunde {customer}, und {document} ist ebenso hoch.",
        "{amount} fits {other}, but the text names customer {customer}, and {document} is of the same amount.",
    ),
    "customer_named": (
        "{amount} past bij {documents}, maar de tekst noemt klant {customer}, en de rekening is onder een andere naam bekend.",
        "{amount} convient à {documents}, mais le texte nomme le client {customer}, et le compte est connu sous un autre nom.",
        "{amount} passt zu {documents}, aber der Text nennt Kunde {customer}, und das Konto ist unter anderem Namen bekannt.",
        "{amount} fits {documents}, but the text names customer {customer}, and the account is known under another name.",
    ),
    "may_name_another": (
        "{amount} past bij {documents}, maar de rekening is onder een andere naam bekend, en de tekst kan een van vele andere klanten noemen.",
        "{amount} convient à {documents}, mais le compte est connu sous un autre nom, et le texte peut nommer un de nombreux autres clients.",
        "{amount} passt zu {documents}, aber das Konto ist unter anderem Namen bekannt, und der Text kann einen von vielen anderen Kunden nennen.",
        "{amount} fits {documents}, but the account is known under another name, and the text may name one of many other customers.",
    ),
    "customer_numbered": (
        "{amount} past bij {documents}, maar de tekst noemt het nummer van klant {customer}.",
        "{amount} convient à {documents}, mais le texte cite le numéro du client {customer}.",
        "{amount} passt zu {documents}, aber der Text nennt die Nummer von Kunde {customer}.",
        "{amount} fits {documents}, but the text quotes the number of customer {customer}.",
    ),
    "own_payment_back": (
        "{amount} is zo te zien een eigen betaling die terugkwam, geen betaling van een klant.",
        "{amount} semble être un de nos paiements qui est revenu, pas le paiement d'un client.",
        "{amount} ist dem Anschein nach eine eigene Zahlung, die zurückkam, keine Zahlung eines Kunden.",
        "{amount} looks like a payment of our own that came back, not like a customer's payment.",
    ),
    "payer_without_fit": (
        "De betaler is klant {customer}, maar niets wat daar openstaat verklaart {amount}.",
        "Le payeur est le client {customer}, mais rien de ce qui y est ouvert n'explique {amount}.",
        "Der Zahler ist Kunde {customer}, aber nichts dort Offenes erklärt {amount}.",
        "The payer is customer {customer}, but nothing open there explains {amount}.",
    ),
    "too_many_open": (
        "Bij klant {customer} staan meer dan {count} documenten open; zo veel wordt niet doorzocht.",
        "Le client {customer} a plus de {count} documents ouverts ; on n'en parcourt pas autant.",
        "Bei Kunde {customer} sind mehr als {count} Belege offen; so viele werden nicht durchsucht.",
        "Customer {customer} has more than {count} documents open; so many are not searched.",
    ),
    "amount_of_many": (
        "De betaler is onbekend en {amount} staat op meer dan {count} documenten open.",
        "Le payeur est inconnu et {amount} est ouvert sur plus de {count} documents.",
        "Der Zahler ist unbekannt und {amount} sind auf mehr als {count} Belegen offen.",
        "The payer is unknown and {amount} is open on more than {count} documents.",
    ),
    "amount_only": (
        "De betaler is onbekend; alleen het bedrag {amount} past, bij {count} document(en).",
        "Le payeur est inconnu ; seul le montant {amount} convient, à {count} document(s).",
        "Der Zahler ist unbekannt; nur der Betrag {amount} passt, zu {count} Beleg(en).",
        "The payer is unknown; only the amount {amount} fits, {count} document(s).",
    ),
    "nothing_fits": (
        "Onbekende betaler, geen bekend nummer, en {amount} staat nergens open.",
        "Payeur inconnu, aucun numéro connu, et {amount} n'est ouvert nulle part.",
        "Unbekannter Zahler, keine bekannte Nummer, und {amount} sind nirgends offen.",
        "Unknown payer, no known number, and {amount} is open nowhere.",
    ),
    "named_in_text": (
        "Onbekende betaler voor {amount}; de tekst noemt klant {customer}, en een naam in een tekst bewijst niets.",
        "Payeur inconnu pour {amount} ; le texte nomme le client {customer}, et un nom dans un texte ne prouve rien.",
        "Unbekannter Zahler für {amount}; der Text nennt Kunde {customer}, und ein Name in einem Text beweist nichts.",
        "Unknown payer of {amount}; the text names customer {customer}, and a name in a text proves nothing.",
    ),
    # direct debits
    "debit_collected": (
        "Incasso {collection} van {amount} voor {documents} is bijgeschreven; herkend aan {by}.",
        "Le prélèvement {collection} de {amount} pour {documents} est crédité ; reconnu par {by}.",
        "Lastschrift {collection} über {amount} für {documents} ist gutgeschrieben; erkannt durch {by}.",
        "Direct debit {collection} of {amount} for {documents} was credited; recognised by {by}.",
    ),
    "debits_collected": (
        "{count} incasso's, samen {amount}, zijn bijgeschreven (bestand {batch}); herkend aan {by}.",
        "{count} prélèvements, au total {amount}, sont crédités (fichier {batch}) ; reconnus par {by}.",
        "{count} Lastschriften, zusammen {amount}, sind gutgeschrieben (Datei {batch}); erkannt durch {by}.",
        "{count} direct debits, {amount} in all, were credited (file {batch}); recognised by {by}.",
    ),
    "debit_came_back": (
        "Incasso {collection} voor {documents} kwam terug ({code}), {amount}; herkend aan {by}.",
        "Le prélèvement {collection} pour {documents} est revenu ({code}), {amount} ; reconnu par {by}.",
        "Lastschrift {collection} für {documents} kam zurück ({code}), {amount}; erkannt durch {by}.",
        "Direct debit {collection} for {documents} came back ({code}), {amount}; recognised by {by}.",
    ),
    "debit_came_back_with_fee": (
        "Incasso {collection} voor {documents} kwam terug ({code}), {amount} met {fee} kosten van de bank; herkend aan {by}.",
        "Le prélèvement {collection} pour {documents} est revenu ({code}), {amount} dont {fee} de frais bancaires ; reconnu par {by}.",
        "Lastschrift {collection} für {documents} kam zurück ({code}), {amount} mit {fee} Bankgebühr; erkannt durch {by}.",
        "Direct debit {collection} for {documents} came back ({code}), {amount} with {fee} of bank charges; recognised by {by}.",
    ),
    "debits_came_back": (
        "{count} incasso's kwamen terug, samen {amount}; herkend aan {by}.",
        "{count} prélèvements sont revenus, au total {amount} ; reconnus par {by}.",
        "{count} Lastschriften kamen zurück, zusammen {amount}; erkannt durch {by}.",
        "{count} direct debits came back, {amount} in all; recognised by {by}.",
    ),
    "debit_return_unknown": (
        "Een incasso van {amount} kwam terug, maar die hoort bij geen incasso van ons ({reference}).",
        "Un prélèvement de {amount} est revenu, mais il n'est pas des nôtres ({reference}).",
        "Eine Lastschrift über {amount} kam zurück, gehört aber zu keiner von uns ({reference}).",
        "A direct debit of {amount} came back, but it is none of ours ({reference}).",
    ),
    "debit_credit_unknown": (
        "Een incasso-opbrengst van {amount} hoort bij geen van onze incassobestanden ({reference}).",
        "Un crédit de prélèvements de {amount} ne correspond à aucun de nos fichiers ({reference}).",
        "Eine Lastschriftgutschrift über {amount} gehört zu keiner unserer Dateien ({reference}).",
        "A direct-debit credit of {amount} belongs to none of our files ({reference}).",
    ),
    "debit_returned_already": (
        "Incasso {collection} kwam al terug op {day}; {amount} zou haar een tweede keer terugboeken.",
        "Le prélèvement {collection} est déjà revenu le {day} ; {amount} le reprendrait une seconde fois.",
        "Lastschrift {collection} kam schon am {day} zurück; {amount} würde sie ein zweites Mal zurückbuchen.",
        "Direct debit {collection} came back on {day} already; {amount} would take it back a second time.",
    ),
    "debit_credited_already": (
        "Incasso {collection} is al bijgeschreven op {day}; {amount} zou haar een tweede keer boeken.",
        "Le prélèvement {collection} a déjà été crédité le {day} ; {amount} le comptabiliserait deux fois.",
        "Lastschrift {collection} wurde schon am {day} gutgeschrieben; {amount} würde sie ein zweites Mal buchen.",
        "Direct debit {collection} was credited on {day} already; {amount} would book it a second time.",
    ),
    "debit_amount_differs": (
        "{amount} hoort bij incasso {collection}, maar die is {expected}.",
        "{amount} concerne le prélèvement {collection}, mais celui-ci est de {expected}.",
        "{amount} gehört zu Lastschrift {collection}, diese beträgt aber {expected}.",
        "{amount} belongs to direct debit {collection}, but that is {expected}.",
    ),
    "returned_payment": (
        "Teruggekomen betaling van {amount}; hoort bij een incasso.",
        "Paiement retourné de {amount} ; concerne un prélèvement.",
        "Zurückgegebene Zahlung von {amount}; gehört zu einer Lastschrift.",
        "Returned payment of {amount}; belongs to a direct debit.",
    ),
    "batch_without_amounts": (
        "Verzamelboeking van {amount} met {count} delen waarvan de bedragen ontbreken of niet optellen.",
        "Écriture groupée de {amount} dont les {count} montants manquent ou ne s'additionnent pas.",
        "Sammelbuchung von {amount} mit {count} Teilen, deren Beträge fehlen oder nicht aufgehen.",
        "Batch entry of {amount} with {count} parts whose amounts are missing or do not add up.",
    ),
    "batch_undecided": (
        "Verzamelboeking van {amount}: {undecided} van {count} delen zijn niet zeker.",
        "Écriture groupée de {amount} : {undecided} des {count} parties ne sont pas certaines.",
        "Sammelbuchung von {amount}: {undecided} von {count} Teilen sind nicht sicher.",
        "Batch entry of {amount}: {undecided} of {count} parts are not certain.",
    ),
    "out_to_customer_with_credit": (
        "{amount} ging naar een klant die nog tegoed heeft, maar niet zeker is welk.",
        "{amount} est parti vers un client qui a un avoir, sans que l'on sache lequel.",
        "{amount} ging an einen Kunden mit Guthaben, aber welches ist nicht sicher.",
        "{amount} went to a customer who has credit, but it is not certain which.",
    ),
    "refund_without_credit": (
        "{amount} ging uit voor {documents}, maar zo veel tegoed staat daar niet open; herkend aan {by}.",
        "{amount} est parti pour {documents}, mais un tel avoir n'y est pas ouvert ; reconnu par {by}.",
        "{amount} gingen hinaus für {documents}, aber so viel Guthaben ist dort nicht offen; erkannt durch {by}.",
        "{amount} went out for {documents}, but there is not that much credit open; recognised by {by}.",
    ),
    "out_for_invoice": (
        "{amount} ging uit en noemt {documents}, waarvoor geen creditnota bestaat; herkend aan {by}.",
        "{amount} est parti en citant {documents}, sans note de crédit ; reconnu par {by}.",
        "{amount} gingen hinaus und nennen {documents}, wofür es keine Gutschrift gibt; erkannt durch {by}.",
        "{amount} went out and quotes {documents}, for which there is no credit note; recognised by {by}.",
    ),
    # suggestions
    "could_settle": (
        "{amount} is wat openstaat op {documents}; herkend aan {by}.",
        "{amount} est ce qui est ouvert sur {documents} ; reconnu par {by}.",
        "{amount} ist, was auf {documents} offen ist; erkannt durch {by}.",
        "{amount} is what is open on {documents}; recognised by {by}.",
    ),
    "could_pay": (
        "{amount} op {document}, waarop {open} openstaat.",
        "{amount} sur {document}, où {open} est ouvert.",
        "{amount} auf {document}, worauf {open} offen sind.",
        "{amount} on {document}, on which {open} is open.",
    ),
    "could_fill": (
        "{amount} op {documents}, de een na de ander.",
        "{amount} sur {documents}, l'un après l'autre.",
        "{amount} auf {documents}, einer nach dem anderen.",
        "{amount} on {documents}, one after the other.",
    ),
    "could_be_on_account": (
        "{amount} op rekening van klant {customer}.",
        "{amount} au compte du client {customer}.",
        "{amount} als Guthaben bei Kunde {customer}.",
        "{amount} on account of customer {customer}.",
    ),
    "could_be_accident": (
        "{documents} zijn samen {amount}, maar dat kan toeval zijn: naar verwachting {expected} keer.",
        "{documents} font ensemble {amount}, mais cela peut être un hasard : {expected} fois attendu.",
        "{documents} sind zusammen {amount}, aber das kann Zufall sein: erwartet {expected} Mal.",
        "{documents} are {amount} together, but that may be an accident: expected {expected} times.",
    ),
    "could_refund": (
        "{amount} van creditnota {document} terugbetaald.",
        "{amount} de la note de crédit {document} remboursé.",
        "{amount} der Gutschrift {document} erstattet.",
        "{amount} of credit note {document} refunded.",
    ),
    "could_refund_account": (
        "{amount} van het tegoed van klant {customer} terugbetaald.",
        "{amount} de l'avoir du client {customer} remboursé.",
        "{amount} vom Guthaben des Kunden {customer} erstattet.",
        "{amount} of the credit of customer {customer} refunded.",
    ),
    # what came second, what came nearest
    "lost_same_amount": (
        "{document} van klant {customer} heeft ook {amount} open, maar niets wijst daarheen.",
        "{document} du client {customer} a aussi {amount} d'ouvert, mais rien ne l'indique.",
        "{document} von Kunde {customer} hat auch {amount} offen, aber nichts deutet dorthin.",
        "{document} of customer {customer} has {amount} open too, but nothing points there.",
    ),
    "lost_other_amount": (
        "{document} van dezelfde klant staat open voor {open}: {difference} verschil.",
        "{document} du même client est ouvert pour {open} : {difference} de différence.",
        "{document} desselben Kunden ist mit {open} offen: {difference} Unterschied.",
        "{document} of the same customer is open for {open}: {difference} different.",
    ),
    "near_not_yet_issued": (
        "Het dichtst bij kwam {document}, maar dat is pas op {issued} gemaakt.",
        "Le plus proche est {document}, mais il n'a été émis que le {issued}.",
        "Am nächsten kam {document}, aber es wurde erst am {issued} ausgestellt.",
        "{document} came nearest, but it was issued only on {issued}.",
    ),
    "near_only_amount": (
        "Het dichtst bij kwam {document} van klant {customer} met {amount}, maar niets anders wijst daarheen.",
        "Le plus proche est {document} du client {customer} avec {amount}, mais rien d'autre ne l'indique.",
        "Am nächsten kam {document} von Kunde {customer} mit {amount}, aber nichts anderes deutet dorthin.",
        "{document} of customer {customer} came nearest with {amount}, but nothing else points there.",
    ),
    "near_other_amount": (
        "Het dichtst bij kwam {document} met {open} open, {difference} verschil.",
        "Le plus proche est {document} avec {open} d'ouvert, {difference} de différence.",
        "Am nächsten kam {document} mit {open} offen, {difference} Unterschied.",
        "{document} came nearest with {open} open, {difference} different.",
    ),
    # no receivable
    "review_by_rule": (
        "Regel {rule}: deze betaler gaat altijd naar een persoon.",
        "Règle {rule} : ce payeur va toujours à une personne.",
        "Regel {rule}: Zahlungen dieses Zahlers prüft immer ein Mensch.",
        "Rule {rule}: this payer always goes to a person.",
    ),
    "other_customer_by_rule": (
        "Regel {rule}: deze betaler betaalt voor klant {customer}, maar de betaling wijst naar een andere klant.",
        "Règle {rule} : ce payeur paie pour le client {customer}, mais le paiement désigne un autre client.",
        "Regel {rule}: Dieser Zahler zahlt für Kunde {customer}, die Zahlung weist aber auf einen anderen Kunden.",
        "Rule {rule}: this payer pays for customer {customer}, but the payment points to another customer.",
    ),
    "ignored_by_rule": (
        "Geen vordering: regel {rule}.",
        "Pas une créance : règle {rule}.",
        "Keine Forderung: Regel {rule}.",
        "No receivable: rule {rule}.",
    ),
    "ignored_own_account": (
        "Geen vordering: {amount} tussen eigen rekeningen.",
        "Pas une créance : {amount} entre comptes propres.",
        "Keine Forderung: {amount} zwischen eigenen Konten.",
        "No receivable: {amount} between own accounts.",
    ),
    "ignored_zero": (
        "Geen vordering: bedrag nul.",
        "Pas une créance : montant nul.",
        "Keine Forderung: Betrag null.",
        "No receivable: the amount is nil.",
    ),
    "ignored_fee": (
        "Geen vordering: bankkosten van {amount}.",
        "Pas une créance : frais bancaires de {amount}.",
        "Keine Forderung: Bankkosten von {amount}.",
        "No receivable: bank charges of {amount}.",
    ),
    "ignored_salary": (
        "Geen vordering: loon van {amount}.",
        "Pas une créance : salaire de {amount}.",
        "Keine Forderung: Lohn von {amount}.",
        "No receivable: wages of {amount}.",
    ),
    "ignored_tax": (
        "Geen vordering: belasting of premies van {amount}.",
        "Pas une créance : impôt ou cotisations de {amount}.",
        "Keine Forderung: Steuer oder Abgaben von {amount}.",
        "No receivable: tax or contributions of {amount}.",
    ),
    "ignored_supplier": (
        "Geen vordering: betaling van {amount} aan een leverancier.",
        "Pas une créance : paiement de {amount} à un fournisseur.",
        "Keine Forderung: Zahlung von {amount} an einen Lieferanten.",
        "No receivable: payment of {amount} to a supplier.",
    ),
    "ignored_outgoing": (
        "Geen vordering: {amount} ging uit en noemt niets van ons.",
        "Pas une créance : {amount} est parti et ne cite rien de chez nous.",
        "Keine Forderung: {amount} gingen hinaus und nennen nichts von uns.",
        "No receivable: {amount} went out and quotes nothing of ours.",
    ),
}


def _column(language: str) -> int:
    return LANGUAGES.index(language) if language in LANGUAGES else len(LANGUAGES) - 1


def gaps(sentence_: str) -> frozenset[str]:
    """Names of the gaps of a sentence."""
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence_) if name)


def evidence_words(names: str, language: str) -> str:
    """The words for a list of evidence names separated by commas; empty for none."""
    column = _column(language)
    return ", ".join(EVIDENCE_WORDS[Evidence(name)][column] for name in names.split(",") if name)


def sentence(reason: Reason, language: str) -> str:
    """The reason as one sentence in ``language`` (ISO 639-1; English for a language that is not spoken here).

    Raises KeyError for a code without a sentence or a value that is missing.
    """
    text = SENTENCES[reason.code][_column(language)]
    values = dict(reason.values)
    if "by" in values:
        values["by"] = evidence_words(values["by"], language)
    return text.format_map(values)
