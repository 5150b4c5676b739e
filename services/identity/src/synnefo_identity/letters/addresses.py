# SPDX-License-Identifier: Apache-2.0
"""E-mail addresses: compared without regard to case, and never more than an address."""

from __future__ import annotations

import re

from synnefo_core.errors import InvalidField

Address = str
"""An address in the form that :func:`normal` returns."""

LONGEST = 254
"""RFC 5321 leaves no room for more."""

_FORM = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}@[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def normal(text: str) -> Address:
    """Return an address as it is kept and compared.

    Raises:
        InvalidField: It is none, or not one that all servers can deliver to.
    """
    address = text.strip().lower()
    is_plain = address.isascii() and address.isprintable() and len(address) <= LONGEST
    if not is_plain or ".." in address or _FORM.fullmatch(address) is None:
        noun = "email"
        raise InvalidField(noun, "is not an e-mail address")
    return address
