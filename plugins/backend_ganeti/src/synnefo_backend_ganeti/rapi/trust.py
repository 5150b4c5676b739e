# SPDX-License-Identifier: Apache-2.0
"""How a cluster proves that it is the cluster we mean.

Ganeti makes its own certificate (self-signed, ``CN=ganeti.example.com``, no
alternative names), so the usual check of a host name against an authority is
impossible out of the box. :class:`PinnedCertificate` is the right answer there;
:class:`Authority` suits clusters whose operator installed a certificate of
their own authority.
"""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


@dataclass(frozen=True)
class PinnedCertificate:
    """Trust exactly one certificate, whatever host name, dates or issuer it has.

    Args:
        fingerprint: SHA-256 of the certificate's DER form: 64 hexadecimal digits,
            with or without colons.
    """

    fingerprint: str

    def __post_init__(self) -> None:
        digits = self.fingerprint.replace(":", "").lower()
        if not re.fullmatch("[0-9a-f]{64}", digits):
            raise ValueError("a certificate fingerprint is a SHA-256 of 64 hexadecimal digits")
        object.__setattr__(self, "fingerprint", digits)

    @classmethod
    def from_pem(cls, pem: str) -> PinnedCertificate:
        """Pin the first certificate of a PEM text; keys around it are ignored.

        Raises:
            ValueError: The text holds no certificate.
        """
        start = pem.find(_BEGIN)
        end = pem.find(_END, start)
        if start < 0 or end < 0:
            raise ValueError("no PEM certificate to pin")
        der = ssl.PEM_cert_to_DER_cert(pem[start : end + len(_END)])
        return cls(hashlib.sha256(der).hexdigest())


@dataclass(frozen=True)
class Authority:
    """Trust certificates of an authority, for the host name of the cluster's URL.

    Args:
        pem: Certificates of the authorities; None means those of the system.
    """

    pem: str | None = None


@dataclass(frozen=True)
class Insecure:
    """Trust whoever answers. Whoever sits in between reads the password."""


Trust = PinnedCertificate | Authority | Insecure


class ClosingContext(ssl.SSLContext):
    """TLS settings that close the socket of a handshake that failed.

    The standard library does so itself; eventlet leaves it to the garbage collector.
    """

    def wrap_socket(self, sock: socket.socket, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Return the socket once the other side has shown its certificate."""
        kwargs["do_handshake_on_connect"] = False
        wrapped = super().wrap_socket(sock, *args, **kwargs)
        with ExitStack() as on_failure:
            on_failure.callback(wrapped.close)
            wrapped.do_handshake()
            on_failure.pop_all()
        return wrapped


def tls_context(trust: Trust) -> ssl.SSLContext:
    """Make the TLS settings for a kind of trust.

    For a pinned certificate the context checks nothing: the connection compares
    the fingerprint itself, before the first byte of a request is sent.

    Raises:
        ssl.SSLError: The certificates of the authorities can't be read.
    """
    context = ClosingContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not isinstance(trust, Authority):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif trust.pem is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(cadata=trust.pem)
    return context
