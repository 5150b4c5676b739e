# SPDX-License-Identifier: Apache-2.0
"""The long-running processes: ``python -m synnefo_core.server ROLE --runtime RUNTIME …``.

The runtime is chosen before anything that it changes is imported; this is the only module
that imports eventlet. ``synnefo run|serve|work`` read the configuration and start it.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket

    from _typeshed.wsgi import WSGIApplication

ROLES = ("run", "serve", "work")
_GREEN_THREADS = 1000
_IDLE_S = 75


def add_arguments(parser: argparse.ArgumentParser, role: str) -> None:
    """Add the options of a role: where the cloud is, and what overrides its configuration."""
    parser.add_argument("--data", type=Path, metavar="DIR", help="where the cloud's data is")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", action="append", default=[], help="more settings"
    )
    parser.add_argument("--runtime", choices=["eventlet", "threads"])
    if role != "work":
        parser.add_argument("--host", help="the address to bind")
        parser.add_argument("--port", type=int, help="the port to bind")
    if role == "serve":
        parser.add_argument("--workers", type=int, help="the number of processes")


def main(argv: Sequence[str] | None = None) -> int:
    """Choose the runtime, then become the process of a role."""
    parser = argparse.ArgumentParser(prog="python -m synnefo_core.server")
    roles = parser.add_subparsers(dest="role", required=True)
    for role in ROLES:
        add_arguments(roles.add_parser(role), role)
    arguments = parser.parse_args(argv)
    if arguments.runtime == "eventlet":
        become_green()
    from synnefo_core import processes  # only after the runtime is chosen

    return processes.start(arguments, _GreenServer() if arguments.runtime == "eventlet" else None)


def become_green() -> None:
    """Make the standard library's blocking calls yield to other green threads."""
    # psycopg would wait in C; this makes it wait with select, which is green.
    os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"
    with warnings.catch_warnings():
        # Its upstream advises against it for new projects; docs/decisions says why it is here.
        warnings.simplefilter("ignore")
        import eventlet  # only for this runtime
    eventlet.monkey_patch()


class _GreenServer:
    """Serves WSGI on green threads; see :class:`synnefo_core.processes.Server`."""

    def listen(self, host: str, port: int) -> socket.socket:
        """Bind the address."""
        import eventlet  # only for this runtime

        bound: socket.socket = eventlet.listen((host, port), backlog=1024)
        return bound

    def serve(self, bound: socket.socket, application: WSGIApplication) -> None:
        """Serve until the process is told to end (SIGTERM or SIGINT)."""
        import eventlet.wsgi  # only for this runtime

        _on_end(lambda: eventlet.kill(server))
        server = eventlet.spawn(
            eventlet.wsgi.server,
            bound,
            application,
            log_output=False,
            max_size=_GREEN_THREADS,
            keepalive=True,
            socket_timeout=_IDLE_S,
            debug=False,
        )
        try:
            server.wait()
        except eventlet.greenlet.GreenletExit:
            return


def _on_end(call: Callable[[], object]) -> None:
    def told(_number: int, _frame: Any) -> None:
        call()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)


if __name__ == "__main__":
    sys.exit(main())
