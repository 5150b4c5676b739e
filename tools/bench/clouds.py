# SPDX-License-Identifier: Apache-2.0
"""A whole cloud on a temporary directory, filled and served by one runtime."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from synnefo_core.testing.http import PASSWORD
from tests.system.labs.waiting import free_port
from tools.bench import bcrypt_login, processes
from tools.bench.asking import carry_out
from tools.bench.cases import Target, to_be_read
from tools.bench.processes import Served, python
from tools.bench.seed import seed

RUNTIMES = ("eventlet", "threads")


@dataclass(frozen=True)
class Running:
    """A cloud that is served.

    Attributes:
        target: As a client sees it.
        parts: Its processes.
        floor: The process of the application that does nothing, if there is one.
    """

    target: Target
    parts: tuple[Served, ...]
    floor: Served | None = None

    def cpu_s(self, *, is_floor: bool) -> float:
        """Return the processor time used so far by the cloud, or by the floor."""
        if is_floor and self.floor is not None:
            return self.floor.cpu_s()
        return sum(part.cpu_s() for part in self.parts)


@contextmanager
def running(directory: Path, *, runtime: str, database_url: str, workers: int) -> Iterator[Running]:
    """Fill a cloud, serve it with a runtime, upload what will be read."""
    directory.mkdir()
    config = directory / "bench.conf"
    config.write_text(configuration(database_url))
    config.chmod(0o600)
    seeded = seed(directory / "data", config)
    port, floor_port = free_port(), free_port()
    place = ["--data", directory / "data", "--config", config]
    listening = ["--runtime", runtime, "--port", port]
    floor = python("tools.bench.floor", runtime, floor_port)
    parts = cloud_commands(place, listening, workers)
    with processes.served({**parts, "floor": floor}, directory=directory) as started:
        started["floor"].await_answer(floor_port, "/")
        started["apis"].await_answer(port, "/healthz")
        target = Target(runtime, port, floor_port, **asdict(seeded))
        for plan in to_be_read(target):
            carry_out(plan)
        yield Running(target, tuple(started[name] for name in parts), started["floor"])


with_servers = partial(running, runtime="eventlet")
"""Serve a cloud that is filled, on eventlet."""


@contextmanager
def without_servers(
    directory: Path, *, database_url: str, workers: int, is_cheap: bool = False
) -> Iterator[Running]:
    """Serve a cloud that has nothing but people and an empty container, on eventlet.

    Args:
        directory: A new one.
        database_url: Of an empty database.
        workers: How many processes serve.
        is_cheap: Whether a login costs four rounds of bcrypt instead of the default.
    """
    directory.mkdir()
    config = directory / "bench.conf"
    cheap = f"[auth_local]\ndriver = {bcrypt_login.NAME}\n" if is_cheap else ""
    config.write_text(configuration(database_url) + cheap)
    config.chmod(0o600)
    drivers = str(bcrypt_login.install(directory / "drivers"))
    sys.path.append(drivers)  # for the cloud that is filled in this process
    seeded, port = seed(directory / "data", config, has_servers=False), free_port()
    place = ["--data", directory / "data", "--config", config]
    parts = cloud_commands(place, ["--runtime", "eventlet", "--port", port], workers)
    environment = {"PYTHONPATH": drivers}
    with processes.served(parts, directory=directory, environment=environment) as started:
        started["apis"].await_answer(port, "/healthz")
        target = Target("eventlet", port, 0, **asdict(seeded))
        yield Running(target, tuple(started.values()))


def configuration(database_url: str) -> str:
    """Return the only settings that are not the defaults."""
    lines = ["[identity]", f"admin_password = {PASSWORD}", f"demo_password = {PASSWORD}"]
    # The servers of a seed have no instances, and are to stay as they are.
    lines += ["[compute]", "reconcile_every_s = 86400"]
    if database_url:
        lines += ["[database]", f"url = {database_url}"]
    return "\n".join([*lines, ""])


def cloud_commands(
    place: list[object], listening: list[object], workers: int
) -> dict[str, list[str]]:
    """Return what is started: all in one process, or several processes and a worker beside them."""
    module = "synnefo_core.server"
    if workers == 1:
        return {"apis": python(module, "run", *place, *listening)}
    return {
        "apis": python(module, "serve", *place, *listening, "--workers", workers),
        "work": python(module, "work", *place, "--runtime", "threads"),
    }
