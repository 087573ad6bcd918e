"""The report for finance: self-contained, the same bytes for the same view, in four languages, and nothing a payer writes becomes markup."""

import re
from dataclasses import replace
from datetime import date

import pytest
from lxml import etree, html
from markupsafe import escape

from collect.forecast import ForecastDay
from daemon.report import (
    DECISIONS_MOST,
    LINES_MOST,
    REMARKS_MOST,
    WAITING_MOST,
    AgeBand,
    AgeShare,
    BatchLine,
    EvidenceShare,
    Headline,
    ParkedLine,
    ReminderLine,
    ReportFile,
    ReportView,
    SourceState,
    SuggestedLine,
    WaitingEntry,
    WaitingSuggestion,
    WithheldLine,
    age_band,
    ages_of,
    forecast_weeks,
    monday_of,
    render_report,
    weeks_of,
)
from daemon.report_words import words_of
from ledger.allocations import AllocationKind, Evidence
from ledger.decisions import Decision, LoggedDecision
from ledger.documents import Document, DocumentKind, ItemStatus, OpenItem
from ledger.mandates import CollectionStatus, Scheme
from ledger.money import Money
from ledger.reminders import MessageKind
from ledger.sources import SourceRef

AS_OF = date(2026, 9, 14)
LANGUAGES = ("nl", "fr", "de", "en")


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


WAITING = WaitingEntry(
    entry="2609110000161",
    booked_on=date(2026, 9, 11),
    amount=eur(13_842),
    payer="Hugo Gérard",
    payer_iban="BE68539007547034",
    text="zoals afgesproken",
    why="Twee facturen staan open met dit bedrag.",
    suggestions=(
        WaitingSuggestion(
            rank=1,
            lines=(
                SuggestedLine(kind=AllocationKind.PAYMENT, document="2026/100459", customer="C1", amount=eur(13_800)),
                SuggestedLine(kind=AllocationKind.ON_ACCOUNT, document="", customer="C1", amount=eur(42)),
            ),
            reason="De naam is die van de klant.",
        ),
    ),
)
REMINDER = ReminderLine(
    customer="Wim Claessens",
    documents=("2026/100412", "2026/100413"),
    kind=MessageKind.REMINDER,
    level=1,
    amount_due=eur(2_568),
    status="sent",
)


def decision(sequence: int) -> LoggedDecision:
    row = Decision(
        as_of=AS_OF,
        subject=f"2609110000{sequence:03d}",
        decision="matched",
        evidence="structured_reference;amount",
        runner_up="",
        reason="Bedrag en kenmerk kloppen.",
        by="afletter",
    )
    return LoggedDecision(sequence=sequence, decision=row, hash="0" * 64)


def view(language: str = "nl") -> ReportView:
    return ReportView(
        tenant="noorderlicht",
        company="Noorderlicht & Zonen BV",
        language=language,
        country="BE",
        currency="EUR",
        as_of=AS_OF,
        first_on=date(2026, 6, 8),
        last_on=date(2026, 9, 11),
        headline=Headline(
            came_in=eur(26_415_951),
            entries=162,
            matched_automatically=133,
            matched_by_person=1,
            waiting=4,
            waiting_amount=eur(376_380),
            ignored=24,
            open=eur(14_087_106),
            open_documents=58,
            overdue=eur(6_617_114),
            overdue_documents=31,
            credit=eur(412_345),
        ),
        weeks=weeks_of(
            [
                (date(2026, 9, 2), "matched", eur(1_000_000)),
                (date(2026, 9, 11), "waiting", eur(13_842)),
                (date(2026, 9, 11), "ignored", eur(90_000)),
            ],
            "EUR",
        ),
        shares=tuple(EvidenceShare(evidence=evidence, entries=3, amount=eur(100)) for evidence in Evidence),
        ages=tuple(AgeShare(band=band, documents=band.value, amount=eur(band.value * 100)) for band in AgeBand),
        waiting=(WAITING,),
        sources=(
            SourceState(
                name="bank",
                newest="20260911.cod",
                newest_on=date(2026, 9, 11),
                late=True,
                balance=eur(25_481_488),
                gaps=("gap one",),
            ),
            SourceState(name="portal", newest="", newest_on=None, late=False, faults=("row 17",)),
        ),
        batches=(
            BatchLine(
                message_id="AFL-1",
                scheme=Scheme.CORE,
                sequence_type="RCUR",
                collect_on=date(2026, 9, 21),
                collections=6,
                amount=eur(1_234_567),
                status=CollectionStatus.SENT,
            ),
        ),
        withheld=(WithheldLine(document="2026/100409", customer="Thys", amount=eur(100), reason="Ingetrokken."),),
        reminders=(REMINDER,),
        parked=(ParkedLine(subject="mail", reason="Adres onbekend."),),
        decisions=(decision(1), decision(2)),
        decisions_in_all=2,
        log_file="log.csv",
        files=(ReportFile(label="Beancount", path="books/main.beancount"),),
    )


def empty_view() -> ReportView:
    none = eur(0)
    return replace(
        view(),
        first_on=None,
        last_on=None,
        headline=Headline(
            came_in=none,
            entries=0,
            matched_automatically=0,
            matched_by_person=0,
            waiting=0,
            waiting_amount=none,
            ignored=0,
            open=none,
            open_documents=0,
            overdue=none,
            overdue_documents=0,
            credit=none,
        ),
        weeks=(),
        shares=(),
        ages=ages_of([], AS_OF, "EUR"),
        waiting=(),
        sources=(),
        batches=(),
        withheld=(),
        reminders=(),
        parked=(),
        decisions=(),
        decisions_in_all=0,
        files=(),
    )


def text_of(page: str) -> str:
    words = " ".join(html.document_fromstring(page).text_content().split())
    return words.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_self_contained(language: str) -> None:
    page = render_report(view(language))
    assert "://" not in page
    assert "<script" not in page
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', page) == []
    assert re.findall(r"url\(|@import", page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_view_gives_the_same_text(language: str) -> None:
    assert render_report(view(language)) == render_report(view(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_element_is_closed_and_no_gap_is_left(language: str) -> None:
    page = render_report(view(language))
    body = page.split("<body>")[1].split("</body>")[0].replace("<br>", "<br/>")
    etree.fromstring(f"<body>{body}</body>")
    assert re.findall(r"\{\w*\}", body) == []


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nl", ("Stand op 14 september 2026", "€ 264.159,51", "133 van 138", "96,3%", "gestructureerd kenmerk")),
        ("fr", ("Situation au 14 septembre 2026", "264 159,51 €", "133 des 138", "96,3 %", "communication structurée")),
        ("de", ("Stand 14. September 2026", "264.159,51 €", "133 von 138", "96,3 %", "strukturierte Referenz")),
        ("en", ("As of 14 September 2026", "264.159,51 €", "133 of 138", "96,3%", "structured reference")),
    ],
)
def test_figures_and_words_are_those_of_the_language(language: str, expected: tuple[str, ...]) -> None:
    text = text_of(render_report(view(language)))
    assert [phrase for phrase in expected if phrase not in text] == []


def test_an_unknown_language_is_answered_in_english() -> None:
    assert "Reconciliation report" in render_report(replace(view(), language="it"))


def test_what_needs_attention_leads_to_its_part_of_the_page() -> None:
    page = render_report(view())
    anchors = re.findall(r'href="#(\w+)"', page)
    assert anchors == ["waiting", "parked", "sources", "sources", "sources"]
    assert all(f'id="{anchor}"' in page for anchor in anchors)


def test_an_empty_tenant_has_a_calm_report() -> None:
    text = text_of(render_report(empty_view()))
    assert "Er wacht niets op u." in text
    assert "Er is nog niets afgeletterd." in text
    assert "In deze ronde is geen incassobestand gemaakt." in text


def test_what_a_payer_writes_never_becomes_markup() -> None:
    hostile = '<img src=x onerror="alert(1)">{{ 7 * 7 }}{count}'
    entry = replace(WAITING, payer=hostile, text=hostile, why=hostile, entry=hostile)
    page = render_report(replace(view(), waiting=(entry,), company=hostile, log_file=hostile))
    assert "<img" not in page
    assert page.count("&lt;img") >= 5
    assert "49" not in text_of(page).split("Wacht op uw beslissing")[1].split("Hoe actueel")[0]


def test_account_numbers_are_masked() -> None:
    page = render_report(view())
    assert "BE68539007547034" not in page
    assert "BE68…7034" in page


def test_a_suggestion_shows_its_lines_and_how_to_accept_it() -> None:
    text = text_of(render_report(view()))
    assert "1 betaling 2026/100459 € 138,00; op rekening C1 € 0,42" in text
    assert "afletter review accept 2609110000161 --rank 1" in text


def test_all_of_a_share_is_only_said_when_it_is_all() -> None:
    headline = replace(view().headline, matched_automatically=99_999, matched_by_person=0, waiting=1)
    assert "99,9%" in text_of(render_report(replace(view(), headline=headline)))
    assert "100%" in text_of(render_report(replace(view(), headline=replace(headline, waiting=0))))


def test_long_lists_are_cut_and_say_so() -> None:
    many = replace(
        view(),
        headline=replace(view().headline, waiting=WAITING_MOST + 7),
        waiting=(WAITING,) * (WAITING_MOST + 7),
        reminders=(REMINDER,) * (LINES_MOST + 3),
        sources=(replace(view().sources[0], gaps=("gap",) * (REMARKS_MOST + 5)),),
        decisions=tuple(decision(sequence) for sequence in range(1, DECISIONS_MOST + 50)),
        decisions_in_all=DECISIONS_MOST + 49,
    )
    page = render_report(many)
    assert page.count("<bdi>Hugo Gérard</bdi>") == WAITING_MOST
    assert page.count("<bdi>Wim Claessens</bdi>") == LINES_MOST
    assert page.count('<td class="right soft">') == DECISIONS_MOST
    text = text_of(page)
    for phrase in ("En nog 7 andere", "en nog 3 andere", "en nog 5 andere", "De laatste 200 van 249"):
        assert phrase in text


def test_an_account_shows_its_newest_statement_and_balance() -> None:
    assert "11 sep 2026 3 dagen oud20260911.cod, € 254.814,88" in text_of(render_report(view()))


def test_the_newest_decision_comes_first() -> None:
    text = text_of(render_report(view()))
    assert text.index("2609110000002") < text.index("2609110000001")
    assert "gestructureerd kenmerk, bedrag" in text


@pytest.mark.parametrize(
    ("due_on", "band"),
    [
        (date(2026, 9, 15), AgeBand.NOT_DUE),
        (date(2026, 9, 14), AgeBand.NOT_DUE),
        (date(2026, 9, 13), AgeBand.TO_30),
        (date(2026, 8, 15), AgeBand.TO_30),
        (date(2026, 8, 14), AgeBand.TO_60),
        (date(2026, 7, 16), AgeBand.TO_60),
        (date(2026, 7, 15), AgeBand.TO_90),
        (date(2026, 6, 16), AgeBand.TO_90),
        (date(2026, 6, 15), AgeBand.BEYOND_90),
    ],
)
def test_age_band(due_on: date, band: AgeBand) -> None:
    assert age_band(due_on, AS_OF) is band


def test_ages_count_open_invoices_of_the_currency_only() -> None:
    def item(kind: DocumentKind, open_: Money, due_on: date) -> OpenItem:
        document = Document(
            number="1",
            kind=kind,
            customer_id="C1",
            issued_on=date(2026, 6, 1),
            due_on=due_on,
            gross=open_,
            settled_at_source=Money.zero(open_.currency),
            creditor_reference="",
            order_number="",
            corrects="",
            discount=None,
            source=SourceRef(system="folder", name="invoices.csv", document="0" * 64, place="2"),
        )
        return OpenItem(
            document=document, open=open_, status=ItemStatus.OPEN, dunning_level=0, mandate_reference="", blocked_by=""
        )

    ages = ages_of(
        [
            item(DocumentKind.INVOICE, eur(500), date(2026, 9, 20)),
            item(DocumentKind.INVOICE, eur(700), date(2026, 9, 1)),
            item(DocumentKind.INVOICE, eur(0), date(2026, 9, 1)),
            item(DocumentKind.INVOICE, Money(900, "USD"), date(2026, 9, 1)),
            item(DocumentKind.CREDIT_NOTE, eur(300), date(2026, 9, 1)),
        ],
        AS_OF,
        "EUR",
    )
    assert [(age.documents, age.amount.minor) for age in ages] == [(1, 500), (1, 700), (0, 0), (0, 0), (0, 0)]


def test_weeks_begin_on_monday_and_leave_none_out() -> None:
    weeks = weeks_of(
        [
            (date(2026, 8, 23), "matched", eur(100)),
            (date(2026, 9, 7), "waiting", eur(50)),
            (date(2026, 9, 8), "matched", eur(-40)),
        ],
        "EUR",
    )
    assert [(week.monday, week.matched.minor, week.waiting.minor) for week in weeks] == [
        (date(2026, 8, 17), 100, 0),
        (date(2026, 8, 24), 0, 0),
        (date(2026, 8, 31), 0, 0),
        (date(2026, 9, 7), 0, 50),
    ]
    assert weeks_of([], "EUR") == ()
    assert monday_of(date(2026, 9, 13)) == date(2026, 9, 7)


def test_the_forecast_shows_every_week_to_the_last_collection() -> None:
    days = [
        ForecastDay(day=date(2026, 9, 16), count=2, amount=eur(300), announced=eur(100)),
        ForecastDay(day=date(2026, 10, 1), count=1, amount=eur(50), announced=eur(0)),
    ]
    weeks = forecast_weeks(days, AS_OF)
    assert weeks[0].monday == monday_of(AS_OF)
    assert [(week.announced.minor, week.not_announced.minor) for week in weeks if week.monday >= date(2026, 9, 14)] == [
        (100, 200),
        (0, 0),
        (0, 50),
    ]
    assert forecast_weeks([], AS_OF) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_of_the_forecast_stands_in_the_report(language: str) -> None:
    weeks = forecast_weeks([ForecastDay(day=AS_OF, count=1, amount=eur(300), announced=eur(100))], AS_OF)
    words = words_of(language)
    without = render_report(view(language))
    page = render_report(replace(view(language), forecast=weeks))
    for text in (words.forecast, words.announced, words.not_announced):
        assert escape(text) in page
        assert escape(text) not in without
    assert page.count("<svg") == without.count("<svg") + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_has_words(language: str) -> None:
    words = words_of(language)
    assert words.language == language
    assert set(words.evidence_names) == set(Evidence)
    assert set(words.allocation_names) == set(AllocationKind)
    assert set(words.message_names) == set(MessageKind)
    assert set(words.collection_names) == set(CollectionStatus)
    assert set(words.delivery_names) == {"queued", "sent", "held", "parked", "bounced", "cancelled"}
