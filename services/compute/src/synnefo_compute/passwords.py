# SPDX-License-Identifier: Apache-2.0
"""Passwords for the administrator of a new guest. They are made here."""

from __future__ import annotations

import secrets
import string

LENGTH = 16

_ALPHABETS = (string.digits, string.ascii_uppercase, string.ascii_lowercase)


def new_password() -> str:
    """Return a password with a digit, a capital and a small letter at least."""
    letters = [secrets.choice(alphabet) for alphabet in _ALPHABETS]
    rest = "".join(_ALPHABETS)
    letters += [secrets.choice(rest) for _ in range(LENGTH - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)
