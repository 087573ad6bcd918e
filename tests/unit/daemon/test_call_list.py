"""The mail that brings a call list, in four languages."""

from __future__ import annotations

from datetime import date

import pytest

from daemon.call_list import call_words


@pytest.mark.parametrize(
    ("language", "subject", "count"),
    [
        ("nl", "bellijst van 21 september 2026", "3 oproepen"),
        ("fr", "liste d'appels du 21 septembre 2026", "3 appels"),
        ("de", "Anrufliste vom 21. September 2026", "3 Anrufen"),
        ("en", "call list of 21 September 2026", "3 calls"),
        ("pl", "call list of 21 September 2026", "3 calls"),
    ],
)
def test_the_mail_that_brings_the_list(language: str, subject: str, count: str) -> None:
    words = call_words(language, "BE", 3, date(2026, 9, 21))
    assert words.subject == subject
    assert count in words.text
    for name in ("called_on", "not_reached", "morning", "report_by"):
        assert name in words.text


def test_one_call() -> None:
    assert "met 1 oproep," in call_words("nl", "BE", 1, date(2026, 9, 21)).text
