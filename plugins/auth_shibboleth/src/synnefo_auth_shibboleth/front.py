# SPDX-License-Identifier: Apache-2.0
"""The server in front: what it said, told from what anybody may say.

The variables of a WSGI environment are set by the server that runs the cloud; headers
(``HTTP_...``) by whoever sent the request. Different headers can have one name there:
``X-Shib-Eppn`` and ``X_Shib_Eppn`` are both ``HTTP_X_SHIB_EPPN``, so a proxy that replaces the first
lets the second pass. Servers drop those with an underscore (eventlet, gunicorn); what they show of
the headers as they came is looked at, too.
"""

from __future__ import annotations

import hmac
import ipaddress
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from synnefo_core.contracts.auth import Rejected, Visit

LEAST_SECRET = 16

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Front(ABC):
    """How the server in front tells who came."""

    @abstractmethod
    def said(self, visit: Visit, name: str) -> str:
        """Return an attribute as it is written, empty when it is not there."""

    @abstractmethod
    def require_genuine(self, visit: Visit, names: Iterable[str]) -> None:
        """Refuse what the server in front did not say.

        Raises:
            Rejected: It was said by somebody else, or by two.
        """


class Environment(Front):
    """Variables beside the headers, where Apache runs the cloud itself."""

    def said(self, visit: Visit, name: str) -> str:
        # A header can't be meant: nobody's attribute has such a name.
        return "" if name.startswith("HTTP_") else _text(visit, name)

    def require_genuine(self, visit: Visit, names: Iterable[str]) -> None:
        del names
        # The environment of the process may be in there, and another login's REMOTE_USER.
        if _text(visit, "AUTH_TYPE").lower() != "shibboleth":
            raise Rejected("the login was not made by Shibboleth")


class Headers(Front):
    """Headers of a proxy that shows a secret, or comes from a known place."""

    def __init__(
        self, *, prefix: str, secret_header: str, secret: str, proxies: Sequence[str]
    ) -> None:
        """Say what makes a proxy trusted.

        Raises:
            ValueError: Nothing does, or it can't.
        """
        if not secret and not proxies:
            msg = "source = headers needs secret or trusted_proxies: anybody can send headers"
            raise ValueError(msg)
        if secret and len(secret) < LEAST_SECRET:
            msg = f"secret must have at least {LEAST_SECRET} characters"
            raise ValueError(msg)
        self._prefix, self._secret_header = prefix, secret_header
        self._secret = secret.encode()
        self._proxies: list[Network] = [ipaddress.ip_network(each) for each in proxies]

    def said(self, visit: Visit, name: str) -> str:
        return _text(visit, _variable(self._prefix + name))

    def require_genuine(self, visit: Visit, names: Iterable[str]) -> None:
        given = _text(visit, _variable(self._secret_header)).encode("latin-1", "replace")
        if self._secret and not hmac.compare_digest(given, self._secret):
            raise Rejected("the request did not come through the proxy: the secret is not there")
        if self._proxies and not self._is_known(visit.peer):
            raise Rejected("the request did not come through a proxy of trusted_proxies")
        used = {_variable(self._prefix + name) for name in names}
        used.add(_variable(self._secret_header))
        _require_one_each(visit, used)

    def _is_known(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        # A socket for both kinds of addresses shows those of version 4 inside of version 6.
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._proxies)


def _require_one_each(visit: Visit, used: set[str]) -> None:
    """Refuse headers of one variable that came twice, or in another spelling.

    Raises:
        Rejected: Some did.
    """
    # eventlet's: the headers as they came.
    raw: Iterable[tuple[str, str]] = visit.environment.get("headers_raw") or ()
    came = [name for name, _ in raw if _variable(name) in used]
    if any("_" in name for name in came) or len({n.lower() for n in came}) != len(came):
        raise Rejected("a header of the proxy's came twice")


def _variable(header: str) -> str:
    """Return what WSGI calls a header."""
    return "HTTP_" + header.upper().replace("-", "_")


def _text(visit: Visit, name: str) -> str:
    found = visit.environment.get(name)
    return found if isinstance(found, str) else ""
