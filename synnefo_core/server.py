# SPDX-License-Identifier: Apache-2.0
"""The long-running processes: ``synnefo run|serve|work``.

The runtime is chosen before anything that it changes is imported; this is the only module
that imports eventlet.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import queue
import signal
import sys
import warnings
from collections.abc import Iterable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from socket import IPPROTO_TCP, SO_SNDBUF, SOL_SOCKET, TCP_NODELAY
from typing import TYPE_CHECKING

from synnefo_core import greenlocks
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.turns import Turns

if TYPE_CHECKING:
    import socket

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from eventlet import GreenPool
    from eventlet.greenio import GreenSocket

    from synnefo_core.shares import Share

ROLES = ("run", "serve", "work")
GRACE_S = 10.0
"""How long what is under way may take once the process is told to end."""

_GREEN_THREADS = 1000
_IDLE_S = 75
_NEAR_BYTES = 256 * 1024
"""How much is under way to a client on this machine (a proxy): what is more has left the processor's own memory
by the time that the client takes it. Others are far, and the system finds out how much they need."""
_GIVE_WAY_S = (0.0005, 0.001, 0.002, 0.004)
"""How long one waits, time after time, for another process to take a connection."""


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
    parser = argparse.ArgumentParser(prog="synnefo")
    # As of all commands, these two may stand before the role too.
    parser.add_argument("--data", type=Path, dest="first_data")
    parser.add_argument("--config", type=Path, dest="first_config", action="append", default=[])
    roles = parser.add_subparsers(dest="role", required=True)
    for role in ROLES:
        add_arguments(roles.add_parser(role), role)
    arguments = parser.parse_args(argv)
    arguments.data = arguments.data or arguments.first_data
    arguments.config = [*arguments.first_config, *arguments.config]
    try:
        runtime = arguments.runtime or _configured_runtime(arguments)
    except Misconfigured as error:
        sys.stderr.write(f"synnefo: {error}\n")
        return 1
    if runtime == "eventlet":
        become_green()
    from synnefo_core import processes  # only after the runtime is chosen

    return processes.start(arguments, _GreenServer() if runtime == "eventlet" else None)


def _configured_runtime(arguments: argparse.Namespace) -> str:
    if arguments.role == "work":
        return "threads"
    from synnefo_core.config import load_core  # imports nothing that a runtime changes

    config = load_core(data_dir=arguments.data, files=arguments.config)
    return str(config.server.runtime)


def become_green() -> None:
    """Make the standard library's blocking calls yield to other green threads."""
    # psycopg would wait in C; this makes it wait in Python.
    os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"
    with warnings.catch_warnings():
        # Its upstream advises against it for new projects; docs/decisions says why it is here.
        warnings.simplefilter("ignore")
        import eventlet  # only for this runtime
        import eventlet.green.thread
        import eventlet.hubs
    home = greenlocks.Home(eventlet.hubs.get_hub, eventlet.getcurrent)
    eventlet.green.thread.LockType = greenlocks.lock_of(home)
    queues = {name: getattr(queue, name) for name in ("Queue", "LifoQueue", "PriorityQueue")}
    eventlet.monkey_patch()
    # Python's own wait for those locks; eventlet's are for green threads only.
    vars(queue).update(queues)
    if importlib.util.find_spec("psycopg") is not None:
        from synnefo_core.db import green  # only where its library is

        poll = eventlet.patcher.original("select").poll
        green.install(wait=lambda *which, **how: _turns().wait(*which, **how), poll=poll)


def _turns() -> Turns:
    """Return the turns of the native thread's green threads."""
    import eventlet.hubs  # only for this runtime

    return Turns.of(eventlet.hubs.get_hub(), eventlet.getcurrent)


class _GreenServer:
    """Serves WSGI on green threads; see :class:`synnefo_core.processes.Server`."""

    def listen(self, host: str, port: int) -> socket.socket:
        """Bind the address."""
        import eventlet  # only for this runtime

        bound: socket.socket = eventlet.listen((host, port), backlog=1024)
        # Its connections inherit it. A body that goes out behind its headers would otherwise wait
        # until the client has acknowledged these, which clients put off for 40 ms.
        bound.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        if ip_address(bound.getsockname()[0]).is_loopback:
            bound.setsockopt(SOL_SOCKET, SO_SNDBUF, _NEAR_BYTES)
        return bound

    def before_fork(self) -> None:
        """End the native threads: a child would have none, but take them for there."""
        import eventlet.tpool  # only for this runtime

        eventlet.tpool.killall()

    def forked(self) -> None:
        """Begin anew in a child: its parent's hub waits for its parent's sockets."""
        import eventlet.hubs  # only for this runtime

        eventlet.hubs.use_hub()

    def serve(
        self, bound: socket.socket, application: WSGIApplication, share: Share | None = None
    ) -> None:
        """Serve until the process is told to end (SIGTERM or SIGINT).

        With a ``share`` other processes accept connections from the same socket.
        """
        import eventlet.wsgi  # only for this runtime

        pool = eventlet.GreenPool(_GREEN_THREADS)
        listening = bound if share is None else _SharedSocket(bound, pool, share)

        def in_turn(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            # Who asks again at once would otherwise be served before all others who wait.
            _turns().begin()
            return application(environ, start_response)

        server = eventlet.spawn(
            eventlet.wsgi.server,
            listening,
            in_turn,
            log_output=False,
            custom_pool=pool,
            keepalive=True,
            socket_timeout=_IDLE_S,
            debug=False,
        )
        ended = _told_to_end()
        server.link(lambda _: ended.close())  # by itself: then there is nothing to wait for
        with suppress(OSError):
            ended.recv(1)
        # The first makes it take no more requests, the second wait no longer for clients.
        server.kill()
        with eventlet.Timeout(GRACE_S, exception=False), suppress(eventlet.greenlet.GreenletExit):
            server.wait()
        server.kill()


class _SharedSocket:
    """A listening socket of several processes: who has more connections lets the others come first."""

    def __init__(self, bound: GreenSocket, pool: GreenPool, share: Share) -> None:
        self._bound, self._pool, self._share = bound, pool, share
        self._bound.setblocking(False)
        self.family, self.getsockname, self.close = bound.family, bound.getsockname, bound.close

    def accept(self) -> tuple[GreenSocket, object]:
        """Wait for a connection, and for others to take it if they have fewer."""
        import eventlet.greenio  # only for this runtime
        import eventlet.hubs  # only for this runtime

        while True:
            self._share.say(self._pool.running())
            eventlet.hubs.trampoline(self._bound.fileno(), read=True)
            self._give_way()
            try:
                client, address = self._bound.accept()
            except (BlockingIOError, ConnectionAbortedError):
                continue  # another took it, or the client went away
            return eventlet.greenio.GreenSocket(client), address

    def _give_way(self) -> None:
        """Let others take what has come, but not forever: they may be busy."""
        import eventlet  # only for this runtime

        for wait_s in _GIVE_WAY_S:
            count = self._pool.running()
            self._share.say(count)
            if not self._share.is_above(count):
                return
            eventlet.sleep(wait_s)


def _told_to_end() -> socket.socket:
    """Return a socket that can be read once the process is told to end.

    A signal alone does not wake eventlet's hub while it waits for sockets.
    """
    import socket  # the runtime's

    reader, writer = socket.socketpair()
    writer.setblocking(False)  # its only argument
    signal.set_wakeup_fd(writer.detach())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
    return reader


if __name__ == "__main__":
    sys.exit(main())
