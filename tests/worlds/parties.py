"""Names, accounts and what banks and people make of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Final

_FIRST: Final = {
    "BE": [
        "Lukas",
        "Noor",
        "Wannes",
        "Lien",
        "Thibault",
        "Aurélie",
        "Jef",
        "Griet",
        "Benoît",
        "Chloé",
        "Stijn",
        "Hilde",
    ],
    "NL": ["Sjoerd", "Maaike", "Daan", "Fleur", "Gijs", "Roos", "Teun", "Anouk", "Joost", "Sanne", "Koen", "Liesbeth"],
    "DE": [
        "Jürgen",
        "Sabine",
        "Götz",
        "Heike",
        "Matthias",
        "Änne",
        "Rüdiger",
        "Birgit",
        "Uwe",
        "Dörte",
        "Lars",
        "Ilse",
    ],
}
_STEMS: Final = {
    "BE": [
        "Cop",
        "Dekey",
        "Van den B",
        "Hael",
        "Goe",
        "Lauw",
        "Ma",
        "Ons",
        "Pype",
        "Rog",
        "Ste",
        "Tim",
        "Ver",
        "Wille",
        "De Cl",
        "Bru",
        "Crae",
        "Dum",
        "Fon",
        "Gil",
    ],
    "NL": [
        "Akk",
        "Boers",
        "van der W",
        "Dijk",
        "Els",
        "Groen",
        "Hof",
        "Jans",
        "Kuip",
        "Lind",
        "Mulk",
        "de Nij",
        "Post",
        "Ros",
        "Schout",
        "Tess",
        "Veen",
        "Wester",
        "IJs",
        "Zand",
    ],
    "DE": [
        "Alt",
        "Bösch",
        "Dörr",
        "Eich",
        "Förs",
        "Grün",
        "Hübn",
        "Jäck",
        "Köst",
        "Lüd",
        "Mühl",
        "Nöll",
        "Ober",
        "Pfäff",
        "Röhr",
        "Schütt",
        "Thöm",
        "Vög",
        "Weiß",
        "Zöll",
    ],
}
_ENDS: Final = {
    "BE": [
        "aerts",
        "ens",
        "eleer",
        "oy",
        "ijnck",
        "emans",
        "eele",
        "oen",
        "ier",
        "inckx",
        "ette",
        "ard",
        "ont",
        "ez",
        "eyne",
        "uyse",
    ],
    "NL": [
        "ema",
        "stra",
        "huis",
        "ink",
        "man",
        "sma",
        "veld",
        "berg",
        "aart",
        "inga",
        "hout",
        "wijk",
        "kamp",
        "donk",
        "laar",
        "sen",
    ],
    "DE": [
        "er",
        "mann",
        "inger",
        "hardt",
        "bach",
        "stein",
        "ke",
        "feld",
        "wein",
        "ler",
        "brück",
        "meier",
        "thaler",
        "hoff",
        "wald",
        "kamp",
    ],
}
_TRADES: Final = {
    "BE": ["Schrijnwerkerij", "Traiteur", "Garage", "Apotheek", "Imprimerie", "Boulangerie", "Tuinaanleg", "Fietsen"],
    "NL": [
        "Bakkerij",
        "Loonbedrijf",
        "Schildersbedrijf",
        "Kwekerij",
        "Drukkerij",
        "Autobedrijf",
        "Fietsenwinkel",
        "Slagerij",
    ],
    "DE": ["Tischlerei", "Bäckerei", "Autohaus", "Gärtnerei", "Druckerei", "Elektrotechnik", "Spedition", "Metzgerei"],
}
_FORMS: Final = {
    "BE": ["BV", "NV", "SRL", "VOF", "CommV", "SA"],
    "NL": ["B.V.", "V.O.F.", "N.V.", "BV", "C.V."],
    "DE": ["GmbH", "GmbH & Co. KG", "e.K.", "OHG", "UG (haftungsbeschränkt)", "AG"],
}
_UMLAUTS: Final = (
    ("ä", "ae"),
    ("ö", "oe"),
    ("ü", "ue"),
    ("Ä", "Ae"),
    ("Ö", "Oe"),
    ("Ü", "Ue"),
    ("ß", "ss"),
    ("é", "e"),
    ("î", "i"),
)
#: Parties that are nobody's customers.
STRANGERS: Final = (
    "Quixotra Treuhand",
    "Ledgerline Payments SA",
    "Boekhoudkantoor Zilverlink",
    "PAYSOLV EUROPE",
    "Fiduciaire Ombrelune",
    "Notariat Xanten-Süd",
)


@dataclass
class Party:
    """A customer: ``first`` is empty for a company. ``iban`` is what it pays from; whether we know it is ``known``."""

    customer_id: str
    name: str
    first: str
    last: str
    iban: str
    known: bool


@dataclass
class Names:
    """Names of one world; last names of parties never repeat by accident."""

    random: Random
    country: str
    used: set[str] = field(default_factory=set)

    def last(self) -> str:
        """A last name that nobody has yet."""
        while True:
            name = self.random.choice(_STEMS[self.country]) + self.random.choice(_ENDS[self.country])
            for many in (240, 60_000):
                if len(self.used) > many:
                    stem, end = self.random.choice(_STEMS[self.country]), self.random.choice(_ENDS[self.country])
                    name += f"-{stem.split()[-1]}{end}"
            if name not in self.used:
                self.used.add(name)
                return name

    def first(self) -> str:
        """Any first name."""
        return self.random.choice(_FIRST[self.country])

    def company(self, last: str) -> str:
        """A firm called after somebody."""
        trade, form = self.random.choice(_TRADES[self.country]), self.random.choice(_FORMS[self.country])
        return f"{trade} {last} {form}" if self.random.random() < 0.6 else f"{last} {trade} {form}"

    def iban(self) -> str:
        """An account; its check digits are not what these worlds are about."""
        r = self.random
        if self.country == "NL":
            return f"NL{r.randrange(10, 99)}{r.choice(['ABNA', 'RABO', 'INGB'])}0{r.randrange(10**8, 10**9)}"
        return f"{self.country}{r.randrange(10, 99)}{r.randrange(10**11, 10**12) if self.country == 'BE' else r.randrange(10**17, 10**18)}"

    def as_banked(self, party: Party) -> str:
        """The name as the payer's bank prints it: still clearly this party."""
        name, way = party.name, self.random.randrange(8)
        if way == 0:
            return name.upper()
        if way == 1:
            return transcribed(name)
        if way == 2:
            return transcribed(name).upper()[:35]
        if not party.first:
            return name[:27].rstrip() if way == 3 and len(name) > 30 else name
        if way == 3:
            return f"{party.first[0]}. {party.last}"
        if way == 4:
            return f"{party.last} {party.first}"
        if way == 5:
            title = {"BE": "Dhr.", "NL": "Dhr", "DE": "Herr"}[self.country]
            return f"{title} {party.first} {party.last}"
        if way == 6:
            return f"{transcribed(party.last).upper()}, {party.first.upper()}"
        return name

    def joint(self, party: Party) -> str:
        """A joint account of the party and somebody else."""
        other = f"{self.first()[0]}. {self.last()}"
        joiner = {"BE": " - ", "NL": " en/of ", "DE": " und "}[self.country]
        return (
            self.random.choice([f"{party.name}{joiner}{other}", f"{other}{joiner}{party.name}"])
            if joiner != " - "
            else f"{party.name} en {other}"
        )


def transcribed(name: str) -> str:
    """Umlauts as two letters, accents dropped."""
    for umlaut, letters in _UMLAUTS:
        name = name.replace(umlaut, letters)
    return name
