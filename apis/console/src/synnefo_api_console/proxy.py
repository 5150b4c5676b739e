# SPDX-License-Identifier: Apache-2.0
"""Let browsers at screens: who shows a token, from which page, and how many at once."""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import CloseCode
from websockets.typing import Origin, Subprotocol

import synnefo_compute
from synnefo_api_console.relay import READ_BYTES, relay
from synnefo_compute import Screen
from synnefo_core.cloud import Cloud
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.errors import CloudError, Unavailable

log = logging.getLogger(__name__)

BINARY = Subprotocol("binary")

_MOST_BYTES = 256 * 1024
"""The longest message of a client: keys, the mouse, and what somebody pastes."""
_MOST_MESSAGES = 4
"""How many of them wait for a slow screen before the client waits."""
_CONNECT_S = 10.0
_CLOSE_S = 5.0


def _silent() -> logging.Logger:
    """Return a logger for the library, whose lines hold addresses and so tokens."""
    logger = logging.getLogger("synnefo.console.websockets")
    logger.disabled = True
    return logger


class Proxy:
    """The console proxy of a cloud."""

    def __init__(self, cloud: Cloud) -> None:
        """Read the settings."""
        self._cloud, self._section = cloud, cloud.config.console
        self._open: Counter[str] = Counter()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Serve while the context lasts; tell the port.

        Raises:
            Misconfigured: The address is in use, or the certificate can't be read.
        """
        section = self._section
        try:
            server = await serve(
                self._connected,
                section.host,
                section.port,
                ssl=_tls(section.certificate_file, section.key_file),
                origins=self._origins(),
                select_subprotocol=_subprotocol,
                compression=None,
                server_header=None,
                max_size=_MOST_BYTES,
                max_queue=_MOST_MESSAGES,
                close_timeout=_CLOSE_S,
                logger=_silent(),
            )
        except OSError as cause:
            msg = f"can't listen on {section.host}:{section.port}: {cause.strerror or cause}"
            raise Misconfigured(msg) from cause
        async with server:
            yield server.sockets[0].getsockname()[1]

    def _origins(self) -> Sequence[Origin | re.Pattern[str] | None]:
        """Return the pages that may connect; what is no browser names none."""
        allowed: list[Origin | re.Pattern[str] | None] = [
            Origin(origin.rstrip("/")) for origin in self._section.allowed_origins
        ]
        if not allowed:
            urls = (self._cloud.public_url, self._section.base_url or "")
            hosts = {host for url in urls if (host := urlsplit(url).hostname)}
            allowed = [re.compile(rf"https?://\[?{re.escape(host)}\]?(:\d+)?") for host in hosts]
        return [*allowed, None]

    async def _connected(self, client: ServerConnection) -> None:
        code, reason = await self._shown(client)
        await client.close(code, reason)

    async def _shown(self, client: ServerConnection) -> tuple[CloseCode, str]:
        """Show a client the screen that its token is for; return how it ended."""
        token = token_in(client.request.path if client.request else "")
        try:
            screen = await asyncio.to_thread(synnefo_compute.enter_console, self._cloud, token)
        except Unavailable as error:
            return CloseCode.TRY_AGAIN_LATER, str(error)
        except CloudError as error:
            log.info("console refused", extra={"reason": error.code})
            return CloseCode.POLICY_VIOLATION, str(error)
        if self._open[screen.user_id] >= self._section.connections_per_user:
            return CloseCode.TRY_AGAIN_LATER, "too many consoles are open"
        self._open[screen.user_id] += 1
        try:
            return await self._carried(client, screen)
        finally:
            self._open[screen.user_id] -= 1
            if not self._open[screen.user_id]:
                del self._open[screen.user_id]

    async def _carried(self, client: ServerConnection, screen: Screen) -> tuple[CloseCode, str]:
        fields = {"server": screen.server_id, "user": screen.user_id}
        try:
            async with asyncio.timeout(_CONNECT_S):
                ends = await asyncio.open_connection(screen.host, screen.port, limit=READ_BYTES)
        except OSError as error:
            place = f"{screen.host}:{screen.port}"
            log.warning("no screen", extra=fields | {"place": place, "problem": str(error)})
            return CloseCode.TRY_AGAIN_LATER, "the screen does not answer"
        log.info("console opened", extra=fields)
        code, reason = await relay(client, ends, idle_s=self._section.idle_s)
        log.info("console closed", extra=fields | {"reason": reason})
        return code, reason


def token_in(target: str) -> str:
    """Return the token of a request: ``/?token=T``, or ``/?path=%3Ftoken%3DT`` from noVNC's page."""
    query = parse_qs(urlsplit(target).query)
    if "token" in query:
        return query["token"][0]
    inner = parse_qs(query.get("path", [""])[0].partition("?")[2])
    return inner.get("token", [""])[0]


def _subprotocol(_client: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """Take ``binary`` where it is offered; newer clients offer nothing."""
    return BINARY if BINARY in offered else None


def _tls(certificate_file: str | None, key_file: str | None) -> ssl.SSLContext | None:
    if not certificate_file:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate_file, key_file)
    except (OSError, ssl.SSLError) as cause:
        msg = f"the certificate of the console proxy can't be used: {cause}"
        raise Misconfigured(msg) from cause
    return context
