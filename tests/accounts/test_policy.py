"""What is an address and what is a password."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cinema.accounts.common_passwords import common_passwords
from cinema.accounts.email import normalise_email
from cinema.accounts.policy import check_password


@pytest.mark.parametrize(
    "password",
    [
        "abcdef-1",
        "pässwörter9",
        "пароль-12345",
        "x" * 127 + "1",
        "correct horse battery staple 4",
        "🐴🔋📎✅ cinéma 7 ",
        "Demo-cinema-1",
    ],
)
def test_a_good_password_is_taken_as_it_is(password: str) -> None:
    assert check_password(password) == password


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("abcde-1", "Use 8 to 128 characters."),
        ("x" * 128 + "1", "Use 8 to 128 characters."),
        ("", "Use 8 to 128 characters."),
        ("12345678-90", "Use at least one letter."),
        ("no-digit-here", "Use at least one digit."),
        ("password1", "This password is one of the commonest; choose another."),
        ("Password123", "This password is one of the commonest; choose another."),
        ("QWERTY123", "This password is one of the commonest; choose another."),
        ("iloveyou1", "This password is one of the commonest; choose another."),
        ("1qaz2wsx", "This password is one of the commonest; choose another."),
        ("cinema123", "This password is one of the commonest; choose another."),
        ("Cinema-2026!", "This password is one of the commonest; choose another."),
        ("ada.l1@example.com", "The password must not be the e-mail address."),
        ("Ada.L1@Example.COM", "The password must not be the e-mail address."),
    ],
)
def test_a_bad_password_is_refused_with_its_reason(password: str, reason: str) -> None:
    with pytest.raises(ValueError, match="^" + reason.replace(".", r"\.") + "$"):
        check_password(password, "ada.l1@example.com")


def test_ten_thousand_passwords_are_too_common() -> None:
    common = common_passwords()
    assert len(common) == 10_000
    for password in common:
        assert password == password.lower()
        assert len(password) >= 8
        assert any(char.isalpha() for char in password)
        assert any(char.isdigit() for char in password)


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        (" Ada@Example.COM ", "ada@example.com"),
        ("ADA+films@example.com", "ada+films@example.com"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("ada@example。com", "ada@example.com"),
        ("a_%@example.com", "a_%@example.com"),
    ],
)
def test_an_address_has_one_normal_form(given: str, normal: str) -> None:
    assert normalise_email(given) == normal
    assert normalise_email(normal) == normal


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "ada@127.0.0.1",
        "ada@-example.com",
        "ada@exa mple.com",
        "ada@example..com",
        ".ada@example.com",
        "ada.@example.com",
        "a..da@example.com",
        "ada lovelace@example.com",
        "ada@eve@example.com",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada\n@example.com",
        "adá@example.com",
        "x" * 65 + "@example.com",
        "ada@" + ".".join(["x" * 63] * 4) + ".com",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an e-mail address|longer than"):
        normalise_email(text)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    for candidate in (text, f"ada@{text}", f"{text}@example.com"):
        try:
            normal = normalise_email(candidate)
        except ValueError:
            continue
        assert normal.isascii()
        assert normal == normal.lower() == normalise_email(normal)
