# SPDX-License-Identifier: Apache-2.0
"""A throw-away RabbitMQ broker on loopback, with an Erlang port mapper of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

from . import authority, packages
from .errors import LabFailed
from .lab import Lab
from .processes import PATH, as_user, spawn
from .waiting import accepts, free_port, until

# The wrappers in /usr/sbin insist on root or rabbitmq and on the files in /etc.
PROGRAMS = Path("/usr/lib/rabbitmq/bin")
NODE = "lab@localhost"
LOOPBACK_ONLY = "-kernel inet_dist_use_interface {127,0,0,1}"

CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
default_user = {user}
default_pass = {password}
log.console = false
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 50MB
"""


ENCRYPTION = """\
listeners.ssl.1 = 127.0.0.1:{port}
ssl_options.cacertfile = {directory}/tls/ca.pem
ssl_options.certfile = {directory}/tls/server.pem
ssl_options.keyfile = {directory}/tls/server.key
"""


class RabbitLab(Lab):
    """One broker, its files in one directory, one administrator with a random password."""

    def __init__(self, directory: Path | None = None, *, is_encrypted: bool = False) -> None:
        """Prepare without starting anything.

        Args:
            directory: As for any laboratory.
            is_encrypted: Whether there is a port with TLS, too, with a certificate for ``localhost``.
        """
        super().__init__(directory)
        self._is_encrypted = is_encrypted

    @property
    def url(self) -> str:
        """The AMQP URL of the administrator and the virtual host ``/``."""
        return self.record.facts["url"]

    def ctl(self, *arguments: str) -> str:
        """Run ``rabbitmqctl`` (add_vhost, add_user, set_permissions …) and return what it prints."""
        done = subprocess.run(
            [*self._prefix, str(PROGRAMS / "rabbitmqctl"), "--node", NODE, "--quiet", *arguments],
            env=self._environment,
            cwd=self.directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode != 0:
            raise LabFailed(f"rabbitmqctl {' '.join(arguments)} failed:\n{done.stdout}")
        return done.stdout

    @property
    def port(self) -> int:
        """Where the broker listens."""
        return self._port

    @property
    def tls_port(self) -> int:
        """Where the broker listens with TLS."""
        return self._tls_port

    @property
    def ca_file(self) -> Path:
        """The certificate of the authority that vouches for it."""
        return self.directory / "tls/ca.pem"

    def pause(self) -> None:
        """Let the broker hang: it is connected to, and never answers."""
        os.killpg(self._broker.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        os.killpg(self._broker.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End the broker, as a power cut would."""
        os.killpg(self._broker.pid, signal.SIGKILL)
        self._broker.wait(timeout=20)
        until(lambda: not accepts("127.0.0.1", self._port), "the broker to be gone", within_s=20)

    def restart(self) -> None:
        """Start the broker again, at the same port, with what was in it."""
        self._serve_broker()

    def _start(self) -> None:
        packages.ensure("rabbitmq")
        self._port, self._mapper_port = free_port(), free_port()
        self._claim(f"rabbitmq-{self._port}")
        self._prefix = as_user("rabbitmq")
        self._environment = self._make_environment()
        self._write_files()
        self._serve_mapper()
        self._serve_broker()

    def _write_files(self) -> None:
        user, password = "lab", secrets.token_urlsafe(16)
        for folder in ("mnesia", "log", "generated"):
            (self.directory / folder).mkdir()
        (self.directory / "env.conf").touch()
        (self.directory / "enabled_plugins").write_text("[].\n")
        text = CONFIGURATION.format(port=self._port, user=user, password=password)
        if self._is_encrypted:
            self._tls_port = free_port()
            authority.certify_localhost(self.directory / "tls")
            text += ENCRYPTION.format(port=self._tls_port, directory=self.directory)
        (self.directory / "rabbitmq.conf").write_text(text)
        if self._prefix:
            for path in (self.directory, *self.directory.rglob("*")):
                shutil.chown(path, "rabbitmq")
        self.record.facts["url"] = f"amqp://{user}:{password}@127.0.0.1:{self._port}//"

    def _serve_mapper(self) -> None:
        """Start epmd ourselves: one that the broker starts would outlive it."""
        log = self.directory / "epmd.log"
        command = [*self._prefix, "epmd", "-address", "127.0.0.1", "-port", str(self._mapper_port)]
        mapper = spawn(command, log=log, environment=self._environment, directory=self.directory)
        self.record.add(self._adopt(mapper))
        until(
            lambda: accepts("127.0.0.1", self._mapper_port),
            "the Erlang port mapper",
            within_s=30,
            watch=lambda: self._watch(mapper, log),
        )

    def _serve_broker(self) -> None:
        log = self.directory / "broker.log"
        command = [*self._prefix, str(PROGRAMS / "rabbitmq-server")]
        broker = spawn(command, log=log, environment=self._environment, directory=self.directory)
        self._broker = broker
        self.record.add(self._adopt(broker), signal.SIGTERM)
        # It listens last, when it can serve; its pid file is much too early.
        until(
            lambda: accepts("127.0.0.1", self._port),
            f"the broker to listen; {self.directory}/log may tell",
            within_s=120,
            watch=lambda: self._watch(broker, log),
        )

    def _make_environment(self) -> dict[str, str]:
        directory = self.directory
        return {
            "PATH": PATH,
            "HOME": str(directory),  # the Erlang cookie lies there
            "LC_ALL": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": NODE,
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": f"{directory}/mnesia",
            "RABBITMQ_LOG_BASE": f"{directory}/log",
            "RABBITMQ_PID_FILE": f"{directory}/pid",
            "RABBITMQ_CONFIG_FILE": f"{directory}/rabbitmq",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{directory}/advanced.config",
            "RABBITMQ_CONF_ENV_FILE": f"{directory}/env.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{directory}/enabled_plugins",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{directory}/generated",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": LOOPBACK_ONLY,
        }
