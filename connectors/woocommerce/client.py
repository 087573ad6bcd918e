"""WooCommerce's REST API v3 over HTTP; errors are named here.

The shop stands on somebody's web host: what answers may be a firewall, a maintenance page or PHP's own warnings instead of JSON. Reading again is safe; a
change is written as a whole (PUT of one order with our key in it), so that writing it twice is what writing it once is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from connectors.http import HttpClient, HttpLimits, HttpRequest, HttpResponse, quoted
from connectors.json_rows import Row, optional_text, row, rows
from connectors.rate_budget import RateBudget, Window
from connectors.woocommerce.settings import WooLogin
from ledger.effects import key_of
from ledger.errors import CredentialsRefused, HumanActionNeeded, OutcomeUnknown, Refused, Transient

SHOP: Final = "WooCommerce"
LIMITS: Final = HttpLimits(connect_s=10, read_s=90, total_s=180, response_bytes=64 * 1024 * 1024, attempts=4)
_BASE: Final = "/wp-json/wc/v3"
_SAID_CHARACTERS: Final = 300
_READ: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.NOT_ACCEPTABLE,
    }
)
_DENIED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_NO_ROUTE: Final = "rest_no_route"


class NoRoute(Refused):
    """This shop does not have that part of the interface: it is older, or no shop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WooPage:
    """Rows of a page, and whether there are more pages after it."""

    rows: list[Row]
    more: bool


class WooClient:
    """Speaks to one shop."""

    def __init__(self, login: WooLogin) -> None:
        key, secret = login.consumer_key.get_secret_value(), login.consumer_secret.get_secret_value()
        in_header = login.login_in == "header"
        self._query = () if in_header else (("consumer_key", key), ("consumer_secret", secret))
        self._http = HttpClient(
            login.url,
            login=(key, secret) if in_header else None,
            secrets=(key, secret),
            limits=LIMITS,
            authorities=login.authorities,
            budget=RateBudget(
                login.state / f"woocommerce-{key_of('woocommerce', login.url)}.calls.json",
                (Window(calls=login.calls_per_minute, seconds=60), Window(calls=login.calls_per_day, seconds=86_400)),
            ),
        )

    def page(self, path: str, query: Sequence[tuple[str, str]], page: int, size: int) -> WooPage:
        """One page of a list. Raises NoRoute, Refused, CredentialsRefused, HumanActionNeeded, Transient."""
        answer = self._http.send(
            HttpRequest(
                method="GET",
                path=_BASE + path,
                query=(*query, ("page", str(page)), ("per_page", str(size)), *self._query),
                repeatable=True,
                accepted=_READ,
            )
        )
        found = rows(self._said(answer, changes=False), SHOP)
        pages = answer.headers.get("x-wp-totalpages", "")
        # Some hosts drop the header: then a full page may have a next one, which is empty at worst.
        more = page < int(pages) if pages.isascii() and pages.isdigit() else len(found) == size
        if more and not found:
            raise Transient(f"{SHOP} gave an empty page {page} of {pages}")
        return WooPage(rows=found, more=more)

    def all(self, path: str, query: Sequence[tuple[str, str]], size: int) -> list[Row]:
        """All pages of a short list."""
        found: list[Row] = []
        number = 1
        while True:
            page = self.page(path, query, number, size)
            found.extend(page.rows)
            if not page.more:
                return found
            number += 1

    def order(self, number: str) -> Row | None:
        """One order; None when the shop no longer has it."""
        answer = self._http.send(
            HttpRequest(
                method="GET",
                path=f"{_BASE}/orders/{quoted(number)}",
                query=self._query,
                repeatable=True,
                accepted=_READ,
            )
        )
        if answer.status == HTTPStatus.NOT_FOUND and _code(answer) not in ("", _NO_ROUTE):
            return None
        return row(self._said(answer, changes=False), SHOP)

    def change_order(self, number: str, values: Mapping[str, object]) -> Row:
        """Write values of an order, all of them or none. Raises OutcomeUnknown when nobody knows whether it was done."""
        answer = self._http.send(
            HttpRequest(
                method="PUT",
                path=f"{_BASE}/orders/{quoted(number)}",
                query=self._query,
                headers={"Content-Type": "application/json"},
                body=json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode(),
                accepted=_READ,
            )
        )
        return row(self._said(answer, changes=True), SHOP)

    def _said(self, answer: HttpResponse, *, changes: bool) -> object:
        try:
            value = answer.json()
        except Refused:
            raise self._no_json(answer, changes=changes) from None
        if answer.status < HTTPStatus.BAD_REQUEST:
            return value
        code = _code(answer)
        message = optional_text(value, "message") if isinstance(value, Mapping) else ""
        said = self._http.masked(f"{SHOP} says: {' '.join(message.split())[:_SAID_CHARACTERS]} ({code})")
        if answer.status in _DENIED:
            raise CredentialsRefused(said)
        if code == _NO_ROUTE:
            raise NoRoute(said)
        raise Refused(said)

    def _no_json(
        self, answer: HttpResponse, *, changes: bool
    ) -> Transient | OutcomeUnknown | HumanActionNeeded | Refused:
        kind = answer.headers.get("content-type", "").partition(";")[0] or "no type"
        said = f"{SHOP} answered with status {answer.status} and {kind}, which is no answer of its interface"
        if answer.status >= HTTPStatus.BAD_REQUEST:
            return HumanActionNeeded(f"{said}: does a firewall or the web host turn the request away?")
        return OutcomeUnknown(said) if changes else Transient(said)


def _code(answer: HttpResponse) -> str:
    """WordPress' name of an error; empty where the answer is none of its own."""
    try:
        value = answer.json()
    except Refused:
        return ""
    return optional_text(value, "code") if isinstance(value, Mapping) else ""
