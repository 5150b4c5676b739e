# SPDX-License-Identifier: Apache-2.0
"""A throw-away Ceph cluster on loopback: one monitor, and one OSD that keeps everything in memory."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from types import ModuleType

from . import packages
from .errors import LabFailed, LabUnavailable
from .lab import Lab
from .processes import PATH, hold, spawn
from .waiting import free_port, until

BINDING = Path("/usr/lib/python3/dist-packages")
POOL, USER = "blocks", "synnefo"

CONFIGURATION = """\
[global]
fsid = {fsid}
mon initial members = a
mon host = [v2:127.0.0.1:{port_v2}/0,v1:127.0.0.1:{port_v1}/0]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
ms bind port min = {first_port}
ms bind port max = {last_port}
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
keyring = {directory}/keyring
run dir = {directory}/run
admin socket = {directory}/run/$name.asok
log file = {directory}/$name.log
log to stderr = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
# The disk of this machine may be as full as it likes.
mon data avail crit = 1
max open files = 0
[mon.a]
mon data = {directory}/mon
[osd]
osd data = {directory}/osd$id
keyring = {directory}/osd$id/keyring
osd objectstore = memstore
memstore device bytes = {room_bytes}
osd class load list = *
osd class default list = *
"""

CAPS = {
    "mon.": {"mon": "allow *"},
    "client.admin": {"mon": "allow *", "osd": "allow *"},
    f"client.{USER}": {"mon": "allow r", "osd": f"allow rwx pool={POOL}"},
    "osd.0": {"mon": "allow profile osd", "osd": "allow *"},
}


def binding() -> ModuleType:
    """Load the system's module ``rados`` for this Python, which need not be the system's own.

    Raises:
        LabUnavailable: The system's module is for another version of Python.
    """
    suffix = f"cpython-{sys.version_info.major}{sys.version_info.minor}"
    for path in BINDING.glob(f"rados.{suffix}-*.so"):
        spec = importlib.util.spec_from_file_location("rados", path)
        if spec is not None and spec.loader is not None:
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    raise LabUnavailable(f"the system's python3-rados is not for Python {sys.version.split()[0]}")


class CephLab(Lab):
    """A cluster with the pool ``blocks`` and the user ``synnefo``, who may use that pool only.

    There is no manager daemon, so nobody counts how much room there is.
    """

    def __init__(self, directory: Path | None = None, *, room_bytes: int = 2 << 30) -> None:
        """Prepare without starting anything.

        Args:
            directory: As for any laboratory.
            room_bytes: How much fits in; it is taken from memory as it is used.
        """
        super().__init__(directory)
        self._room_bytes = room_bytes

    @property
    def settings(self) -> dict[str, str]:
        """The settings of a store in the pool."""
        return {
            "pool": POOL,
            "user": USER,
            "conf_file": str(self.directory / "ceph.conf"),
            "keyring": str(self.directory / f"client.{USER}.keyring"),
        }

    def ceph(self, *words: str) -> str:
        """Run ``ceph`` as administrator and return what it prints."""
        return self._run(["ceph", "-c", "ceph.conf", "--connect-timeout", "20", *words])

    def pause(self) -> None:
        """Let the OSD hang."""
        hold(self._osd.pid)

    def resume(self) -> None:
        """Let it go on."""
        os.kill(self._osd.pid, signal.SIGCONT)

    def _start(self) -> None:
        packages.ensure("ceph")
        self._port = free_port()
        self._claim(f"ceph-{self._port}")
        for folder in ("run", "mon", "osd0"):
            (self.directory / folder).mkdir()
        self._write_configuration()
        self._make_keys()
        self._serve_monitor()
        self._serve_osd()
        self.ceph("osd", "pool", "create", POOL, "8")
        self.record.facts |= self.settings

    def _write_configuration(self) -> None:
        first_port = min(free_port(), 65000)
        self._fsid = str(uuid.uuid4())
        text = CONFIGURATION.format(
            fsid=self._fsid,
            port_v2=self._port,
            port_v1=free_port(),
            first_port=first_port,
            last_port=first_port + 200,
            directory=self.directory,
            room_bytes=self._room_bytes,
        )
        (self.directory / "ceph.conf").write_text(text)

    def _make_keys(self) -> None:
        """Make a key for each, and one file with all for the monitor to begin with."""
        for name, caps in CAPS.items():
            path = self._keyring(name)
            words = [word for cap in caps.items() for word in ("--cap", *cap)]
            self._run(["ceph-authtool", "--create-keyring", path, "--gen-key", "-n", name, *words])
            if path != "all.keyring":
                self._run(["ceph-authtool", "all.keyring", "--import-keyring", path])

    def _keyring(self, name: str) -> str:
        places = {"mon.": "all.keyring", "client.admin": "keyring", "osd.0": "osd0/keyring"}
        return places.get(name, f"{name}.keyring")

    def _serve_monitor(self) -> None:
        text = (self.directory / "ceph.conf").read_text()
        address = text.partition("mon host = ")[2].partition("\n")[0].replace("/0", "")
        make_map = ["monmaptool", "--create", "--fsid", self._fsid, "--addv", "a", address]
        self._run([*make_map, "monmap"])
        make = ["--mkfs", "--monmap", "monmap", "--keyring", "all.keyring"]
        self._run(["ceph-mon", "-c", "ceph.conf", "-i", "a", *make])
        self._serve("mon", "a")

    def _serve_osd(self) -> None:
        osd_id = str(uuid.uuid4())
        self.ceph("osd", "new", osd_id, "0")
        self._run(["ceph-osd", "-c", "ceph.conf", "-i", "0", "--mkfs", "--osd-uuid", osd_id])
        self._osd = self._serve("osd", "0")
        until(
            lambda: json.loads(self.ceph("osd", "stat", "-f", "json"))["num_up_osds"] == 1,
            "the OSD",
            within_s=60,
            watch=lambda: self._watch(self._osd, self.directory / "osd.0.out"),
        )

    def _serve(self, kind: str, name: str) -> subprocess.Popen[bytes]:
        log = self.directory / f"{kind}.{name}.out"
        command = [f"ceph-{kind}", "-c", "ceph.conf", "-i", name, "-f"]
        daemon = spawn(command, log=log, environment=self._environment, directory=self.directory)
        self.record.add(self._adopt(daemon))
        return daemon

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(
            command,
            env=self._environment,
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode != 0:
            raise LabFailed(f"`{' '.join(command)}` failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": PATH, "HOME": str(self.directory), "LC_ALL": "C.UTF-8"}
