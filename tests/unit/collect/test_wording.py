from __future__ import annotations

import pytest

from collect.debits import DebitObjection
from collect.mandates import MandateObjection
from collect.reminders import HoldReason
from collect.wording import CollectReason, sentence

ALL: list[CollectReason] = [*DebitObjection, *MandateObjection, *HoldReason]


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_every_reason_has_its_own_sentence(language: str) -> None:
    written = {sentence(reason, "", language) for reason in ALL}
    assert len(written) == len({str(reason) for reason in ALL})


def test_the_detail_follows_in_brackets() -> None:
    assert sentence(HoldReason.BELOW_MINIMUM, "5.00 EUR", "nl") == "het bedrag ligt onder het minimum (5.00 EUR)"


def test_an_unknown_language_is_english() -> None:
    assert sentence(MandateObjection.REVOKED, "", "pl") == "the mandate is revoked"
