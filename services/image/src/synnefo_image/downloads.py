# SPDX-License-Identifier: Apache-2.0
"""Fetch what a stranger names, from the Internet and from nowhere else.

An address is looked up once, checked, and connected to as it was checked: a name that means
something else a moment later changes nothing. Each redirect is checked in the same way.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

import urllib3

from synnefo_blocks import Read
from synnefo_core.errors import Invalid, InvalidField, TooLarge

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

PORTS = {"http": 80, "https": 443}
MOST_REDIRECTS = 5
_MOST_URL = 2048
_SILENT_S = 30.0
_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Allowed:
    """What may be fetched.

    Attributes:
        ports: To which may be connected.
        networks: CIDRs that may be reached though they are not of the Internet.
        size_bytes: The most that is taken.
        time_s: The longest that it may take.
    """

    ports: Sequence[int]
    networks: Sequence[str]
    size_bytes: int
    time_s: float


def check(url: str, allowed: Allowed) -> SplitResult:
    """Refuse what can't be fetched whatever it means; nothing is looked up.

    Raises:
        InvalidField: Says why.
    """
    noun = "uri"
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError as cause:
        raise InvalidField(noun, "it is no URL") from cause
    if parts.scheme not in PORTS or not parts.hostname or len(url) > _MOST_URL:
        raise InvalidField(noun, "it must be an http or https URL")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise InvalidField(noun, "it must be of printable ASCII characters")
    if parts.username is not None or parts.password is not None:
        raise InvalidField(noun, "it must not hold a password")
    if port not in allowed.ports:
        raise InvalidField(noun, f"port {port} is not one to fetch from")
    return parts


def is_public(address: Address, networks: Sequence[str] = ()) -> bool:
    """Say whether an address is of the Internet, also the one that it may have inside."""
    if any(address in ipaddress.ip_network(network) for network in networks):
        return True
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address.teredo or (inner is not None and not is_public(inner)):
            return False
        if address not in _UNICAST and address not in _NAT64:
            return False
    return address.is_global and not address.is_multicast and not address.is_unspecified


@contextmanager
def opened(url: str, allowed: Allowed) -> Iterator[Read]:
    """Have what a URL leads to as a stream until the block ends.

    The stream raises TooLarge once it is longer than allowed, and Invalid when it breaks off or
    takes too long.

    Raises:
        Invalid: It is not there, or does not answer.
        InvalidField: It is nothing that may be fetched.
    """
    give_up = time.monotonic() + allowed.time_s
    response, pool = _found(url, allowed)
    try:
        yield _stream(response, allowed, give_up)
    finally:
        response.release_conn()
        pool.close()


def _found(
    url: str, allowed: Allowed
) -> tuple[urllib3.BaseHTTPResponse, urllib3.HTTPConnectionPool]:
    for _ in range(MOST_REDIRECTS + 1):
        parts = check(url, allowed)
        pool = _pool(parts, _resolved(parts, allowed))
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        try:
            response = pool.request(
                "GET",
                target,
                headers={"Host": parts.netloc, "Accept-Encoding": "identity"},
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=urllib3.Timeout(connect=_SILENT_S, read=_SILENT_S),
            )
        except urllib3.exceptions.HTTPError as cause:
            pool.close()
            raise Invalid("the server of the image does not answer") from cause
        if response.status == 200:
            return response, pool
        response.release_conn()
        pool.close()
        location = response.headers.get("Location")
        if response.status not in _REDIRECTS or not location:
            raise Invalid(f"the server of the image answers {response.status}")
        url = urljoin(url, location)
    raise Invalid(f"there are more than {MOST_REDIRECTS} redirects")


def _resolved(parts: SplitResult, allowed: Allowed) -> str:
    """Return the address to connect to; all that the name means must be fit."""
    port = parts.port or PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        addresses = [ipaddress.ip_address(str(each[4][0])) for each in found]
    except (OSError, UnicodeError, ValueError) as cause:
        raise Invalid("the server of the image could not be found") from cause
    if not addresses or not all(is_public(each, allowed.networks) for each in addresses):
        noun = "uri"
        raise InvalidField(noun, "it leads to an address that is not of the Internet")
    return str(addresses[0])


def _pool(parts: SplitResult, address: str) -> urllib3.HTTPConnectionPool:
    port = parts.port or PORTS[parts.scheme]
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(address, port)
    # The certificate must be the name's, whatever address it was found at.
    return urllib3.HTTPSConnectionPool(
        address, port, server_hostname=parts.hostname, assert_hostname=parts.hostname
    )


def _stream(response: urllib3.BaseHTTPResponse, allowed: Allowed, give_up: float) -> Read:
    promised = response.headers.get("Content-Length", "")
    if promised.isdecimal() and int(promised) > allowed.size_bytes:
        raise TooLarge(allowed.size_bytes)
    total = 0

    def read(most: int) -> bytes:
        nonlocal total
        if time.monotonic() > give_up:
            raise Invalid(f"to fetch the image took more than {allowed.time_s:.0f} s")
        try:
            piece = response.read1(most, decode_content=False)
        except urllib3.exceptions.HTTPError as cause:
            raise Invalid("the image broke off while it was fetched") from cause
        total += len(piece)
        if total > allowed.size_bytes:
            raise TooLarge(allowed.size_bytes)
        if not piece and promised.isdecimal() and total < int(promised):
            raise Invalid("the image broke off while it was fetched")
        return piece

    return read
