"""Pictures that are made from the program are as fresh as the program."""

from __future__ import annotations

from tests.pictures.mail import TARGET, picture


def test_the_picture_of_a_mail_is_fresh() -> None:
    """``python -m tests.pictures.mail`` draws it anew."""
    assert TARGET.read_text(encoding="utf-8") == picture()
    assert TARGET.stat().st_size < 20_000
