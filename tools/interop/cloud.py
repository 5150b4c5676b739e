# SPDX-License-Identifier: Apache-2.0
"""A cloud to test: ``synnefo run`` in a directory of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

SETTINGS = Path(__file__).with_name("synnefo.conf")
PASSWORD = "of the interop cloud"  # noqa: S105  # it lives as long as the tests
STARTS_WITHIN_S = 120


@dataclass(frozen=True)
class Cloud:
    """A running cloud: where it is served and what it wrote."""

    url: str
    log: Path


@contextmanager
def running(directory: Path) -> Iterator[Cloud]:
    """Start a cloud, and end it afterwards."""
    port = _free_port()
    cloud = Cloud(f"http://127.0.0.1:{port}", directory / "synnefo.log")
    own = directory / "own.conf"
    own.write_text(f"[server]\nport = {port}\n[identity]\nadmin_password = {PASSWORD}\n")
    files = [argument for path in (SETTINGS, own) for argument in ("--config", str(path))]
    synnefo = Path(sys.executable).with_name("synnefo")
    with cloud.log.open("wb") as log:
        process = subprocess.Popen(
            [synnefo, "--data", directory / "data", *files, "run"],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(cloud, process)
        yield cloud
    finally:
        process.terminate()
        process.wait(30)


def _wait(cloud: Cloud, process: subprocess.Popen[bytes]) -> None:
    """Wait until the cloud answers.

    Raises:
        SystemExit: It ended, or takes too long.
    """
    begun = time.monotonic()
    while time.monotonic() - begun < STARTS_WITHIN_S and process.poll() is None:
        try:
            with urlopen(f"{cloud.url}/healthz", timeout=5):  # noqa: S310  # our own address
                return
        except (URLError, OSError):
            time.sleep(0.2)  # nothing tells when a port is opened
    raise SystemExit(f"the cloud did not start:\n{cloud.log.read_text(errors='replace')}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
