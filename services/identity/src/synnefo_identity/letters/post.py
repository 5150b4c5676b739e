# SPDX-License-Identifier: Apache-2.0
"""The post: from a letter to a message, and by SMTP to the server that the operator named."""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import ExitStack
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, make_msgid
from typing import Any

from oslo_config import cfg

from synnefo_core.cloud import Cloud
from synnefo_identity.letters import texts
from synnefo_identity.letters.letter import Letter
from synnefo_identity.letters.options import page_url


class PostError(Exception):
    """A letter was not taken; later it may be."""


class ServerAway(PostError):
    """The server can't be reached or talked to."""


class Undeliverable(PostError):
    """No server will ever take this letter."""


def compose(cloud: Cloud, letter: Letter, secret: str) -> EmailMessage:
    """Return a letter as a message, with the secret of its link.

    Raises:
        Undeliverable: Its address is none.
        Misconfigured: A text of the operator's can't be filled in.
    """
    section = cloud.config.mail
    facts = {"site": section.site_name, **letter.facts}
    if letter.link is not None:
        # Behind the #, a browser tells no server and no other page of it.
        facts["link"] = f"{page_url(cloud)}#{letter.link.purpose}={secret}"
    subject, body = texts.fill(section.templates, letter.name, facts)
    message = EmailMessage(policy=SMTP)
    try:
        message["To"] = Address(addr_spec=letter.to)
        message["Subject"] = subject
        message["From"] = Address(section.site_name, addr_spec=section.sender)
    except ValueError as cause:  # its policy refuses all that would be more than one header
        raise Undeliverable(f"not an address or a header: {cause}") from cause
    message["Date"] = localtime()
    message["Message-ID"] = make_msgid(domain=section.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message


def send(config: cfg.ConfigOpts, message: EmailMessage) -> None:
    """Hand a message over; once this returns, the server has it.

    Raises:
        PostError: It may have it, or not; try again later.
        ServerAway: It was not reached, or went away meanwhile.
        Undeliverable: It refused the recipient or the content for good.
    """
    section = config.mail
    with ExitStack() as stack:
        try:
            server = stack.enter_context(_connect(section))
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as cause:
            codes = {code for code, _ in cause.recipients.values()}
            kind = Undeliverable if min(codes) >= 500 else PostError
            raise kind(f"the recipient was refused: {sorted(codes)}") from cause
        except smtplib.SMTPDataError as cause:
            kind = Undeliverable if cause.smtp_code >= 500 else PostError
            raise kind(f"the content was refused: {cause.smtp_code}") from cause
        except (OSError, smtplib.SMTPException) as cause:
            raise ServerAway(f"{section.server}:{section.port}: {cause}") from cause


def _connect(section: Any) -> smtplib.SMTP:
    """Return a connection on which letters can be handed over."""
    place = {"host": section.server, "port": section.port, "timeout": section.timeout_s}
    trust: Any = Trust(section.ca_file)
    if section.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(**place, context=trust)
    else:
        server = smtplib.SMTP(**place)
    try:
        if section.security == "starttls":
            server.starttls(context=trust)
        if section.username:
            server.login(section.username, section.password)
    except BaseException:
        server.close()
        raise
    return server


class Trust:
    """What smtplib needs of an SSL context; channels to who is not believed are closed at once.

    Green sockets of eventlet that fail to shake hands are left open otherwise.
    """

    def __init__(self, ca_file: str) -> None:
        self._context = ssl.create_default_context(cafile=ca_file or None)

    def wrap_socket(self, outside: socket.socket, *, server_hostname: str) -> ssl.SSLSocket:
        """Return an encrypted channel to a server whose certificate is good."""
        channel = self._context.wrap_socket(
            outside, server_hostname=server_hostname, do_handshake_on_connect=False
        )
        try:
            channel.do_handshake()
        except BaseException:
            channel.close()
            raise
        return channel
