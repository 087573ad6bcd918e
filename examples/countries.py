"""What differs between the three countries of the samples: names, banks, references and how people write in a transfer.

All names are made up from small lists; a likeness to anybody is chance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from examples import check_digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """A bank that customers use: the code at the start of its account numbers, and its BIC."""

    code: str
    bic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How customers of one language write. In the patterns of ``number``, ``{number}`` is the invoice number as printed, ``{year}``
    and ``{serial}`` its parts."""

    number: tuple[str, ...]
    several: str
    glue: tuple[str, ...]
    partial: str
    discount: str
    thanks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrelated:
    """A kind of bank line that is no receivable. ``minor``: least and greatest amount in cents, negative for money going out."""

    name: str
    words: str
    minor: tuple[int, int]
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryProfile:
    """All that a sample tenant of one country needs.

    ``invoice_number`` and ``credit_number`` are patterns with ``{year}`` and ``{serial}``; ``reference`` makes the structured reference from
    the invoice's serial number; ``printed`` is that reference as people type it into free text.
    """

    code: str
    languages: tuple[str, ...]
    home_bank: Bank
    banks: tuple[Bank, ...]
    account: Callable[[str, int], str]
    invoice_number: str
    credit_number: str
    reference: Callable[[int, int], str]
    printed: Callable[[str], str]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    trades: tuple[str, ...]
    forms: tuple[str, ...]
    streets: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    wording: Mapping[str, Wording]
    refund: str
    discount_basis_points: int
    discount_days: int
    unrelated: tuple[Unrelated, ...]
    fee: Unrelated


def _ogm(_year: int, serial: int) -> str:
    return check_digits.structured_communication(f"{100_0000000 + serial:010d}")


def _ogm_printed(reference: str) -> str:
    return f"+++{reference[:3]}/{reference[3:7]}/{reference[7:]}+++"


def _kenmerk(year: int, serial: int) -> str:
    return check_digits.betalingskenmerk(f"{year:04d}{serial:011d}")


def _in_fours(reference: str) -> str:
    return " ".join(reference[place : place + 4] for place in range(0, len(reference), 4))


def _rf(year: int, serial: int) -> str:
    return check_digits.creditor_reference(f"{year:04d}{serial:07d}")


_DUTCH: Final = Wording(
    number=(
        "Factuur {number}",
        "factuurnr. {number}",
        "betaling factuur {year} {serial}",
        "FACT {year}{serial}",
        "fact.nr {number}",
        "{number}",
        "betr.: factuur {year}-{serial}",
    ),
    several="facturen {numbers}",
    glue=(" ", ", ", " en ", " + "),
    partial="deelbetaling {numbers}",
    discount="{numbers} min 2% korting",
    thanks=("betaling", "zoals afgesproken", "bestelling", "bedankt"),
)
_FRENCH: Final = Wording(
    number=(
        "Facture {number}",
        "facture n. {number}",
        "paiement facture {year} {serial}",
        "FACT {year}{serial}",
        "fact.{number}",
        "{number}",
        "concerne: facture {year}-{serial}",
    ),
    several="factures {numbers}",
    glue=(" ", ", ", " et ", " + "),
    partial="acompte {numbers}",
    discount="{numbers} moins escompte 2%",
    thanks=("paiement", "comme convenu", "commande", "merci"),
)
_GERMAN: Final = Wording(
    number=(
        "Rechnung {number}",
        "Rg.Nr. {number}",
        "Rechnungsnr {year} {serial}",
        "RE {year}{serial}",
        "Re-Nr. {number} danke",
        "{number}",
        "Ueberweisung zu Rechnung {year}/{serial}",
    ),
    several="Rechnungen {numbers}",
    glue=(" ", ", ", " und ", " + "),
    partial="Teilzahlung {numbers}",
    discount="{numbers} abzgl. 2% Skonto",
    thanks=("Zahlung", "wie besprochen", "Bestellung", "danke"),
)
_ENGLISH: Final = Wording(
    number=(
        "Invoice {number}",
        "inv. {number}",
        "payment of invoice {year} {serial}",
        "INV {year}{serial}",
        "{number}",
    ),
    several="invoices {numbers}",
    glue=(" ", ", ", " and ", " + "),
    partial="part payment {numbers}",
    discount="{numbers} less 2% discount",
    thanks=("payment", "as agreed", "order", "thank you"),
)

BELGIUM: Final = CountryProfile(
    code="BE",
    languages=("nl", "nl", "nl", "fr", "fr"),
    home_bank=Bank(code="734", bic="KREDBEBB"),
    banks=(
        Bank(code="734", bic="KREDBEBB"),
        Bank(code="001", bic="GEBABEBB"),
        Bank(code="310", bic="BBRUBEBB"),
        Bank(code="068", bic="GKCCBEBB"),
        Bank(code="979", bic="ARSPBE22"),
    ),
    account=check_digits.belgian_account,
    invoice_number="{year}/{serial}",
    credit_number="CN{year}/{serial}",
    reference=_ogm,
    printed=_ogm_printed,
    first_names=(
        "An", "Bart", "Céline", "Dirk", "Elise", "Filip", "Greet", "Hugo", "Inès", "Jan", "Karel", "Lies", "Marc", "Nathalie",
        "Olivier", "Pascal", "Quinten", "Renée", "Stijn", "Thérèse", "Véronique", "Wim", "Xavier", "Yannick",
    ),
    last_names=(
        "Aerts", "Bogaert", "Claessens", "Coppens", "Daems", "De Backer", "Delvaux", "Dubois", "Everaert", "Fierens", "Gérard",
        "Goossens", "Hermans", "Jacobs", "Lambrechts", "Lejeune", "Maes", "Mertens", "Noël", "Peeters", "Renard", "Simonis",
        "Thys", "Van Acker", "Vandenberghe", "Verhaegen", "Wauters", "Wouters",
    ),
    trades=(
        "Bakkerij", "Architecten", "Drukkerij", "Garage", "Horeca", "Imprimerie", "Menuiserie", "Notariaat", "Opticien", "Pharmacie",
        "Schrijnwerken", "Traiteur", "Tuinaanleg", "Verzekeringen",
    ),
    forms=("BV", "NV", "VOF", "SRL", "SA"),
    streets=("Kerkstraat", "Stationsstraat", "Molenweg", "Rue Haute", "Avenue du Parc", "Nieuwstraat", "Rue de la Gare"),
    places=(
        ("9000", "Gent"), ("2000", "Antwerpen"), ("3000", "Leuven"), ("8500", "Kortrijk"), ("1000", "Brussel"), ("5000", "Namur"),
        ("4000", "Liège"), ("7000", "Mons"), ("3500", "Hasselt"), ("8000", "Brugge"),
    ),
    wording={"nl": _DUTCH, "fr": _FRENCH},
    refund="Terugbetaling creditnota {numbers}",
    discount_basis_points=200,
    discount_days=10,
    unrelated=(
        Unrelated(name="Marleen Goethals", words="LOON {month}", minor=(-348_000, -214_000), code="salary"),
        Unrelated(name="Thomas Wybo", words="LOON {month}", minor=(-301_000, -198_000), code="salary"),
        Unrelated(name="Houthandel De Eik NV", words="uw factuur {digits}", minor=(-480_000, -22_000), code="supplier"),
        Unrelated(name="Verhuur Havenkant BV", words="huur atelier {month}", minor=(-265_000, -265_000), code="supplier"),
        Unrelated(name="FOD Financien", words="Teruggave btw {month}", minor=(90_000, 410_000), code="tax"),
    ),
    fee=Unrelated(name="", words="Beheerskosten rekening {month}", minor=(-1_850, -1_250), code="fee"),
)  # fmt: skip

NETHERLANDS: Final = CountryProfile(
    code="NL",
    languages=("nl", "nl", "nl", "nl", "en"),
    home_bank=Bank(code="INGB", bic="INGBNL2A"),
    banks=(
        Bank(code="INGB", bic="INGBNL2A"),
        Bank(code="RABO", bic="RABONL2U"),
        Bank(code="ABNA", bic="ABNANL2A"),
        Bank(code="TRIO", bic="TRIONL2U"),
        Bank(code="KNAB", bic="KNABNL2H"),
        Bank(code="BUNQ", bic="BUNQNL2A"),
    ),
    account=check_digits.dutch_account,
    invoice_number="F{year}-{serial}",
    credit_number="C{year}-{serial}",
    reference=_kenmerk,
    printed=_in_fours,
    first_names=(
        "Anouk", "Bram", "Cees", "Daan", "Esther", "Femke", "Gijs", "Hanneke", "Ilse", "Joost", "Koen", "Lotte", "Maarten", "Nienke",
        "Otto", "Petra", "Ruben", "Sanne", "Tjeerd", "Ursula", "Vera", "Wouter", "Yvonne", "Zoë",
    ),
    last_names=(
        "van den Akker", "Bakker", "de Boer", "Brouwer", "Dekker", "Dijkstra", "van der Horst", "Hoekstra", "Jansen", "Kok", "Kuipers",
        "van Leeuwen", "Meijer", "Mulder", "Postma", "Prins", "Scholten", "Smit", "Timmerman", "Veenstra", "Verhoeven", "Visser",
        "de Vries", "Wiersma", "Zijlstra", "Zwart",
    ),
    trades=(
        "Rijwielhandel", "Fietsverhuur", "Bouwbedrijf", "Camping", "Drukkerij", "Hotel", "Kwekerij", "Loodgieters", "Makelaardij",
        "Reclamebureau", "Strandpaviljoen", "Tandartspraktijk", "Transport", "Zeilmakerij",
    ),
    forms=("B.V.", "BV", "V.O.F.", "N.V."),
    streets=("Dorpsstraat", "Havenkade", "Kerkplein", "Lindelaan", "Molenpad", "Schoolstraat", "Westerdijk"),
    places=(
        ("1621 AB", "Hoorn"), ("1012 JS", "Amsterdam"), ("3511 CE", "Utrecht"), ("9711 LM", "Groningen"), ("8911 BN", "Leeuwarden"),
        ("5611 EM", "Eindhoven"), ("6811 KP", "Arnhem"), ("4331 LK", "Middelburg"), ("7511 HA", "Enschede"),
    ),
    wording={"nl": _DUTCH, "en": _ENGLISH},
    refund="Terugbetaling creditnota {numbers}",
    discount_basis_points=200,
    discount_days=8,
    unrelated=(
        Unrelated(name="R. Boersma", words="SALARIS {month}", minor=(-342_000, -221_000), code="salary"),
        Unrelated(name="L. van Zanten", words="SALARIS {month}", minor=(-298_000, -189_000), code="salary"),
        Unrelated(name="Banden Import Noord B.V.", words="uw factuur {digits}", minor=(-510_000, -18_000), code="supplier"),
        Unrelated(name="Havenbedrijf Hoorn", words="huur loods {month}", minor=(-189_500, -189_500), code="supplier"),
        Unrelated(name="BELASTINGDIENST", words="OB teruggaaf {month} {digits}", minor=(60_000, 350_000), code="tax"),
    ),
    fee=Unrelated(name="", words="Kosten zakelijk betalingsverkeer {month}", minor=(-2_190, -1_290), code="fee"),
)  # fmt: skip

GERMANY: Final = CountryProfile(
    code="DE",
    languages=("de", "de", "de", "de", "de", "en"),
    home_bank=Bank(code="85050300", bic="OSDDDE81XXX"),
    banks=(
        Bank(code="37040044", bic="COBADEFFXXX"),
        Bank(code="10010010", bic="PBNKDEFFXXX"),
        Bank(code="50010517", bic="INGDDEFFXXX"),
        Bank(code="43060967", bic="GENODEM1GLS"),
        Bank(code="86055592", bic="WELADE8LXXX"),
        Bank(code="70150000", bic="SSKMDEMMXXX"),
    ),
    account=check_digits.german_account,
    invoice_number="RE-{year}-{serial}",
    credit_number="GS-{year}-{serial}",
    reference=_rf,
    printed=_in_fours,
    first_names=(
        "Anke", "Bernd", "Carla", "Dieter", "Elke", "Franziska", "Günter", "Heike", "Ingo", "Jörg", "Katrin", "Lars", "Miriam", "Norbert",
        "Oskar", "Petra", "Quirin", "Rüdiger", "Silke", "Torsten", "Ute", "Volker", "Wiebke", "Yannis",
    ),
    last_names=(
        "Albrecht", "Bäcker", "Böhm", "Conrad", "Dietrich", "Ebert", "Fuchs", "Gärtner", "Hübner", "Jäger", "Kessler", "Krüger", "Lindner",
        "Möller", "Neumann", "Otto", "Pohl", "Richter", "Schäfer", "Schuster", "Thiel", "Ullrich", "Vogt", "Weiß", "Winkler", "Ziegler",
    ),
    trades=(
        "Autohaus", "Baustoffe", "Dachdeckerei", "Elektro", "Fliesen", "Heizungsbau", "Holzbau", "Malerbetrieb", "Metallbau", "Schlosserei",
        "Spedition", "Tischlerei", "Zimmerei", "Gartenbau",
    ),
    forms=("GmbH", "GmbH & Co. KG", "e.K.", "AG", "OHG"),
    streets=("Hauptstraße", "Bahnhofstraße", "Lindenweg", "Am Markt", "Elbufer", "Schillerstraße", "Werkstraße"),
    places=(
        ("01067", "Dresden"), ("04109", "Leipzig"), ("10115", "Berlin"), ("20095", "Hamburg"), ("39104", "Magdeburg"), ("50667", "Köln"),
        ("80331", "München"), ("90402", "Nürnberg"), ("99084", "Erfurt"),
    ),
    wording={"de": _GERMAN, "en": _ENGLISH},
    refund="Erstattung Gutschrift {numbers}",
    discount_basis_points=200,
    discount_days=10,
    unrelated=(
        Unrelated(name="Marion Teichert", words="LOHN/GEHALT {month}", minor=(-359_000, -228_000), code="salary"),
        Unrelated(name="Steffen Rau", words="LOHN/GEHALT {month}", minor=(-312_000, -201_000), code="salary"),
        Unrelated(name="Stahlhandel Ost GmbH", words="Ihre Rechnung {digits}", minor=(-520_000, -25_000), code="supplier"),
        Unrelated(name="Grundstücksverwaltung Pieschen", words="Miete Halle {month}", minor=(-241_000, -241_000), code="supplier"),
        Unrelated(name="Finanzamt Dresden-Nord", words="Erstattung Umsatzsteuer {month}", minor=(80_000, 390_000), code="tax"),
    ),
    fee=Unrelated(name="", words="Kontoführung {month}", minor=(-1_590, -990), code="fee"),
)  # fmt: skip

COUNTRIES: Final[Mapping[str, CountryProfile]] = {"be": BELGIUM, "nl": NETHERLANDS, "de": GERMANY}
