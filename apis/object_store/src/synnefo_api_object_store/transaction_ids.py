# SPDX-License-Identifier: Apache-2.0
"""X-Trans-Id, made of the request's id so that one leads to the other."""

from __future__ import annotations


def transaction_id(request_id: str) -> str:
    """Return the id in Swift's form: tx, 21 hexadecimal digits, a dash and ten more."""
    digits = request_id.removeprefix("req-").replace("-", "")
    return f"tx{digits[:21]}-{digits[21:31]}"
