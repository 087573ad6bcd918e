"""Letters for print, calls to make, and effects by webhook: what the other side finds."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.phone_list import PhoneList, PhoneListSettings
from connectors.print_folder import PrintFolder, PrintFolderSettings
from connectors.webhook import Webhook, WebhookSettings
from ledger.effects import Effect, EffectKind, Guarantee
from ledger.errors import ConflictingPayload, OutcomeUnknown, Refused
from ledger.media import Medium
from ledger.messages import Attachment, Message, message_payload
from tests.unit.connectors.test_http import Answer, Site, hang_up, serving

PDF = "application/pdf"
MESSAGE = Message(
    message_id="0123abc@bench.example",
    sender="debiteuren@bench.example",
    recipient="",
    language="nl",
    subject="Ingebrekestelling",
    text="Geachte heer Groß,\n\nu betaalde niet.\n",
    html="",
    dated_on=date(2026, 6, 30),
    medium=Medium.LETTER,
    postal=("Jan Groß", "Kerkstraat 1", "9000 Gent"),
    country="BE",
    phone="+32 9 123 45 67",
    customer_id="C1",
    kind="notice_of_default",
    documents=("F1", "F2"),
    attachments=(
        Attachment(name="factuur-F1.pdf", media_type=PDF, content=b"%PDF-F1"),
        Attachment(name="overzicht.pdf", media_type=PDF, content=b"%PDF-letter", letter=True),
    ),
)


def effect(message: Message = MESSAGE, key: str = "k1") -> Effect:
    return Effect(
        key=key,
        kind=EffectKind.MESSAGE,
        sink="reminders/channels/1",
        subject=message.message_id,
        payload=message_payload(message),
        not_before=message.dated_on,
    )


def printer(folder: Path, *, registered: bool = False) -> PrintFolder:
    return PrintFolder(
        PrintFolderSettings(use="print_folder", path=folder, registered=registered), "reminders/channels/1"
    )


def test_a_job_names_its_files_in_the_order_in_which_they_are_printed(tmp_path: Path) -> None:
    receipt = printer(tmp_path).send(effect())
    assert receipt.reference == "k1.json"
    job = json.loads((tmp_path / "k1.json").read_text(encoding="utf-8"))
    assert [(file["name"], file["title"], file["role"]) for file in job["files"]] == [
        ("k1-0.pdf", "overzicht.pdf", "letter"),
        ("k1-1.pdf", "factuur-F1.pdf", "enclosure"),
    ]
    for file in job["files"]:
        assert hashlib.sha256((tmp_path / file["name"]).read_bytes()).hexdigest() == file["sha256"]
    assert job["recipient"] == ["Jan Groß", "Kerkstraat 1", "9000 Gent"]
    assert (job["medium"], job["message_id"], job["documents"]) == ("letter", MESSAGE.message_id, ["F1", "F2"])


def test_registered_letters_are_marked(tmp_path: Path) -> None:
    sink = printer(tmp_path, registered=True)
    sink.send(effect())
    assert sink.medium is Medium.REGISTERED
    assert json.loads((tmp_path / "k1.json").read_bytes())["medium"] == "registered"


def test_the_print_service_took_everything_and_nothing_is_printed_twice(tmp_path: Path) -> None:
    receipt = printer(tmp_path).send(effect())
    for path in tmp_path.glob("k1*"):
        path.unlink()
    assert printer(tmp_path).find("k1") == receipt
    assert printer(tmp_path).send(effect()) == receipt
    assert list(tmp_path.glob("k1*")) == []


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (replace(MESSAGE, attachments=()), "no letter"),
        (replace(MESSAGE, attachments=MESSAGE.attachments[:1]), "no letter"),
        (replace(MESSAGE, postal=("Jan Groß",)), "no postal address"),
    ],
)
def test_what_is_no_letter_leaves_nothing(tmp_path: Path, message: Message, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        printer(tmp_path / "print").send(effect(message))
    assert not (tmp_path / "print").exists()


def phones(folder: Path) -> PhoneList:
    return PhoneList(PhoneListSettings(use="phone_list", path=folder), "reminders/channels/2")


def test_a_call_is_a_row_that_any_spreadsheet_opens(tmp_path: Path) -> None:
    receipt = phones(tmp_path).send(effect())
    assert receipt.reference == "2026-06-30-k1.csv"
    (row,) = csv.DictReader(io.StringIO((tmp_path / receipt.reference).read_text(encoding="utf-8"), newline=""))
    assert (row["customer_id"], row["phone"], row["documents"]) == ("C1", "+32 9 123 45 67", "F1;F2")
    assert row["text"] == MESSAGE.text


@pytest.mark.parametrize("subject", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2"])
def test_a_cell_is_no_formula(tmp_path: Path, subject: str) -> None:
    receipt = phones(tmp_path).send(effect(replace(MESSAGE, subject=subject)))
    assert f"'{subject}" in (tmp_path / receipt.reference).read_text(encoding="utf-8")


def test_a_call_without_a_number(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="telephone"):
        phones(tmp_path).send(effect(replace(MESSAGE, phone="")))


def webhook(site: Site, **more: Any) -> Webhook:
    settings = {"use": "webhook", "url": site.address, "secret": "shared", "token": "t0ken", **more}
    return Webhook(WebhookSettings.model_validate(settings), "reminders/channels/3")


def test_a_webhook_is_signed_and_names_its_key() -> None:
    with serving(Site(answers=[Answer(body=b'{"id": 42}')])) as site:
        assert webhook(site).send(effect()).reference == "42"
        _, _, headers, body = site.asked[0]
    assert headers["Idempotency-Key"] == "k1"
    assert headers["Authorization"] == "Bearer t0ken"
    assert headers["Afletter-Signature"] == "sha256=" + hmac.new(b"shared", body, hashlib.sha256).hexdigest()
    told = json.loads(body)
    assert (told["key"], told["kind"], told["payload"]["subject"]) == ("k1", "message", "Ingebrekestelling")


def test_a_lost_answer_is_asked_for_again_only_where_keys_are_recognised() -> None:
    with serving(Site(answers=[Answer(act=hang_up)])) as site:
        blind = webhook(site)
        assert blind.guarantee is Guarantee.BLIND
        with pytest.raises(OutcomeUnknown):
            blind.send(effect())
        assert len(site.asked) == 1
    with serving(Site(answers=[Answer(status=503, headers={"Retry-After": "0"}), Answer()])) as site:
        keyed = webhook(site, recognises_keys=True)
        assert keyed.guarantee is Guarantee.KEYED
        assert keyed.send(effect()).reference == "status 200"
        assert len(site.asked) == 2


def test_the_receiver_knows_the_key_with_other_content() -> None:
    with serving(Site(answers=[Answer(status=409)])) as site, pytest.raises(ConflictingPayload):
        webhook(site).send(effect())


def test_a_webhook_is_told_of_no_message_that_is_none() -> None:
    with serving(Site()) as site:
        with pytest.raises(Refused):
            webhook(site).send(replace(effect(), payload={"subject": "x"}))
        webhook(site).check()
        assert site.asked == []


@pytest.mark.parametrize("url", ["http://portal.example/hook", "portal.example", "https://u:p@portal.example/"])
def test_a_webhook_is_encrypted(url: str) -> None:
    with pytest.raises(ValidationError):
        WebhookSettings.model_validate({"use": "webhook", "url": url})
