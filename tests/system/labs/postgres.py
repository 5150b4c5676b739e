# SPDX-License-Identifier: Apache-2.0
"""A throw-away PostgreSQL server on loopback."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
from pathlib import Path

from . import packages
from .errors import LabFailed
from .lab import Lab
from .processes import PATH, as_user, spawn, tail
from .waiting import free_port, until

# Tests may lose everything with the machine; they gain a factor of ten.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
}


class PostgresLab(Lab):
    """The newest installed PostgreSQL, its files in one directory, any user trusted.

    As root the server runs as ``postgres`` or ``nobody``: it refuses to run as root.
    """

    def create_database(self, name: str) -> str:
        """Create an empty database and return its URL."""
        self._client("createdb", name)
        return self._url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, cutting the connections to it."""
        self._client("dropdb", "--force", name)

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the database ``postgres``, which always exists."""
        return self.record.facts["url"]

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self._port}/{database}"

    def _start(self) -> None:
        packages.ensure("postgres")
        self._port = free_port()
        self._claim(f"postgres-{self._port}")
        self._prefix = as_user(_server_user())
        if self._prefix:
            os.chown(self.directory, pwd.getpwnam(_server_user()).pw_uid, -1)
        self._check_reachable()
        self._init()
        self._serve()
        self.record.facts["url"] = self._url("postgres")
        self.record.save()

    def _check_reachable(self) -> None:
        """Fail early with a better message than initdb's, which names the wrong culprit."""
        command = [*self._prefix, "test", "-w", str(self.directory)]
        if subprocess.run(command, check=False, cwd="/").returncode != 0:
            raise LabFailed(
                f"user {_server_user()} cannot reach {self.directory}: every folder above must be searchable"
            )

    def _init(self) -> None:
        done = self._run(
            "initdb",
            "--pgdata=data",
            "--username=postgres",
            "--auth=trust",
            "--no-sync",
            "--locale=C.UTF-8",
            "--encoding=UTF8",
        )
        if done.returncode != 0:
            raise LabFailed(f"initdb failed:\n{done.stdout}")

    def _serve(self) -> None:
        settings = SETTINGS | {
            "port": str(self._port),
            "unix_socket_directories": str(self.directory),
        }
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        log = self.directory / "postgres.log"
        server = spawn(
            [
                *self._prefix,
                str(_programs() / "postgres"),
                "-D",
                str(self.directory / "data"),
                *options,
            ],
            log=log,
            environment=_environment(self.directory),
            directory=self.directory,
        )
        self.record.add(self._adopt(server), signal.SIGINT)
        until(
            self._is_ready,
            f"PostgreSQL to answer; {log} may tell",
            within_s=60,
            watch=lambda: self._watch(server, log),
        )

    def _is_ready(self) -> bool:
        return self._run("pg_isready", "--host=127.0.0.1", f"--port={self._port}").returncode == 0

    def _client(self, program: str, *arguments: str) -> None:
        done = self._run(
            program, "--host=127.0.0.1", f"--port={self._port}", "--username=postgres", *arguments
        )
        if done.returncode != 0:
            raise LabFailed(
                f"{program} failed: {done.stdout}\n{tail(self.directory / 'postgres.log')}"
            )

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._prefix, str(_programs() / program), *arguments],
            cwd=self.directory,
            env=_environment(self.directory),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )


def _programs() -> Path:
    """The programs of the newest installed release."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max(found, key=lambda path: float(path.parts[-3])).parent


def _server_user() -> str:
    """Whom the server runs as when we are root."""
    return "postgres" if any(entry.pw_name == "postgres" for entry in pwd.getpwall()) else "nobody"


def _environment(home: Path) -> dict[str, str]:
    return {"PATH": PATH, "HOME": str(home), "LC_ALL": "C.UTF-8"}
