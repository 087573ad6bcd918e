"""``afletter config check --online``: log in to everything that a tenant file names, read one page where something is read, change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from config.tenant import TenantConfig
from connectors.ports import Cursor, Page
from daemon.operator_log import masked
from daemon.tenant import Tenant, opened
from ledger.errors import AfletterError, ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What one connector answered. ``trouble``: why it does not work, empty where it does; ``said``: what was seen."""

    name: str
    trouble: str = ""
    said: str = ""


class _Source(Protocol):
    name: str

    def check(self) -> None: ...
    def fetch(self, cursor: Cursor | None) -> Page: ...


def online(config: TenantConfig) -> Iterator[Checked]:
    """Each connector of a tenant, in the order of a cycle; first its store, which is made when it is not there yet."""
    try:
        with opened(config) as tenant:
            yield Checked(name="store", said="opened")
            for source in _sources(tenant):
                yield _answered(source.name, _read_one_page(source))
            for sink in tenant.sinks():
                yield _answered(sink.name, _logged_in(sink.check))
    except AfletterError as error:
        yield Checked(name="store", trouble=_reason(error))


def _sources(tenant: Tenant) -> Iterator[_Source]:
    yield from tenant.invoices
    yield from tenant.payouts
    for account in tenant.accounts:
        yield from account.statements
    if tenant.debit_feed is not None:
        yield tenant.debit_feed
    yield from tenant.delivery_reports
    yield from tenant.call_sources


def _read_one_page(source: _Source) -> Callable[[], str]:
    def read() -> str:
        source.check()
        page = source.fetch(None)
        return f"{len(page.documents)} documents{', and more' if page.has_more else ''}"

    return read


def _logged_in(check: Callable[[], None]) -> Callable[[], str]:
    def logged_in() -> str:
        check()
        return "reachable"

    return logged_in


def _answered(name: str, ask: Callable[[], str]) -> Checked:
    try:
        return Checked(name=name, said=ask())
    except AfletterError as error:
        return Checked(name=name, trouble=_reason(error))


def _reason(error: AfletterError) -> str:
    """The error in one line, without accounts and passwords."""
    lines = error.faults if isinstance(error, ConfigError) else (str(error),)
    return masked("; ".join(lines)) or type(error).__name__
