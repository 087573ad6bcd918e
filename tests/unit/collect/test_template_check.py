"""A tenant's templates are tried before they are used: ours pass, and whatever leaves out a mandatory element is named."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest

from collect.letterhead import Letterhead
from collect.message_templates import MessageTemplates
from collect.template_check import TemplateUse, template_faults
from ledger.claims import LetterType
from ledger.reminders import MessageKind

HEAD = Letterhead(
    name="Bench BV",
    sender="a@bench.example",
    iban="BE55734798953744",
    country="NL",
    language="nl",
    enterprise_number="0123.456.749",
)


def ours() -> dict[str, str]:
    folder = files("collect.templates")
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".j2")}


def faults(own: dict[str, str], *uses: TemplateUse, country: str = "NL") -> list[str]:
    return list(template_faults(replace(HEAD, country=country, templates=MessageTemplates(own)), uses))


@pytest.mark.parametrize("country", ["BE", "NL", "DE", "FR"])
def test_our_own_templates_say_what_they_must(country: str) -> None:
    assert faults(ours(), country=country) == []


def test_without_own_templates_there_is_nothing_to_check() -> None:
    assert faults({}) == []


@pytest.mark.parametrize(
    ("name", "cut", "element"),
    [
        ("fourteen_days.nl.j2", "{{ consequence }}", "costs_to_follow"),
        ("fourteen_days.nl.j2", "{{ consequence }}", "consequence"),
        ("fourteen_days.fr.j2", "{{ term_sentence }}", "term_sentence"),
        ("free_reminder.nl.j2", "{{ term_sentence }}", "term_sentence"),
        ("letter.txt.j2", "{{ total_label }}: {{ total }}", "principal"),
        ("letter.html.j2", "{{ row[column.name] }}", "due_date"),
        ("letter.txt.j2", "{{ row.number }}", "description"),
    ],
)
def test_a_template_that_leaves_out_what_the_law_wants_is_named(name: str, cut: str, element: str) -> None:
    text = ours()[name]
    assert cut in text
    own = {name: text.replace(cut, "")}
    if name == "letter.txt.j2" and element == "principal":
        # The subject line of the words says it too; take it away everywhere the text frame has it.
        own = {name: text.replace(cut, "").replace("{{ paragraph }}", "")}
    found = faults(own)
    assert any(line.startswith(f"{name}:") and element in line for line in found), found


def test_the_frame_that_prints_no_words_is_named() -> None:
    found = faults({"letter.html.j2": "<p>{{ subject }}</p>"})
    assert any("the HTML leaves out" in line for line in found)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{% block subject %}", "reminder.nl.j2: line 1"),
        ("{% block subject %}x{% endblock %}", "has no block opening"),
        ("x" * 200_001, "more than 200000 characters"),
    ],
)
def test_what_cannot_be_read(text: str, reason: str) -> None:
    assert any(reason in line for line in faults({"reminder.nl.j2": text}))


def test_a_name_that_nobody_knows_is_a_fault_before_it_is_ever_sent() -> None:
    text = ours()["reminder.nl.j2"].replace("{{ total }}", "{{ totaal }}", 1)
    assert any("totaal" in line for line in faults({"reminder.nl.j2": text}))


def test_templates_of_steps_are_checked_for_what_the_step_is() -> None:
    text = ours()["reminder.nl.j2"]
    use = TemplateUse(name="hosting", kind=MessageKind.REMINDER, letter=LetterType.FOURTEEN_DAYS)
    assert any("hosting.nl.j2: no step uses it" in line for line in faults({"hosting.nl.j2": text}))
    assert faults({"hosting.nl.j2": text}, TemplateUse(name="hosting", kind=MessageKind.REMINDER)) == []
    assert faults({"hosting.nl.j2": text}, use) == [], "consequence and term are in it"
    without = text.replace("{{ consequence }}", "")
    assert any("costs_to_follow" in line for line in faults({"hosting.nl.j2": without}, use))
