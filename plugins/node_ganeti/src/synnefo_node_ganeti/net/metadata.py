# SPDX-License-Identifier: Apache-2.0
"""What guests are told at http://169.254.169.254: each its own files.

The cloud says which files there are, in EC2's form and in OpenStack's; here they are only found. Who asks is known by
its address, with which no other guest gets as far as this: the bridge's rules see to that.
"""

from __future__ import annotations

import base64
import logging
import socket
import threading
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import unquote

from synnefo_node_ganeti.net.inside import inside
from synnefo_node_ganeti.net.programs import ProgramFailed

log = logging.getLogger(__name__)

PORT = 80
Files = Mapping[str, str]
"""Contents in base64, by path."""

_PATIENCE_S = 2.0


def answer(files: Files, path: str) -> bytes | None:
    """Return the content of a file, or what a directory has, a line each; None without either.

    Below ``meta-data`` a directory's name ends with a slash, as clients of EC2 expect; elsewhere, as
    those of OpenStack do, it does not.
    """
    wanted = "/".join(part for part in unquote(path.partition("?")[0]).split("/") if part)
    if wanted in files:
        return base64.b64decode(files[wanted])
    prefix = f"{wanted}/" if wanted else ""
    below = sorted(name.removeprefix(prefix) for name in files if name.startswith(prefix))
    slash = "/" if "meta-data" in wanted.split("/") else ""
    names = [head + (slash if rest else "") for head, rest, _ in map(_split, below)]
    return "\n".join(dict.fromkeys(names)).encode() if names else None


def _split(name: str) -> tuple[str, str, str]:
    return name.partition("/")


class Answers:
    """Answers the guests of one network, one after the other, until it is closed.

    A guest that is slow keeps only its own network's guests waiting, and not for long.
    """

    def __init__(self, pid: int, where: tuple[str, str], files: Mapping[str, Files]) -> None:
        """Listen in the name space of a process.

        Args:
            pid: The process.
            where: An address, and the interface by which it is asked.
            files: What there is, by the address of who asks.

        Raises:
            ProgramFailed: One can't listen there.
        """
        handler = type("Handler", (_Handler,), {"files": files})
        self._server = HTTPServer((where[0], PORT), handler, bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = _listening(pid, where)
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    files: Mapping[str, Files]
    timeout = _PATIENCE_S
    server_version = "synnefo"
    sys_version = ""

    def do_GET(self) -> None:  # the name that http.server calls
        found = answer(self.files.get(self.client_address[0], {}), self.path)
        if found is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(found)))
        self.end_headers()
        self.wfile.write(found)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name in http.server
        """Say nothing: paths and who asks for them are the guests' own."""


def _listening(pid: int, where: tuple[str, str]) -> socket.socket:
    """Return a socket that listens in the name space of a process."""
    try:
        return inside(Path(f"/proc/{pid}/ns/net"), partial(_listener, *where))
    except OSError as problem:
        raise ProgramFailed(f"nobody can listen on {where[0]}: {problem}") from problem


def _listener(address: str, interface: str) -> socket.socket:
    """Return a socket that hears of one interface only: others may have the address, too."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        listener.bind((address, PORT))
        listener.listen(64)
    except OSError:
        listener.close()
        raise
    return listener
