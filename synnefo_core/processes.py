# SPDX-License-Identifier: Apache-2.0
"""What the long-running processes do, whatever their runtime.

* ``run``: the whole cloud in one process: APIs and worker.
* ``serve``: the APIs, in as many processes as asked for.
* ``work``: the worker.
"""

from __future__ import annotations

import argparse
import fcntl
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING, NoReturn, Protocol

from synnefo_core import logs, metrics, outbox, priority, sagas, timetable
from synnefo_core.cloud import Cloud, assemble
from synnefo_core.companions import Companions
from synnefo_core.context import for_worker
from synnefo_core.contracts.driver import DriverError, Misconfigured
from synnefo_core.db import migrations
from synnefo_core.server import GRACE_S
from synnefo_core.shares import Share, Shares
from synnefo_core.worker import Worker
from synnefo_core.wsgi import compose
from synnefo_core.wsgi_app import build

if TYPE_CHECKING:
    import socket

    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(__name__)

_RESPAWN_S = 1.0
"""A child that lives shorter is not started again at once."""
_NEW_OBJECTS = 10_000
"""After so many the search for cycles looks at them; one request makes some hundreds."""


class Server(Protocol):
    """A WSGI server of one process."""

    def listen(self, host: str, port: int) -> socket.socket:
        """Bind the address."""

    def before_fork(self) -> None:
        """Leave nothing to children that works only here."""

    def forked(self) -> None:
        """Begin anew in a child process."""

    def serve(
        self, bound: socket.socket, application: WSGIApplication, share: Share | None = None
    ) -> None:
        """Serve until the process is told to end; ``share``: what it has of a shared socket."""


def start(arguments: argparse.Namespace, server: Server | None) -> int:
    """Become the process of ``arguments.role``; ``server`` is None for the threads runtime."""
    try:
        cloud = _assemble(arguments)
        logs.configure(cloud.config.log.format, cloud.config.log.level)
        logs.spare()
        if arguments.role == "work":
            return work(cloud)
        if server is None:
            return _gunicorn(cloud, arguments)
        return run(cloud, server) if arguments.role == "run" else serve(cloud, arguments, server)
    except DriverError as error:
        sys.stderr.write(f"synnefo: {error}\n")
        return 1


def _assemble(arguments: argparse.Namespace) -> Cloud:
    given = {
        ("server", name): getattr(arguments, name, None)
        for name in ("host", "port", "runtime", "workers")
    }
    return assemble(
        data_dir=arguments.data,
        files=tuple(arguments.config),
        overrides={key: value for key, value in given.items() if value is not None},
    )


def run(cloud: Cloud, server: Server) -> int:
    """Be the whole cloud in this process."""
    lock = take(cloud)
    prepare(cloud)
    bound = _listen(cloud, server)
    worker = begin_work(cloud)
    try:
        server.serve(bound, _settled(compose.application(cloud)))
    finally:
        worker.stop(GRACE_S)
        cloud.close()
        lock.close()
    return 0


def _listen(cloud: Cloud, server: Server) -> socket.socket:
    section = cloud.config.server
    try:
        return server.listen(section.host, section.port)
    except OSError as cause:
        msg = f"can't listen on {section.host}:{section.port}: {cause.strerror}"
        raise Misconfigured(msg) from cause


def take(cloud: Cloud) -> IO[str]:
    """Take the data directory for this process and its children alone.

    Returns:
        The lock file; the directory is taken while it is open.

    Raises:
        Misconfigured: Another cloud runs on this directory.
    """
    path = cloud.data_dir / "lock"
    path.touch(mode=0o600)
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as cause:
        msg = f"another cloud runs on {cloud.data_dir}"
        raise Misconfigured(msg) from cause
    return lock


def prepare(cloud: Cloud) -> None:
    """Migrate and bootstrap."""
    migrations.upgrade(cloud.database, cloud.branches())
    cloud.plugins.hook.bootstrap(cloud=cloud)


def begin_work(cloud: Cloud) -> Worker:
    """Start the worker in the background and say where the cloud is."""
    if cloud.database.is_sqlite:
        # Nobody else works on an embedded database: what a killed run began goes on at once.
        for leases in (sagas, outbox, timetable):
            leases.forget_leases(for_worker(cloud))
    metrics.listen(cloud)
    worker = Worker(cloud)
    worker.start()
    cloud.shared("core.companions", lambda: Companions(cloud))
    say_where(cloud)
    return worker


def say_where(cloud: Cloud) -> None:
    """Print where the cloud is, for people and for scripts that wait for it."""
    sys.stdout.write(f"Synnefo is at {cloud.public_url}, its data in {cloud.data_dir}\n")
    sys.stdout.flush()


def serve(cloud: Cloud, arguments: argparse.Namespace, server: Server) -> int:
    """Serve the APIs in ``server.workers`` processes that share one socket."""
    migrations.require_current(cloud.database, cloud.branches())
    section = cloud.config.server
    bound = _listen(cloud, server)
    say_where(cloud)
    if section.workers == 1:
        metrics.listen(cloud)
        server.serve(bound, _settled(build(cloud)))
        cloud.close()
        return 0
    if cloud.database.is_sqlite:
        log.warning("several processes write to one SQLite file; PostgreSQL suits them better")
    cloud.close()  # a child opens its own
    server.before_fork()

    shares = Shares(section.workers)

    def child(place: int) -> None:
        server.forked()
        server.serve(bound, _settled(build(_assemble(arguments))), Share(shares, place))

    return Family(child, section.workers, bury=shares.leave).keep()


def _settled(application: WSGIApplication) -> WSGIApplication:
    """Return an application that is whole; what there is by now, the search for cycles passes over.

    It took a twentieth of the processor time of a large upload, and found nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
    return application


_ENDINGS = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True)
class _Birth:
    place: int
    at: float


class Family:
    """Child processes that are started again when they die, until the parent is told to end.

    Each has a place (0 to ``number`` - 1), which its successor inherits.
    """

    def __init__(
        self,
        child: Callable[[int], None],
        number: int,
        *,
        bury: Callable[[int], None] = lambda _place: None,
    ) -> None:
        """Have ``number`` processes that run ``child``; ``bury`` is told whose place is free."""
        self._child, self._number, self._bury = child, number, bury
        self._born: dict[int, _Birth] = {}
        self._is_ending = False

    def keep(self) -> int:
        """Have the children until all of them have ended because the parent was told to.

        Returns:
            The parent's exit code.
        """
        for ending in _ENDINGS:
            signal.signal(ending, self._end)
        for place in range(self._number):
            self._fork(place)
        while self._born:
            pid, status = os.wait()
            birth = self._born.pop(pid)
            self._bury(birth.place)
            if not self._is_ending:
                log.error("a server process died", extra={"pid": pid, "status": status})
                time.sleep(max(0.0, birth.at + _RESPAWN_S - time.monotonic()))
                self._fork(birth.place)
        return 0

    def _fork(self, place: int) -> None:
        # Until a child is known here, and has its parent's handler no longer, to be told to end
        # would be lost on it: it would never end.
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
        try:
            if self._is_ending:
                return
            pid = os.fork()
            if pid:
                self._know(pid, place)
                return
            for ending in _ENDINGS:
                signal.signal(ending, signal.SIG_DFL)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS)
        self._be_a_child(place)

    def _know(self, pid: int, place: int) -> None:
        self._born[pid] = _Birth(place, time.monotonic())
        if self._is_ending:  # told meanwhile: another thread took the signal
            self._tell(pid)

    def _be_a_child(self, place: int) -> NoReturn:
        try:
            self._child(place)
        except BaseException:
            log.exception("a server process could not serve")
            raise
        finally:
            logging.shutdown()
            os._exit(0 if sys.exc_info()[0] is None else 1)

    def _end(self, _number: int, _frame: object) -> None:
        self._is_ending = True
        for pid in self._born:
            self._tell(pid)

    def _tell(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def until_told() -> Callable[[], object]:
    """Have signals tell this process to end; return a function that waits for that."""
    # A handler alone does not wake who has just begun to wait; bytes in a pipe are there.
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for ending in _ENDINGS:
        signal.signal(ending, lambda _number, _frame: None)
    return partial(os.read, reader, 1)


def work(cloud: Cloud) -> int:
    """Be a worker until told to end."""
    migrations.require_current(cloud.database, cloud.branches())
    wait = until_told()
    priority.give_way(cloud.config.worker.nice)
    metrics.listen(cloud)
    worker = Worker(cloud)
    worker.start()
    sys.stdout.write(f"Synnefo's worker {worker.owner} is at work\n")
    sys.stdout.flush()
    wait()
    worker.stop(GRACE_S)
    cloud.close()
    return 0


def _gunicorn(cloud: Cloud, arguments: argparse.Namespace) -> int:
    from synnefo_core import threaded  # gunicorn only where it is used

    is_whole = arguments.role == "run"
    # What can't work is said here; in gunicorn's children it would be a crash.
    with take(cloud) if is_whole else nullcontext():
        if is_whole:
            prepare(cloud)
        migrations.require_current(cloud.database, cloud.branches())
        cloud.close()  # the process that serves opens its own
        return threaded.serve(lambda: _assemble(arguments), is_whole=is_whole)
