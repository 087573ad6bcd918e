"""Check digits of the references and account numbers that the samples carry.

Pure; every function takes digits as text and gives the complete reference as text, without signs or spaces.
"""

from __future__ import annotations

from stdnum.be import ogm_vcs
from stdnum.iso7064 import mod_97_10

#: Weights of the betalingskenmerk from the right, repeating (Betaalvereniging Nederland, Betalingskenmerk).
_KENMERK_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)


def iban(country: str, bban: str) -> str:
    """IBAN of a national account number (ISO 13616)."""
    return f"{country}{mod_97_10.calc_check_digits(f'{bban}{country}')}{bban}"


def creditor_identifier(country: str, national: str) -> str:
    """SEPA creditor identifier with business code ZZZ, which is no part of the check (EPC262-08)."""
    return f"{country}{mod_97_10.calc_check_digits(f'{national}{country}')}ZZZ{national}"


def creditor_reference(base: str) -> str:
    """ISO 11649 creditor reference of up to 21 letters and digits."""
    return f"RF{mod_97_10.calc_check_digits(f'{base}RF')}{base}"


def structured_communication(base: str) -> str:
    """Belgian OGM/VCS: ten digits and two check digits (modulo 97, remainder 0 gives 97)."""
    return base + str(ogm_vcs.calc_check_digits(base))


def betalingskenmerk(base: str) -> str:
    """Dutch betalingskenmerk of 16 digits over a base of 15 (weighted modulo 11; 10 gives 1 and 11 gives 0)."""
    total = sum(
        int(digit) * _KENMERK_WEIGHTS[place % len(_KENMERK_WEIGHTS)] for place, digit in enumerate(reversed(base))
    )
    check = 11 - total % 11
    return str({10: 1, 11: 0}.get(check, check)) + base


def belgian_account(bank: str, number: int) -> str:
    """BBAN of 12 digits: bank, account of seven digits, check digits (modulo 97, remainder 0 gives 97)."""
    base = f"{bank}{number:07d}"
    return f"{base}{int(base) % 97 or 97:02d}"


def dutch_account(bank: str, number: int) -> str:
    """BBAN of four letters and ten digits; the last nine digits pass the eleven test with the tenth as check digit."""
    digits = f"{number:08d}"
    remainder = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 1, -1), strict=True)) % 11
    check = (11 - remainder) % 11
    # The eleven test has no digit for a check of ten: the next number has one.
    return f"{bank}0{digits}{check}" if check < 10 else dutch_account(bank, (number + 1) % 10**8)


def german_account(bank: str, number: int) -> str:
    """BBAN of eight digits of the bank and ten of the account; Germany has no check that holds for all banks."""
    return f"{bank}{number:010d}"
