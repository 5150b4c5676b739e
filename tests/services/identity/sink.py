# SPDX-License-Identifier: Apache-2.0
"""A mail server that keeps what it gets as files: ``python sink.py FOLDER [CERTIFICATE KEY]``.

It refuses ``nobody@…`` for good and ``later@…`` for now. It says its port in a line and ends with
its standard input.
"""

import asyncio
import contextlib
import ssl
import sys

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, AuthResult


class Sink(Mailbox):
    """Keeps letters in a Maildir."""

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802
        """Answer for a recipient."""
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        if address.startswith("later@"):
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    """Know one user."""
    del server, session, envelope, mechanism
    return AuthResult(success=(data.login, data.password) == (b"cloud", b"secret"))


async def serve(folder, *certificate):
    """Serve until the standard input ends."""
    more = {}
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        more = {
            "tls_context": context,
            "require_starttls": True,
            "authenticator": authenticate,
            "auth_required": True,
        }
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(folder), **more), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(*sys.argv[1:]))
