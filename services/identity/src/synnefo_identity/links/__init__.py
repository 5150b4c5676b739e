# SPDX-License-Identifier: Apache-2.0
"""Links: the login methods of an account, by which its user comes in."""

from synnefo_identity.links.adding import (
    Credentials,
    add_own_password,
    add_with_password,
    add_with_voucher,
    request_voucher,
)
from synnefo_identity.links.overview import Link, MethodOfAccount, index
from synnefo_identity.links.removal import remove

__all__ = [
    "Credentials",
    "Link",
    "MethodOfAccount",
    "add_own_password",
    "add_with_password",
    "add_with_voucher",
    "index",
    "remove",
    "request_voucher",
]
