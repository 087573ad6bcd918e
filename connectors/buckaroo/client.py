"""Buckaroo's JSON gateway: transactions by their keys, every request signed, errors named by what happens next.

There is no list of transactions over there: only what can be named is shown, by its key or by the invoice number that it was made under.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Final

from connectors.buckaroo.settings import BuckarooLogin
from connectors.buckaroo.signature import HmacSigner
from connectors.http import HttpClient, HttpLimits, HttpRequest, HttpResponse, json_bytes, quoted
from connectors.json_rows import Row, optional_text, row, rows, text
from connectors.rate_budget import RateBudget, Window
from ledger.effects import key_of
from ledger.errors import HumanActionNeeded, OutcomeUnknown, Refused, Transient

PROVIDER: Final = "Buckaroo"
LIMITS: Final = HttpLimits(connect_s=10, read_s=60, total_s=180, response_bytes=16 * 1024 * 1024, attempts=4)
#: Transactions that are asked for at once.
AT_ONCE: Final = 50
#: A key that no transaction has: asking for it shows that the login is good.
_NOBODY: Final = "0" * 32
_SAID_CHARACTERS: Final = 300
_NOT_THERE: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND})
_JSON: Final[Mapping[str, str]] = {"Content-Type": "application/json; charset=utf-8"}
_KINDS_OF_ERRORS: Final = ("ChannelErrors", "ServiceErrors", "ActionErrors", "ParameterErrors", "CustomParameterErrors")


class BuckarooClient:
    """Speaks for one website."""

    def __init__(self, settings: BuckarooLogin) -> None:
        website, secret = settings.website_key.get_secret_value(), settings.secret_key.get_secret_value()
        self._http = HttpClient(
            settings.url,
            headers={"Accept": "application/json"},
            secrets=(website, secret),
            limits=LIMITS,
            authorities=settings.authorities,
            signer=HmacSigner(website_key=website, secret_key=secret),
            budget=RateBudget(
                settings.state / f"buckaroo-{key_of('buckaroo', website)}.calls.json",
                (
                    Window(calls=settings.calls_per_minute, seconds=60),
                    Window(calls=settings.calls_per_day, seconds=86_400),
                ),
            ),
        )

    def log_in(self) -> None:
        """Ask for nobody's transaction."""
        self._asked("Key", [_NOBODY])

    def transactions(self, keys: Sequence[str]) -> Mapping[str, Row]:
        """The transactions of these keys, by key in capitals; those that Buckaroo does not know are left out."""
        wanted = list(dict.fromkeys(key.upper() for key in keys))
        found: dict[str, Row] = {}
        for some in _in_lots(wanted):
            shown, _ = self._asked("Key", some)
            found |= {text(one, "Key", PROVIDER).upper(): one for one in shown}
        for key in wanted:
            # How many may be asked for at once is not documented: what was left out is asked for alone before it counts as unknown.
            if key not in found:
                found |= self._alone(key)
        return found

    def made_under(self, invoices: Sequence[str], *, silence_is_none: bool) -> Mapping[str, Sequence[Row]]:
        """All transactions that bear these invoice numbers, by that number; those of which Buckaroo says that it has none are left out.

        ``silence_is_none``: so are those that an answer about them alone does not show. Else HumanActionNeeded is raised for a number that it neither
        shows nor says to be unknown: nobody can tell then.
        """
        wanted = list(dict.fromkeys(invoices))
        found: dict[str, list[Row]] = {}
        unsaid: list[str] = []
        for some in _in_lots(wanted):
            shown, unknown = self._asked("Invoice", some)
            _take(found, shown)
            absent = {optional_text(one, "Invoice") for one in unknown}
            unsaid += [invoice for invoice in some if invoice not in found and invoice not in absent]
        for invoice in unsaid:
            shown, unknown = self._asked("Invoice", [invoice])
            _take(found, shown)
            if invoice not in found and not unknown and not silence_is_none:
                raise HumanActionNeeded(
                    f"{PROVIDER} neither shows a transaction of {invoice} nor says that it has none: has its interface changed?"
                )
        return {invoice: found[invoice] for invoice in wanted if invoice in found}

    def made(self, wanted: Row) -> Row:
        """The transaction that was made as asked for. Raises OutcomeUnknown where it may have been made, Refused where it was not."""
        answer = self._http.send(
            HttpRequest(method="POST", path="/json/Transaction", headers=_JSON, body=json_bytes(wanted))
        )
        try:
            said = row(self._json(answer), PROVIDER)
        except Transient as error:
            # Whoever answered, the order may have passed.
            raise OutcomeUnknown(str(error)) from None
        self._raise_errors(said)
        return said

    def _asked(self, by: str, names: Sequence[str]) -> tuple[list[Row], list[Row]]:
        """Transactions that bear these names, and what is said of the names that there are none of. Asking changes nothing, so that it may be done twice."""
        body = json_bytes({"Transactions": [{by: name} for name in names]})
        answer = self._http.send(
            HttpRequest(method="POST", path="/json/Transaction/Statuses", headers=_JSON, body=body, repeatable=True)
        )
        said = row(self._json(answer), PROVIDER)
        self._raise_errors(said)
        unknown = said.get("ErrorTransactions")
        return rows(said.get("Transactions"), PROVIDER), [] if unknown is None else rows(unknown, PROVIDER)

    def _alone(self, key: str) -> Mapping[str, Row]:
        answer = self._http.get(f"/json/Transaction/Status/{quoted(key)}", accepted=_NOT_THERE)
        if answer.status in _NOT_THERE:
            return {}
        one = row(self._json(answer), PROVIDER)
        self._raise_errors(one)
        return {text(one, "Key", PROVIDER).upper(): one}

    def _json(self, answer: HttpResponse) -> object:
        try:
            return answer.json()
        except Refused:
            kind = answer.headers.get("content-type", "").partition(";")[0] or "no type"
            raise Transient(f"{PROVIDER} answered with status {answer.status} and {kind}") from None

    def _raise_errors(self, said: Row) -> None:
        """An error of the business is an answer with status 200 over there."""
        errors = said.get("RequestErrors")
        if not isinstance(errors, Mapping):
            return
        words = [
            optional_text(one, "ErrorMessage")
            for kind in _KINDS_OF_ERRORS
            for one in (rows(errors[kind], PROVIDER) if errors.get(kind) is not None else ())
        ]
        if words:
            said_there = " ".join(" ".join(words).split())[:_SAID_CHARACTERS]
            raise Refused(self._http.masked(f"{PROVIDER} says: {said_there}"))


def _in_lots(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), AT_ONCE):
        yield names[start : start + AT_ONCE]


def _take(found: dict[str, list[Row]], shown: Sequence[Row]) -> None:
    for one in shown:
        found.setdefault(optional_text(one, "Invoice"), []).append(one)
