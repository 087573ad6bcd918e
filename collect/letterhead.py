"""Who writes to customers: names, addresses, account, logo, and how much a message may weigh."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Final, Protocol

from collect.message_templates import BUILT_IN, MessageTemplates
from ledger.letters import Letter, Window
from ledger.party import Role

#: Most that the attachments of a mail may come to, in bytes: with base64 (4/3) it stays below the 10 MB that every mailbox takes.
MOST_ATTACHED: Final = 7 * 1024 * 1024
#: Countries whose envelopes have the window on the right.
_RIGHT_WINDOWS: Final = frozenset({"BE", "FR", "LU"})


class Printer(Protocol):
    """Makes files of what is to be read. Pure."""

    def letter(self, letter: Letter) -> bytes:
        """The letter as PDF."""

    def code(self, content: str) -> bytes:
        """A QR code as PNG."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who writes. ``sender``: e-mail address; ``iban``: where to pay; ``country`` and ``language``: the tenant's, for the form of amounts
    and for customers whose language has no templates. ``enterprise_number``: printed under the name when there is one.

    ``address``, ``contact``: lines at the top of a letter; ``footer``: at its foot; ``logo``: PNG or JPEG, or empty. ``reply_to``: where answers go.
    ``window``: of the envelopes (None: the country's usual one). ``roles``: who at the customer's gets its mails, the first one mainly. ``templates``:
    the sentences. ``most_attached``: bytes that the attachments of a mail may come to. ``printer``: None for messages without letters and codes.
    """

    name: str
    sender: str
    iban: str
    country: str
    language: str
    enterprise_number: str = ""
    bic: str = ""
    address: tuple[str, ...] = ()
    contact: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    logo: bytes = field(default=b"", repr=False)
    reply_to: str = ""
    window: Window | None = None
    roles: tuple[Role, ...] = (Role.DEBTOR,)
    templates: MessageTemplates = BUILT_IN
    most_attached: int = MOST_ATTACHED
    printer: Printer | None = None

    @property
    def sender_address(self) -> str:
        """The sender's address without its name."""
        return parseaddr(self.sender)[1]

    @property
    def answers_to(self) -> str:
        """The address for answers, without a name."""
        return parseaddr(self.reply_to or self.sender)[1]

    @property
    def window_side(self) -> Window:
        """Where the recipient stands on a letter."""
        if self.window is not None:
            return self.window
        return Window.RIGHT if self.country in _RIGHT_WINDOWS else Window.LEFT
