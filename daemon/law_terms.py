"""From a tenant's settings about the law to the terms that the core computes by."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from collect.ladder import Ladders
from collect.law.rates import Rates, legal_rates, own_rates
from collect.law.rules import law_of
from collect.law.terms import Penalty, Terms
from config.law import LawSettings
from ledger.errors import ConfigError


def law_terms(settings: LawSettings, file: Path) -> Terms:
    """What this tenant agreed and is. ``file``: the tenant file, for messages.

    Raises ConfigError when the file of own rates cannot be read or does not say what it should.
    """
    clause = settings.penalty
    return Terms(
        penalty=None
        if clause is None
        else Penalty(
            basis_points=clause.percent or 0,
            minimum=clause.minimum,
            maximum=clause.maximum,
            legal_scale=clause.legal_scale,
        ),
        business_interest_basis_points=settings.business_interest_percent,
        consumer_interest_basis_points=settings.consumer_interest_percent,
        due_date_agreed=settings.due_date_agreed,
        vat_basis_points=settings.vat_not_deductible_percent,
        small_company=settings.small_company,
        instalments=settings.instalments,
        postage=settings.postage,
        outlay_maximum=settings.outlay_maximum,
        instalment_cap=settings.instalment_cap,
        default_notice_on_invoice=settings.default_notice_on_invoice,
        rates=legal_rates() if settings.rates_file is None else _with_own(settings.rates_file, file),
    )


def stale_rates(settings: LawSettings, file: Path, ladders: Ladders, as_of: date) -> tuple[str, ...]:
    """What a ladder that asks for interest no longer knows: a line for each series of rates that ended before ``as_of``, in the tenant's own country."""
    rates = law_terms(settings, file).rates
    lines: dict[str, None] = {}
    for _, audience, steps in ladders.audiences():
        series = law_of(ladders.country, audience).series
        until = rates.known_until(series)
        if until is not None and until < as_of and any(step.interest for step in steps):
            lines[
                f"no interest is asked of a {audience.value} from {until + timedelta(days=1)} on: the rate {series} is not known; update "
                "afletter, or give the rate in reminders.law.rates_file"
            ] = None
    return tuple(lines)


def _with_own(path: Path, file: Path) -> Rates:
    place = f"{file}: reminders.law.rates_file: {path}"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((f"{place}: cannot be read: {error}",)) from error
    try:
        return legal_rates().with_own(own_rates(text))
    except ValueError as error:
        raise ConfigError((f"{place}: {error}",)) from error
