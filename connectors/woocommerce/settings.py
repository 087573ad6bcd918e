"""What the tenant file says of a WooCommerce shop."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr

from config.settings import ConnectorSettings, Settings
from config.values import Language, Text
from connectors.http import address_fault


def _address(text: str) -> str:
    fault = address_fault(text)
    if fault:
        raise ValueError(fault)
    return text.rstrip("/")


def _time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"'{text}' is no time zone, such as Europe/Brussels") from error
    return text


class WooLogin(Settings):
    """How to reach a shop: a REST API key of a user of its own (WooCommerce, Settings, Advanced, REST API)."""

    url: Annotated[Text, AfterValidator(_address)] = Field(description="Address of the shop: `https://shop.example`.")
    consumer_key: SecretStr = Field(description="Consumer key (`ck_...`).")
    consumer_secret: SecretStr = Field(
        description="Consumer secret (`cs_...`). `read` is enough, `read_write` with `feedback`."
    )
    login_in: Literal["header", "query"] = Field(
        default="header",
        description="Where the key is sent; `query` for hosts that drop the header, although addresses get into the host's logs.",
    )
    page: int = Field(default=100, ge=1, le=100, description="Rows asked for at once; 25 where the shop is slow.")
    calls_per_minute: int = Field(
        default=120, ge=1, le=100_000, description="Calls that the shop is given in a minute."
    )
    calls_per_day: int = Field(
        default=50_000, ge=1, le=10_000_000, description="Calls that the shop is given in a day."
    )
    authorities: Path | None = Field(
        default=None, description="PEM file of the certificates to trust, in place of the usual ones."
    )
    state: Path = Field(
        default=Path("state/connections"),
        description="Folder where the count of calls stands; the same for all who use this key.",
    )


class WooFeedbackSettings(Settings):
    """What the shop is told of its orders when the bank has paid them."""

    paid_status: Text = Field(
        default="processing", description="Status of an order that is paid; set only where it still waits for money."
    )
    open_status: Text = Field(
        default="on-hold", description="Status of an order that is open again, for the bank took the payment back."
    )
    waiting: tuple[Text, ...] = Field(
        default=("pending", "on-hold"), description="Statuses of orders that wait for money."
    )


class WooInvoicesSettings(ConnectorSettings):
    """Customers, invoices and credit notes come from a WooCommerce shop."""

    use: Literal["woocommerce"]
    connection: WooLogin = Field(description="How to reach the shop.")
    invoice_number: tuple[Text, ...] = Field(
        default=(
            "wpo_wcpdf_invoice_number",
            "_wcpdf_invoice_number",
            "_wcpdf_formatted_invoice_number",
            "_wp_wc_running_invoice_number",
            "_wc_gzdp_latest_invoice_number",
            "_ywpi_invoice_number",
        ),
        description="Where invoice plugins keep the number: fields of the order or keys of its `meta_data`, the first that holds one.",
    )
    invoice_date: tuple[Text, ...] = Field(
        default=("_wcpdf_invoice_date", "_wp_wc_running_invoice_number_date"),
        description="Where they keep the invoice's date (seconds since 1970); else the day of the order.",
    )
    orders_without_number: Literal["wait", "use_order_number"] = Field(
        default="wait",
        description="What an order without an invoice number is: `wait` until it has one, or `use_order_number` for shops without such a plugin.",
    )
    credit_note_number: tuple[Text, ...] = Field(
        default=(),
        description="Keys of a refund's `meta_data` that hold its credit note's number, such as `_wp_wc_running_invoice_number`; where none is given it is the invoice's number with `-R` and the refund's.",
    )
    paid_by_bank: tuple[str, ...] = Field(
        default=("", "bacs", "cheque", "cod", "invoice"),
        description="Payment methods whose money comes over the bank account: what the shop says of their payment is not taken over.",
    )
    taken_over_until: date | None = Field(
        default=None,
        description="Bank payments that the shop knows up to this day are taken over: your bank statements here begin after it.",
    )
    due_days: int = Field(default=14, ge=0, le=365, description="Days from the invoice's date to its due date.")
    time_zone: Annotated[Text, AfterValidator(_time_zone)] = Field(
        default="Europe/Brussels", description="Time zone of the dates on invoices."
    )
    language: Language = Field(default="nl", description="Language of customers of whom the shop does not say it.")
    vat_number: tuple[Text, ...] = Field(
        default=("_billing_vat", "_vat_number", "_billing_vat_number", "billing_eu_vat_number"),
        description="Keys of `meta_data` that hold a VAT number: who has one is a business, like who has a company name, and is known by it in other sources.",
    )
    customer_prefix: str = Field(
        default="",
        description="Put before the shop's customer numbers, so that two sources cannot mean two people by one number.",
    )
    feedback: WooFeedbackSettings | None = Field(
        default=None, description="Tell the shop which orders the bank has paid; absent: it is told nothing."
    )
