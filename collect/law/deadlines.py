"""When a letter counts as received, and when the term that it gives has run out.

The presumptions are on the safe side for the debtor: a term that was granted too long costs some days of interest, one that was counted too
short costs the right to any costs at all.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, assert_never

from collect.law import be, nl
from collect.law.rules import law_of
from collect.law.tables import amount_of
from ledger.media import Medium
from ledger.party import CustomerType

_DAY: Final = timedelta(days=1)
#: Where the law says nothing: a mail that did not bounce counts as received the day after, a letter after four days (policy).
_EMAIL_DAYS: Final = timedelta(days=1)
_LETTER_DAYS: Final = timedelta(days=4)


def received_on(sent_on: date, medium: Medium, country: str, proven_on: date | None = None) -> date:
    """The day on which a message counts as received: the proven one where there is one, else what may be presumed.

    Raises ValueError for a phone call, which is no message on a durable medium.
    """
    if proven_on is not None:
        return max(proven_on, sent_on)
    match medium:
        case Medium.EMAIL:
            return sent_on + _safety("email_safety_days", country, _EMAIL_DAYS)
        case Medium.LETTER | Medium.REGISTERED | Medium.REGISTERED_EMAIL | Medium.WEBHOOK:
            # What another system sends may be a letter, and a registered mail waits until it is fetched: the longest of the presumptions.
            if country != nl.COUNTRY:
                return sent_on + _LETTER_DAYS
            return nl.presumed_by_post(sent_on) + _safety("post_safety_days", country, timedelta())
        case Medium.PHONE:
            raise ValueError("a phone call gives no term")
        case _:
            assert_never(medium)


def _safety(name: str, country: str, otherwise: timedelta) -> timedelta:
    figure = amount_of(name, country, CustomerType.CONSUMER, date.max)
    return otherwise if figure is None else timedelta(days=figure.count())


def term_end(
    sent_on: date, medium: Medium, country: str, audience: CustomerType, proven_on: date | None = None
) -> date:
    """The last day on which the customer can pay without costs after a letter of that day.

    Netherlands: fourteen days, the first of them the day after receipt. Belgium, consumers: fourteen calendar days, by e-mail from the calendar day after
    sending, by letter from the third working day after sending, whatever was proven. Elsewhere: the days of data/laws.csv after receipt. Raises ValueError for
    a phone call.
    """
    days = timedelta(days=law_of(country, audience).term_days)
    if country == be.COUNTRY and audience is CustomerType.CONSUMER and medium is not Medium.PHONE:
        first = sent_on + _DAY if medium is Medium.EMAIL else be.letter_term_begins(sent_on)
        return first + days - _DAY
    return received_on(sent_on, medium, country, proven_on) + days
