# SPDX-License-Identifier: Apache-2.0
"""Where a broker is and who we are there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kombu.utils.url import parse_url

from synnefo_core.contracts.driver import Misconfigured

_PORTS = {"amqp": 5672, "amqps": 5671}


@dataclass(frozen=True)
class Address:
    """One broker, a virtual host of it and a user."""

    host: str
    port: int
    virtual_host: str
    user: str
    password: str = field(repr=False)
    is_encrypted: bool

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.virtual_host}"


Alternatives = tuple[Address, ...]
"""The brokers of one cluster of brokers, in the order of preference."""


def parse(urls: str, number: int) -> Alternatives:
    """Read one entry of the setting ``urls``.

    Args:
        urls: One or more addresses, separated by ``;``.
        number: Which entry it is; an address itself is never shown, it holds a password.

    Raises:
        Misconfigured: It can't be an address.
    """
    return tuple(_parse_one(url.strip(), number) for url in urls.split(";"))


def _parse_one(url: str, number: int) -> Address:
    try:
        parts: dict[str, Any] = parse_url(url)
    except ValueError:
        parts = {}
    scheme = parts.get("transport")
    if scheme not in _PORTS or not parts["hostname"] or not parts["userid"]:
        # No cause is named: it would show the address.
        raise Misconfigured(
            f"address {number} of urls must look like amqps://USER:PASSWORD@HOST/VHOST"
        ) from None
    return Address(
        host=parts["hostname"],
        port=parts["port"] or _PORTS[scheme],
        virtual_host=parts["virtual_host"] or "/",
        user=parts["userid"],
        password=parts["password"] or "",
        is_encrypted=scheme == "amqps",
    )
