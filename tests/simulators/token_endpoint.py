"""A token endpoint that gives each refresh token once (RFC 6749, and RFC 9700, 4.14.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs

from tests.simulators.server import Answer, Call, json_answer


@dataclass
class TokenEndpoint:
    """``refresh``: the only refresh token that it takes now; ``used``: those that it took; ``access``: the only one that is good."""

    refresh: str = "refresh-0"
    lives_s: str = "600"
    used: list[str] = field(default_factory=list)
    reused: int = 0
    given: int = 0

    @property
    def access(self) -> str:
        return f"access-{self.given}"

    def answer(self, call: Call) -> Answer:
        form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
        if (form.get("client_id"), form.get("client_secret")) != ("app", "app-secret"):
            return json_answer({"error": "invalid_client"}, 401)
        if form.get("refresh_token") != self.refresh:
            self.reused += form.get("refresh_token") in self.used
            return json_answer({"error": "invalid_grant", "error_description": "The refresh token was used."}, 400)
        self.used.append(self.refresh)
        self.given += 1
        self.refresh = f"refresh-{self.given}"
        return json_answer(
            {
                "access_token": self.access,
                "token_type": "bearer",
                "expires_in": self.lives_s,
                "refresh_token": self.refresh,
            }
        )
