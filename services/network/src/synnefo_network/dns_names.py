# SPDX-License-Identifier: Apache-2.0
"""Names of ports and floating IPs in the DNS: kept and shown for whoever serves them.

Source: Networking API v2.0, "DNS integration".
"""

from __future__ import annotations

import re

from synnefo_core.errors import InvalidField

_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_CHARACTERS = 253
"""So long is a name at most, without its last dot (RFC 1035)."""


def parse_name(text: str) -> str:
    """Return a name within a domain in its usual form; an empty one is none.

    Raises:
        InvalidField: It is none.
    """
    name = text.strip().lower()
    if name and not _is_name(name):
        problem = f"{text!r} is not a name of letters, digits and hyphens, relative to its domain"
        raise InvalidField("dns_name", problem)
    return name


def parse_domain(text: str) -> str:
    """Return a domain in its usual form, which ends with a dot; an empty one is none.

    Raises:
        InvalidField: It is none.
    """
    domain = text.strip().lower()
    if domain and not (domain.endswith(".") and _is_name(domain[:-1])):
        raise InvalidField("dns_domain", f"{text!r} is not a domain that ends with a dot")
    return domain


def _is_name(name: str) -> bool:
    return len(name) <= _CHARACTERS and _NAME.fullmatch(name) is not None


def host_name(name: str, ip: str) -> str:
    """Return what an address of a port is called: the port's name, or one made of the address."""
    return name or "host-" + ip.replace(".", "-").replace(":", "-")
