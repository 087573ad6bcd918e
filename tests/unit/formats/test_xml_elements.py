"""Elements that are looked for by paths, in one walk."""

from __future__ import annotations

from lxml import etree

from formats.xml_elements import MOST_NAMES, Places, first_text, name_of

PLACES = Places(texts=("Sts", "Sts/Cd", "Refs/EndToEndId"), elements=("Chrgs", "Dtls/Amt"))


def found(xml: str) -> tuple[dict[str, str], dict[str, list[str | None]]]:
    texts, elements = PLACES.found_in(etree.fromstring(xml))
    return texts, {path: [each.text for each in those] for path, those in elements.items()}


def test_texts_and_elements_by_their_paths_whatever_their_namespaces() -> None:
    xml = (
        '<Ntry xmlns="urn:a" xmlns:b="urn:b"><Sts> BOOK </Sts><b:Refs><EndToEndId>E1</EndToEndId></b:Refs>'
        "<Chrgs>1</Chrgs><Chrgs>2</Chrgs><Dtls><Amt>3</Amt></Dtls><Dtls><b:Amt>4</b:Amt></Dtls></Ntry>"
    )
    assert found(xml) == ({"Sts": "BOOK", "Refs/EndToEndId": "E1"}, {"Chrgs": ["1", "2"], "Dtls/Amt": ["3", "4"]})


def test_a_place_may_have_a_text_and_others_below_it() -> None:
    texts, _ = found("<Ntry><Sts>\n<Cd>PDNG</Cd>\n</Sts></Ntry>")
    assert texts == {"Sts/Cd": "PDNG"}
    assert first_text(texts, ("Sts", "Sts/Cd")) == "PDNG"
    assert first_text(texts, ("Sts",)) == ""


def test_what_stands_elsewhere_or_is_blank_is_not_found() -> None:
    xml = "<Ntry><Cd>X</Cd><Other><Refs><EndToEndId>E1</EndToEndId></Refs></Other><Refs><EndToEndId> </EndToEndId></Refs></Ntry>"
    assert found(xml) == ({}, {})


def test_of_several_texts_at_a_place_the_last_one_counts() -> None:
    texts, _ = found("<Ntry><Refs><EndToEndId>E1</EndToEndId></Refs><Refs><EndToEndId>E2</EndToEndId></Refs></Ntry>")
    assert texts == {"Refs/EndToEndId": "E2"}


def test_names_without_end_are_not_all_kept() -> None:
    for number in range(2 * MOST_NAMES):
        assert name_of(etree.Element(f"{{urn:a}}N{number}")) == f"N{number}"
    assert name_of(etree.Element("{urn:a}N0")) == "N0"
