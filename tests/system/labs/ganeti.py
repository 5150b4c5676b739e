# SPDX-License-Identifier: Apache-2.0
"""A real single-node Ganeti cluster in a sandbox."""

from __future__ import annotations

import base64
import contextlib
import http.client
import os
import secrets
import shutil
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from . import debian, guest, packages
from .errors import LabFailed, LabUnavailable
from .lab import Lab
from .processes import tail
from .sandbox import Address, Sandbox, enter, is_taken
from .waiting import accepts, until

Hypervisor = Literal["fake", "kvm"]

NUMBERS = range(1, 10)
RAPI_PORT = 5080
RAPI_PROGRAM = "sbin/ganeti-rapi"
RAPI_USER = "synnefo"
HERE = Path(__file__).parent

# QEMU started as "kvm" would prefer /dev/kvm, which may be there and not work; Ganeti wants a
# root device beside a kernel.
KVM_PARAMETERS = {
    "kvm_path": "/usr/bin/qemu-system-x86_64",
    "kvm_flag": "disabled",
    "kernel_path": "/srv/guest/vmlinuz",
    "initrd_path": "/srv/guest/initrd",
    "kernel_args": "ro quiet panic=-1",
    "root_path": "/dev/vda",
    "vnc_bind_address": "127.0.0.1",
}
PARAMETERS: dict[Hypervisor, dict[str, str]] = {"fake": {}, "kvm": KVM_PARAMETERS}


class GanetiLab(Lab):
    """One cluster with one node, its RAPI on an address that this machine reaches.

    Several stand side by side, told apart by their number. Needs root.
    """

    os_type = "snf-empty+default"
    rapi_user = RAPI_USER

    def __init__(
        self,
        number: int | None = None,
        directory: Path | None = None,
        hypervisor: Hypervisor = "fake",
        build_guest: Callable[[], Path] = guest.build,
    ) -> None:
        """Prepare a cluster.

        Args:
            number: 1 to 9, picks the network 10.99.``number``.0/24. None: the first that is free.
            directory: Where its files go; must exist. None: a new one that ``stop`` removes.
            hypervisor: ``fake`` runs nothing; ``kvm`` boots a Linux under emulation.
            build_guest: Makes the directory with the ``vmlinuz`` and ``initrd`` that it boots; what
                else is in it, such as a disk, is on the node in ``/srv/guest`` too.
        """
        super().__init__(directory)
        self._number, self._hypervisor = number, hypervisor
        self._build_guest = build_guest

    @property
    def number(self) -> int:
        """Which of the networks it has."""
        return self._address.number

    @property
    def node_name(self) -> str:
        """The only node. ``hail`` never finds room on a single node: name it as ``pnode``."""
        return self._address.node_name

    @property
    def rapi_url(self) -> str:
        """Where RAPI listens, without a path."""
        return self.record.facts["rapi_url"]

    @property
    def rapi_password(self) -> str:
        """The password of ``rapi_user``."""
        return self.record.facts["rapi_password"]

    @property
    def rapi_certificate(self) -> Path:
        """RAPI's certificate in PEM.

        Self-signed, for ganeti.example.com, with no alternative name: pin it and leave out the host name check.
        """
        return Path(self.record.facts["rapi_certificate"])

    def run(
        self, *command: str, check: bool = True, timeout_s: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run a command on the node as root, such as ``run("gnt-instance", "list")``.

        Raises:
            LabFailed: It failed, and ``check`` was asked for.
        """
        done = self._sandbox.run(*command, timeout_s=timeout_s)
        if check and done.returncode != 0:
            raise LabFailed(
                f"`{' '.join(command)}` failed with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return done

    @property
    def pid(self) -> int:
        """A process of the node, whose name spaces are the node's."""
        return self._sandbox.pid

    @property
    def host(self) -> str:
        """The address that this machine has on the bridge of the node's guests."""
        return self._address.host

    @property
    def link(self) -> str:
        """The interface by which this machine is joined to that bridge."""
        return self._address.link

    def words(self, *command: str) -> list[str]:
        """Return the words that run a command on the node."""
        return [*enter(self.record), *command]

    def inside(self, path: str) -> Path:
        """Where a file of the node is seen from this machine."""
        return self._sandbox.inside(path)

    @property
    def os_directory(self) -> Path:
        """Where OS definitions are put for the node."""
        return self.directory / "srv/ganeti/os"

    def serial_console(self, instance: str) -> Path:
        """The socket of a running guest's serial console; what was said before is lost."""
        return self._sandbox.inside(f"/run/ganeti/kvm-hypervisor/ctrl/{instance}.serial")

    def instances(self) -> list[str]:
        """The names of all instances."""
        return self.run("gnt-instance", "list", "--no-headers", "--output=name").stdout.split()

    def stop_rapi(self) -> None:
        """Stop RAPI: connections are refused. Its jobs run on."""
        self._daemon("stop")
        until(lambda: not accepts(self._address.cluster, RAPI_PORT), "RAPI to stop", within_s=20)

    def restart_rapi(self) -> None:
        """Start RAPI, after stopping it if it runs, and wait until it answers."""
        self.stop_rapi()
        self._daemon("start")
        self._wait_for_rapi()

    def hang_rapi(self) -> None:
        """Let RAPI take connections and answer none, until ``resume_rapi``."""
        self.run("pkill", "-STOP", "-f", RAPI_PROGRAM)

    def resume_rapi(self) -> None:
        """Let a RAPI that hangs answer again."""
        self.run("pkill", "-CONT", "-f", RAPI_PROGRAM)

    def ask_guest(self, instance: str, command: str, *, within_s: float = 60) -> str:
        """Run a shell command in a guest of hypervisor ``kvm`` through its serial console.

        Waits for the guest to boot.

        Raises:
            LabFailed: It did not answer in time.
        """
        return guest.ask(self.serial_console(instance), command, within_s=within_s)

    def _start(self) -> None:
        if os.geteuid() != 0:
            raise LabUnavailable(
                "a Ganeti cluster needs root, for namespaces and network interfaces"
            )
        if self._hypervisor == "kvm" and not Path("/dev/net/tun").exists():
            raise LabUnavailable("guests need /dev/net/tun for their network interfaces")
        packages.ensure("kvm" if self._hypervisor == "kvm" else "ganeti")
        image = self._build_guest() if self._hypervisor == "kvm" else None
        tree = None if debian.is_here() else debian.tree()
        self._take_number()
        self.record.tree = str(tree) if tree is not None else None
        self._sandbox = Sandbox(self._address, self.record)
        shutil.copytree(HERE / "os", self.os_directory)
        if image is not None:
            # What is sparse stays so.
            target = str(self.directory / "srv/guest")
            subprocess.run(["cp", "-r", "--sparse=always", str(image), target], check=True)
        self._sandbox.start(self._adopt)
        self._init_cluster()
        self._write_certificate()
        self._wait_for_rapi()

    def _take_number(self) -> None:
        """Claim the number asked for, or the first free one."""
        for number in [self._number] if self._number is not None else NUMBERS:
            self._address = Address(number)
            try:
                self._claim(f"ganeti-{number}")
            except LabUnavailable:
                if self._number is not None:
                    raise
                continue
            if not is_taken(self._address):
                return
            self.stop()
        raise LabUnavailable(
            f"no free network for a cluster: {self._address.prefix}0/24 is in use"
            if self._number is not None
            else "no free network for a cluster: all of 10.99.1.0/24 to 10.99.9.0/24 are in use"
        )

    def _init_cluster(self) -> None:
        password = secrets.token_urlsafe(16)
        parameters = PARAMETERS[self._hypervisor]
        variables = {
            "CLUSTER_NAME": self._address.cluster_name,
            "CLUSTER_ADDRESS": self._address.cluster,
            "HYPERVISOR": self._hypervisor,
            "HYPERVISOR_PARAMETERS": ",".join(
                f"{key}={value}" for key, value in parameters.items()
            ),
            "RAPI_USER": RAPI_USER,
            "RAPI_PASSWORD": password,
        }
        words = [f"{key}={value}" for key, value in variables.items()]
        # By stdin: the checkout may lie where the sandbox has something else, such as /srv.
        script = (HERE / "cluster-init.sh").read_text()
        done = self._sandbox.run("env", *words, "bash", "-s", stdin=script, timeout_s=180)
        (self.directory / "cluster-init.log").write_text(done.stdout + done.stderr)
        if done.returncode != 0:
            raise LabFailed(f"no cluster:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        self.record.facts |= {
            "rapi_url": f"https://{self._address.cluster}:{RAPI_PORT}",
            "rapi_user": RAPI_USER,
            "rapi_password": password,
            "rapi_certificate": str(self.directory / "rapi.pem"),
            "node_name": self.node_name,
            "os_type": self.os_type,
        }
        self.record.save()

    def _write_certificate(self) -> None:
        """Copy the certificate out of the sandbox, without the key that is beside it."""
        text = self.run("cat", "/var/lib/ganeti/rapi.pem").stdout
        begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
        body = text.partition(begin)[2].partition(end)[0]
        self.rapi_certificate.write_text(f"{begin}{body}{end}\n")

    def _wait_for_rapi(self) -> None:
        log = self.directory / "log/rapi-daemon.log"
        try:
            until(self._rapi_answers, "RAPI to answer", within_s=60)
        except LabFailed as failure:
            raise LabFailed(f"{failure}:\n{tail(log)}") from failure

    def _rapi_answers(self) -> bool:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(self.rapi_certificate)
        login = base64.b64encode(f"{self.rapi_user}:{self.rapi_password}".encode()).decode()
        connection = http.client.HTTPSConnection(
            self._address.cluster, RAPI_PORT, context=context, timeout=10
        )
        with contextlib.closing(connection):
            try:
                # /version alone would answer even without the daemon behind RAPI.
                connection.request(
                    "GET", "/2/instances", headers={"Authorization": f"Basic {login}"}
                )
                return connection.getresponse().status == http.HTTPStatus.OK
            except (OSError, http.client.HTTPException):
                return False

    def _daemon(self, action: str) -> None:
        self.run("/usr/lib/ganeti/daemon-util", action, "ganeti-rapi")
