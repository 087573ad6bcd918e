from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.placeholders import Unfilled, fill
from config.store_url import StoreUrl
from tests.unit.config.conftest import LEAST, Faults, Load
from tests.unit.config.connectors import Shop

SECRET = "hunter2-hunter2"
SHOP = """\
  - use: shop
    url: https://shop.example
    login: {user: me, password: "PASSWORD"}
"""


def with_shop(password: str, user: str = "me", more: str = "") -> str:
    shop = SHOP.replace("PASSWORD", password).replace("user: me", f"user: {user}")
    return LEAST.replace("bank_accounts:\n", f"{shop}{more}bank_accounts:\n")


def password_of(tenant: object) -> str:
    assert isinstance(tenant, Shop)
    return tenant.login.password.get_secret_value()


def test_a_secret_comes_from_the_environment_or_a_file(
    loaded: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AFLETTER_TEST_SECRET", SECRET)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "password").write_bytes(b"from-file\r\n")
    (tmp_path / "end").write_bytes(b"two\n\n")
    for written, meant in (
        ("${env:AFLETTER_TEST_SECRET}", SECRET),
        ("a-${env:AFLETTER_TEST_SECRET}-b", f"a-{SECRET}-b"),
        ("${file:secrets/password}", "from-file"),
        (f"${{file:{tmp_path}/secrets/password}}", "from-file"),
        ("${file:end}", "two\n"),
        ("${env:AFLETTER_TEST_SECRET}${file:secrets/password}", f"{SECRET}from-file"),
    ):
        tenant = loaded(with_shop(written))
        assert password_of(tenant.invoices[1]) == meant
        assert tenant.warnings == ()
        assert meant not in repr(tenant)
        assert meant not in str(tenant)


def test_a_value_is_not_searched_for_placeholders_again(loaded: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFLETTER_TEST_SECRET", "${env:HOME}")
    assert password_of(loaded(with_shop("${env:AFLETTER_TEST_SECRET}")).invoices[1]) == "${env:HOME}"


def test_a_literal_dollar_brace_is_doubled(loaded: Load) -> None:
    assert password_of(loaded(with_shop("a$${b}")).invoices[1]) == "a${b}"


def test_a_secret_in_clear_draws_a_warning_that_does_not_tell_it(loaded: Load) -> None:
    tenant = loaded(with_shop(SECRET) + f"store: postgresql+psycopg://me:{SECRET}@db.example/x\n")
    assert [warning.partition("shop.yaml")[2] for warning in tenant.warnings] == [
        ":8: invoices[1].login.password: a secret stands here in clear; write ${env:NAME} or ${file:PATH} instead",
        ":13: store: a password stands here in clear; write ${env:NAME} or ${file:PATH} instead",
    ]
    assert SECRET not in repr(tenant)


def test_references_without_a_value(faults: Faults, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AFLETTER_TEST_UNSET", raising=False)
    monkeypatch.setenv("AFLETTER_TEST_EMPTY", "")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_bytes(b"x" * 70_000)
    text = LEAST + "".join(
        f"store{number}: '{reference}'\n"
        for number, reference in enumerate(
            (
                "${env:AFLETTER_TEST_UNSET}${env:AFLETTER_TEST_EMPTY}",
                f"${{file:{tmp_path}/none}}",
                f"${{file:{tmp_path}}}",
                f"${{file:{tmp_path}/empty}}",
                f"${{file:{tmp_path}/binary}}",
                f"${{file:{tmp_path}/large}}",
                "${vault:x}",
                "${env:}",
                "${env:X",
            )
        )
    )
    known = "only ${env:NAME} and ${file:PATH} are known; a literal ${ is written $${"
    assert faults(text) == [
        "shop.yaml:10: store0: the environment variable AFLETTER_TEST_EMPTY is empty",
        "shop.yaml:10: store0: the environment variable AFLETTER_TEST_UNSET is not set",
        f"shop.yaml:11: store1: ${{file:{tmp_path}/none}}: there is no file {tmp_path}/none",
        f"shop.yaml:12: store2: ${{file:{tmp_path}}}: {tmp_path} is no file",
        f"shop.yaml:13: store3: ${{file:{tmp_path}/empty}}: {tmp_path}/empty is empty",
        f"shop.yaml:14: store4: ${{file:{tmp_path}/binary}}: {tmp_path}/binary is not UTF-8 text",
        f"shop.yaml:15: store5: ${{file:{tmp_path}/large}}: {tmp_path}/large is larger than 64 KiB",
        f"shop.yaml:16: store6: ${{vault:x}} is no reference: {known}",
        f"shop.yaml:17: store7: ${{env:}} is no reference: {known}",
        "shop.yaml:18: store8: '${env:X' has no closing }",
    ]


def test_no_fault_tells_what_a_placeholder_stands_for(faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFLETTER_TEST_SECRET", SECRET)
    reference = "${env:AFLETTER_TEST_SECRET}"
    text = (
        with_shop(reference, user="careless")
        + f"store: {reference}\nreminders: {{sender: '{reference}', channel: {{use: '{reference}'}}}}\n"
    )
    text = text.replace("tenant: shop", f"tenant: a b {reference}").replace("currency: EUR", f"currency: {reference}")
    text = text.replace("BE55 7347 9895 3744", reference)
    found = faults(text)
    assert len(found) == 7
    assert not [fault for fault in found if SECRET in fault]
    assert f"shop.yaml:1: tenant: 'a b {reference}' may only hold" in found[0]
    assert f"shop.yaml:6: invoices[1]: tells its password {reference}" in found


def test_no_fault_tells_a_secret_in_clear(faults: Faults) -> None:
    text = with_shop("[x]", more="    pin: '123'\n").replace('"[x]"', f"[{SECRET}]")
    found = faults(text + f"store: mysql://me:{SECRET}@db.example/x\n")
    assert found == [
        "shop.yaml:8: invoices[1].login.password: must be text",
        "shop.yaml:9: invoices[1].pin: needs at least 4 characters",
        "shop.yaml:14: store: must be sqlite:///… or postgresql+psycopg://…",
    ]


@pytest.mark.parametrize(
    ("url", "printed"),
    [
        ("sqlite:///state/x.sqlite3", "sqlite:///state/x.sqlite3"),
        ("sqlite:////var/x@y:z.sqlite3", "sqlite:////var/x@y:z.sqlite3"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u:p@h:5432/d", "postgresql+psycopg://u:***@h:5432/d"),
        ("postgresql+psycopg://u:p@w/x:y@h/d", "postgresql+psycopg://u:***@h/d"),
        ("postgresql+psycopg:///d?host=/run&password=p%20w&x=1", "postgresql+psycopg:///d?host=/run&password=***&x=1"),
        ("postgresql+psycopg://u:p@h/d?application_name=a@b", "postgresql+psycopg://u:***@b"),
    ],
)
def test_a_store_is_printed_without_its_password(url: str, printed: str) -> None:
    store = StoreUrl(url)
    assert str(store) == printed
    assert repr(store) == f"StoreUrl('{printed}')"
    assert store.reveal() == url
    assert store.has_password is (url != printed)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite://", "sqlite:///path/to/file"),
        ("sqlite:///", "sqlite:///path/to/file"),
        ("sqlite:///:memory:", "sqlite:///path/to/file"),
        ("postgres://u@h/d", r"postgresql\+psycopg://user@host/database"),
        ("postgresql+psycopg://u@h", "names no database"),
        ("postgresql+psycopg://[h/d", "is no URL that can be read"),
        ("state.sqlite3", "must be"),
    ],
)
def test_what_is_no_store(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        StoreUrl(url)


@given(st.text(alphabet=st.characters(exclude_characters="$"), max_size=40))
def test_text_without_a_dollar_stays_as_it_is(text: str) -> None:
    assert fill(text, Path(), {}).text == text


@given(st.text(max_size=20), st.text(min_size=1, max_size=20), st.text(max_size=20))
def test_any_value_arrives_as_it_is(before: str, value: str, after: str) -> None:
    text = f"{before.replace('$', '')}${{env:X}}{after.replace('$', '')}"
    assert fill(text, Path(), {"X": value}).text == f"{before.replace('$', '')}{value}{after.replace('$', '')}"


@given(st.text(alphabet="${}:envfil X", max_size=30))
def test_any_text_is_filled_or_refused(text: str) -> None:
    with suppress(Unfilled):
        filled = fill(text, Path("/nowhere"), {"X": "value"})
        assert set(filled.secrets) <= {"${env:X}", "${env: X}", "${env:X }", "${env: X }"}
