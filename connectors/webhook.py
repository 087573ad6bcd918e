"""Effects to another system by HTTP: it is told in JSON what to tell a customer, or what to interrupt, and does it its own way.

The request carries ``Idempotency-Key`` (the effect's key) and, with a secret, ``Afletter-Signature``: ``sha256=`` and the HMAC-SHA256 (RFC 2104) of the
body in hexadecimal. Only a receiver that recognises the key may be sent it twice: then the setting ``recognises_keys`` says so; without it a lost answer
is an unknown outcome and waits for a person.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, SecretStr

from config.settings import ConnectorSettings
from config.values import Text
from connectors.http import HttpClient, HttpLimits, HttpRequest, address_fault
from connectors.ports import Receipt
from ledger.effects import Effect, EffectKind, Guarantee, canonical
from ledger.errors import ConflictingPayload, Refused
from ledger.media import Medium
from ledger.messages import message_of

_CONFLICT: Final = 409
_LIMITS: Final = HttpLimits(connect_s=10, read_s=30, total_s=60, response_bytes=1024 * 1024, attempts=3)
_REFERENCE_CHARACTERS: Final = 100


def _address(text: str) -> str:
    fault = address_fault(text)
    if fault:
        raise ValueError(fault)
    return text


class WebhookSettings(ConnectorSettings):
    """Another system that tells the customer."""

    use: Literal["webhook"]
    url: Annotated[Text, AfterValidator(_address)] = Field(
        description="Where it listens: an https address without a query."
    )
    secret: SecretStr | None = Field(
        default=None, description="Signs each request (HMAC-SHA256); the receiver has it too."
    )
    token: SecretStr | None = Field(default=None, description="Sent as `Authorization: Bearer ...`.")
    recognises_keys: bool = Field(
        default=False,
        description="The receiver does nothing twice under one Idempotency-Key, so that a lost answer may be asked for again.",
    )
    authorities: Path | None = Field(
        default=None, description="PEM file of the certificates to trust, in place of the usual ones."
    )


class Webhook:
    """A ReminderChannel, and a sink for other effects whose payload is JSON."""

    medium = Medium.WEBHOOK

    def __init__(self, settings: WebhookSettings, name: str) -> None:
        self.name = name
        self.guarantee = Guarantee.KEYED if settings.recognises_keys else Guarantee.BLIND
        self._secret = b"" if settings.secret is None else settings.secret.get_secret_value().encode()
        token = "" if settings.token is None else settings.token.get_secret_value()
        self._client = HttpClient(
            settings.url,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            secrets=(self._secret.decode(), token),
            limits=_LIMITS,
            authorities=settings.authorities,
        )

    def check(self) -> None:
        """Nothing is sent to see whether somebody listens: every request means something to the receiver."""

    def find(self, key: str) -> Receipt | None:  # noqa: ARG002 - the receiver has no questions to ask
        """None: the receiver cannot be searched."""
        return None

    def send(self, effect: Effect) -> Receipt:
        """Tell it. Raises as ``HttpClient.send`` does, ConflictingPayload for status 409, and Refused for a message that is none."""
        if effect.kind is EffectKind.MESSAGE:
            try:
                message_of(effect.payload)
            except ValueError as error:
                raise Refused(str(error)) from error
        body = canonical({"key": effect.key, "kind": effect.kind.value, "payload": effect.payload})
        headers = {"Content-Type": "application/json", "Idempotency-Key": effect.key}
        if self._secret:
            headers["Afletter-Signature"] = "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        answer = self._client.send(
            HttpRequest(
                method="POST",
                path="",
                headers=headers,
                body=body,
                repeatable=self.guarantee is Guarantee.KEYED,
                accepted=frozenset({_CONFLICT}),
            )
        )
        if answer.status == _CONFLICT:
            raise ConflictingPayload(effect.key)
        return Receipt(key=effect.key, reference=_reference(answer.body) or f"status {answer.status}")


def _reference(body: bytes) -> str:
    """The receiver's own id, where it answers ``{"id": ...}``."""
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    found = answer.get("id", "") if isinstance(answer, dict) else ""
    text = str(found) if isinstance(found, str | int) else ""
    return text[:_REFERENCE_CHARACTERS] if text.isprintable() else ""
