"""The proof of who asks: an HMAC over key, method, address, time, nonce and the very bytes of the body, as Buckaroo's page
on its HMAC authentication has it."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from urllib.parse import quote

from connectors import machine_clock


def signature(
    *, website_key: str, secret_key: str, method: str, address: str, body: bytes, timestamp: str, nonce: str
) -> str:
    """The signature in base64: 44 characters.

    What is signed are the key, the method, the address without its scheme (percent-encoded whole, in lower case), time, nonce and the MD5 of
    the body, one behind the other; where there is no body, nothing stands in its place.
    """
    place = quote(address.partition("://")[2], safe="").lower()
    digest = b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode() if body else ""
    said = f"{website_key}{method.upper()}{place}{timestamp}{nonce}{digest}"
    return b64encode(hmac.new(secret_key.encode(), said.encode(), hashlib.sha256).digest()).decode()


def _nonce() -> str:
    return token_hex(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class HmacSigner:
    """A ``connectors.http.Signer``: each attempt has its own time and nonce, for a nonce is good once."""

    website_key: str
    secret_key: str
    nonce: Callable[[], str] = field(default=_nonce)

    def signed(self, method: str, address: str, body: bytes) -> Mapping[str, str]:
        """The Authorization header."""
        timestamp, nonce = str(int(machine_clock.now_s())), self.nonce()
        proof = signature(
            website_key=self.website_key,
            secret_key=self.secret_key,
            method=method,
            address=address,
            body=body,
            timestamp=timestamp,
            nonce=nonce,
        )
        return {"Authorization": f"hmac {self.website_key}:{proof}:{nonce}:{timestamp}"}
