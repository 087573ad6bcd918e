"""Who is invited to sign a mandate, when, and what the form and the mail say."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader

from collect.ladder import Audience
from collect.mandate_form import Creditor, compose_invitation, mandate_form
from collect.mandate_invitations import Invitation, InvitationPolicy, invitations, reference_of
from formats.letter_pdf import letter_pdf
from ledger.mandates import MandateStatus, Scheme
from ledger.party import CustomerType
from ledger.reminders import Reminder
from ledger.sepa_text import identifier_fault
from tests.unit.collect.debtors import customer, item, mandate

DAY = date(2026, 9, 1)
CREDITOR_ID = "BE68ZZZ0123456789"
POLICY = InvitationPolicy(creditor_id=CREDITOR_ID, audience=Audience(), business_scheme=Scheme.B2B, again_after=14)
CREDITOR = Creditor(
    name="Bench BV",
    creditor_id=CREDITOR_ID,
    address=("Kerkstraat 1", "9000 Gent"),
    country="BE",
    language="nl",
    sender="debiteuren@bench.example",
    return_to="Kerkstraat 1, 9000 Gent",
    link="https://sign.example/{mandate}?c={customer}",
)
WHO = customer()
OPEN = [item("F1", "10.00", date(2026, 9, 1), customer_id=WHO.customer_id)]


def due(
    policy: InvitationPolicy = POLICY,
    *,
    who: object = WHO,
    mandates: object = (),
    told: tuple[Reminder, ...] = (),
    on: date = DAY,
    items: object = None,
) -> list[Invitation]:
    found = OPEN if items is None else items
    return list(
        invitations(policy, found, customers={WHO.customer_id: who}, mandates=mandates, told=told, as_of=on)  # type: ignore[arg-type,dict-item]
    )


def test_a_customer_who_owes_and_has_no_mandate_is_invited() -> None:
    (one,) = due()
    assert (one.customer.customer_id, one.again) == (WHO.customer_id, False)
    assert identifier_fault(one.reference) is None
    assert one.reference == reference_of(CREDITOR_ID, WHO.customer_id) != reference_of(CREDITOR_ID, "other")


@pytest.mark.parametrize("status", list(MandateStatus))
def test_never_somebody_with_a_mandate_in_whatever_state(status: MandateStatus) -> None:
    assert due(mandates=[replace(mandate("M1", customer_id=WHO.customer_id), status=status)]) == []


def test_nobody_who_owes_nothing_has_no_address_or_is_not_wanted() -> None:
    assert due(items=[]) == []
    assert due(who=replace(WHO, email="")) == []
    assert due(replace(POLICY, audience=Audience(groups=frozenset({"wholesale"})))) == []
    assert due(replace(POLICY, audience=Audience(groups=frozenset({"wholesale"}))), who=replace(WHO, group="wholesale"))


def test_consumers_are_asked_for_core() -> None:
    schemes = {kind: due(who=replace(WHO, type=kind))[0].scheme for kind in CustomerType}
    assert schemes == {CustomerType.BUSINESS: Scheme.B2B, CustomerType.CONSUMER: Scheme.CORE}


def test_one_reminder_after_the_days_and_no_more() -> None:
    (first,) = due()
    told = (first.as_reminder("mail", DAY),)
    assert due(told=told, on=date(2026, 9, 14)) == []
    (second,) = due(told=told, on=date(2026, 9, 15))
    assert second == replace(first, again=True)
    both = (*told, second.as_reminder("mail", date(2026, 9, 15)))
    assert due(told=both, on=date(2027, 9, 15)) == []


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
@pytest.mark.parametrize("scheme", list(Scheme))
def test_the_form_has_what_the_rulebooks_ask_for(language: str, scheme: Scheme) -> None:
    invitation = replace(due()[0], customer=replace(WHO, language=language), scheme=scheme)
    pdf = letter_pdf(mandate_form(CREDITOR, invitation, DAY))
    assert pdf == letter_pdf(mandate_form(CREDITOR, invitation, DAY))
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) == 1
    words = " ".join(pages[0].extract_text().split())
    for needed in (
        invitation.reference,
        CREDITOR_ID,
        "Bench BV",
        WHO.name,
        "Kerkstraat 1, 9000 Gent",
        "IBAN",
        "(A)",
        "(B)",
    ):
        assert needed in words
    refund = {"nl": "binnen 8 weken", "fr": "dans les 8 semaines", "de": "von acht Wochen", "en": "within 8 weeks"}[
        language
    ]
    assert (refund in words) is (scheme is Scheme.CORE)


def test_the_forms_of_the_languages_and_schemes_differ() -> None:
    subjects = {
        mandate_form(CREDITOR, replace(due()[0], customer=replace(WHO, language=language), scheme=scheme), DAY).subject
        for language in ("nl", "fr", "de", "en")
        for scheme in Scheme
    }
    assert len(subjects) == 8


def test_the_mail_brings_the_form_and_the_link() -> None:
    message = compose_invitation(CREDITOR, due()[0], b"%PDF", DAY)
    assert message.recipient == WHO.email
    assert [(one.name, one.media_type, one.content) for one in message.attachments] == [
        (f"{due()[0].reference}.pdf", "application/pdf", b"%PDF")
    ]
    assert f"https://sign.example/{due()[0].reference}?c={WHO.customer_id}" in message.text
    again = compose_invitation(CREDITOR, replace(due()[0], again=True), b"%PDF", DAY)
    assert again.subject != message.subject
    unknown = compose_invitation(CREDITOR, replace(due()[0], customer=replace(WHO, language="pt")), b"%PDF", DAY)
    assert unknown.language == "nl"
