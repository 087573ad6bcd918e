"""Tenant files into tenants: every fault of every file at once, or none at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError

from config.countries import is_currency
from config.document import TenantDocument, read_document
from config.faults import Fault, KeyPath, in_order
from config.kinds import ConnectorKinds
from config.schema import Schema, schema
from config.settings import FALLBACK_CURRENCY, Origin
from config.tenant import TenantConfig, tenant_model
from config.violations import violations
from ledger.errors import ConfigError

_ENDINGS: Final = (".yaml", ".yml")
#: The tenant file of a tenant that has a folder of its own.
_IN_OWN_FOLDER: Final = "tenant.yaml"
_IN_CLEAR: Final = "stands here in clear; write ${env:NAME} or ${file:PATH} instead"


def load(path: Path, kinds: ConnectorKinds) -> tuple[TenantConfig, ...]:
    """The tenants of a YAML file, or of a folder: its ``*.yaml`` and ``*.yml``, then the ``tenant.yaml`` of each folder in it, by name.

    ``kinds``: the connectors that a file may name. Raises ConfigError with the faults of all files: what cannot be
    read, unknown or repeated keys, wrong values, references without a value, two tenants of one name.
    """
    documents = [read_document(file) for file in _files(path)]
    model = tenant_model(kinds)
    shape = schema(kinds)
    faults: list[Fault] = list(_shared_names(documents))
    tenants: list[TenantConfig] = []
    for document in documents:
        faults.extend(document.faults)
        faults.extend(_repeated_accounts(document))
        if () in document.unread:
            continue
        found = _validated(document, model, shape)
        if isinstance(found, TenantConfig):
            tenants.append(found)
        else:
            faults.extend(found)
    if faults:
        raise ConfigError(in_order(faults))
    return tuple(tenants)


def _files(path: Path) -> Sequence[Path]:
    if not path.exists():
        raise ConfigError((str(Fault(str(path), 1, (), "there is no such file or folder")),))
    if not path.is_dir():
        return (path,)
    files = sorted(entry for entry in path.iterdir() if _is_tenant_file(entry))
    files += sorted(entry for entry in path.glob(f"*/{_IN_OWN_FOLDER}") if not entry.parent.name.startswith("."))
    if not files:
        reason = f"has no tenant file (*.yaml, *.yml, or */{_IN_OWN_FOLDER})"
        raise ConfigError((str(Fault(str(path), 1, (), reason)),))
    return files


def _is_tenant_file(entry: Path) -> bool:
    return entry.suffix in _ENDINGS and not entry.name.startswith(".") and entry.is_file()


def _validated(document: TenantDocument, model: type[TenantConfig], shape: Schema) -> TenantConfig | list[Fault]:
    origin = Origin(file=Path(document.file), base=document.base, currency=_currency(document))
    try:
        tenant = model.model_validate(document.root, context=origin)
    except ValidationError as error:
        return list(violations(error, document, shape))
    return tenant.with_warnings(in_order(_warnings(tenant, document)))


def _currency(document: TenantDocument) -> str:
    """The tenant's currency ahead of everything else, for amounts are read in it."""
    currency = document.root.get("currency")
    return currency if isinstance(currency, str) and is_currency(currency) else FALLBACK_CURRENCY


def _shared_names(documents: Sequence[TenantDocument]) -> Iterator[Fault]:
    """Tenants of one name, whatever the capitals: names become file names, and some disks do not tell them apart."""
    seen: dict[str, TenantDocument] = {}
    for document in documents:
        name = document.root.get("tenant")
        if not isinstance(name, str):
            continue
        first = seen.setdefault(name.lower(), document)
        if first is not document:
            path = ("tenant",)
            reason = f"'{name}' is the tenant of {first.file}:{first.line_of(path)} already"
            yield Fault(document.file, document.line_of(path), path, document.masked(path, reason))


def _repeated_accounts(document: TenantDocument) -> Iterator[Fault]:
    accounts = document.root.get("bank_accounts")
    seen: dict[tuple[object, object], int] = {}
    for number, account in enumerate(accounts if isinstance(accounts, list) else ()):
        if not isinstance(account, dict) or not isinstance(account.get("iban"), str):
            continue
        currency = account.get("currency", document.root.get("currency"))
        identity = (str(account["iban"]).replace(" ", "").upper(), str(currency))
        first = seen.setdefault(identity, number)
        if first != number:
            path: KeyPath = ("bank_accounts", number, "iban")
            reason = f"is the account of bank_accounts[{first}] already; give one account all of its sources"
            yield Fault(document.file, document.line_of(path), path, reason)


def _warnings(tenant: TenantConfig, document: TenantDocument) -> Iterator[Fault]:
    for path in _secrets(tenant, ()):
        if path in document.lines and path not in document.secrets:
            yield Fault(document.file, document.value_line_of(path), path, f"a secret {_IN_CLEAR}")
    store: KeyPath = ("store",)
    if tenant.store.has_password and store not in document.secrets:
        yield Fault(document.file, document.value_line_of(store), store, f"a password {_IN_CLEAR}")
    debit = tenant.direct_debit
    if debit is not None and debit.creditor_iban not in {account.iban for account in tenant.bank_accounts}:
        path = ("direct_debit", "creditor_iban")
        reason = "is none of bank_accounts, so that nobody will see whether collections were paid"
        yield Fault(document.file, document.value_line_of(path), path, reason)


def _secrets(value: object, path: KeyPath) -> Iterator[KeyPath]:
    """The places of secret values in a model."""
    if isinstance(value, (SecretStr, SecretBytes)):
        yield path
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _secrets(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _secrets(item, (*path, str(key)))
    elif isinstance(value, (tuple, list)):
        for number, item in enumerate(value):
            yield from _secrets(item, (*path, number))
