# SPDX-License-Identifier: Apache-2.0
"""A cloud as an operator runs it: a directory, a configuration file, processes and commands.

Nothing here looks inside: processes are started by the command line, and asked over HTTP.
"""

from __future__ import annotations

import configparser
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import requests
import yaml

from tests.system.labs import GanetiLab
from tests.system.labs.processes import Process, spawn, tail
from tests.system.labs.waiting import free_port, until

PROGRAMS = Path(sys.executable).parent
STARTED: list[Deployment] = []
"""Those that run now, for the report of a test that fails."""

FINE = re.compile(r"synnefo\.access request .* status=[23]\d\d ")
PROBLEM = re.compile(r"^Traceback|^[\d:]{8} (ERROR|CRITICAL) |quarantined(?!=)| status=500 ")

Settings = Mapping[str, Mapping[str, object]]

QUICK: Settings = {"worker": {"poll_s": 0.05, "lease_s": 1.0}}
"""Settings by section that let a test see soon what a person may wait for."""


class Daemon:
    """One process of a cloud; it writes to ``log``."""

    def __init__(self, deployment: Deployment, command: list[str], name: str) -> None:
        self.log = deployment.directory / f"{name}.log"
        self._popen = spawn(
            [
                "setpriv",
                "--pdeathsig",
                "TERM",
                *command,
            ],  # a test run that is killed takes it along
            log=self.log,
            environment=deployment.environment(),
            directory=deployment.directory,
        )
        self._process = Process.of(self._popen.pid)

    @property
    def pid(self) -> int:
        """Its number."""
        return self._popen.pid

    @property
    def returncode(self) -> int | None:
        """How it ended, None while it runs."""
        return self._popen.poll()

    def wait(self, within_s: float = 30) -> int:
        """Wait for its end and return how it ended."""
        return self._popen.wait(within_s)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it, politely at first, and return how it ended."""
        if self._popen.poll() is None:
            self._process.end(how)
        return self._popen.wait(20)

    def said(self) -> list[str]:
        """Return the lines of its log."""
        return self.log.read_text(errors="replace").splitlines()

    def watch(self) -> None:
        """Fail when it has ended, with what it said."""
        if self._popen.poll() is not None:
            raise AssertionError(f"it ended with {self.returncode}:\n{tail(self.log, 40)}")

    def wait_until_it_says(self, words: str, within_s: float = 60) -> None:
        """Wait for words in its log."""
        until(lambda: words in self.log.read_text(), words, within_s=within_s, watch=self.watch)


class Deployment:
    """A cloud that is made in a directory and gone after the test.

    Attributes:
        data: DIR, the cloud's own directory.
        url: Where it is served.
        daemons: Its processes, those that have ended too.
    """

    def __init__(
        self, directory: Path, settings: Settings | None = None, *, path: Path | None = None
    ) -> None:
        """Write the configuration; nothing is started.

        Args:
            directory: Where all of it goes; made when it is missing.
            settings: By section, on top of :data:`QUICK`.
            path: A folder with more distributions, such as ``pip install --target`` makes.
        """
        self.directory, self.data = directory, directory / "data"
        self.port, self._path = free_port(), path
        self.url = f"http://127.0.0.1:{self.port}"
        self.config = directory / "synnefo.conf"
        self.daemons: list[Daemon] = []
        self._more: dict[str, str] = {}
        directory.mkdir(parents=True, exist_ok=True)
        ports: Settings = {"server": {"port": self.port}, "console": {"port": free_port()}}
        self.configure(ports, QUICK, settings or {})

    def configure(self, *settings: Settings) -> None:
        """Add settings to the configuration file; running processes don't see them."""
        file = configparser.ConfigParser(interpolation=None)
        file.read(self.config)
        for each in settings:
            for section, options in each.items():
                if section != "DEFAULT" and not file.has_section(section):
                    file.add_section(section)
                for name, value in options.items():
                    file.set(section, name, str(value))
        with self.config.open("w") as text:
            file.write(text)

    def export(self, **variables: str) -> None:
        """Set environment variables of what is started from now on."""
        self._more |= variables

    def environment(self) -> dict[str, str]:
        """Return the environment of the cloud's processes and of its operator."""
        inherited = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        path = f"{PROGRAMS}:{os.environ['PATH']}"
        more = {"PYTHONPATH": str(self._path)} if self._path else {}
        return {**inherited, "PATH": path, "PYTHONUNBUFFERED": "1", **more, **self._more}

    # -- Processes ----------------------------------------------------------------------

    def run(self, *arguments: str) -> Daemon:
        """Start ``synnefo run`` and wait until it serves."""
        return self._serving(self.start("run", *arguments))

    def serve(self, *arguments: str) -> Daemon:
        """Start ``synnefo serve`` and wait until it serves."""
        return self._serving(self.start("serve", *arguments))

    def work(self) -> Daemon:
        """Start ``synnefo work`` and wait until it works."""
        worker = self.start("work")
        worker.wait_until_it_says("is at work")
        return worker

    def gunicorn(self, *arguments: str) -> Daemon:
        """Start gunicorn on the WSGI application and wait until it serves."""
        self.export(SYNNEFO_DATA=str(self.data), SYNNEFO_CONFIG=str(self.config))
        options = ["--no-control-socket", f"--bind=127.0.0.1:{self.port}", *arguments]
        application = "synnefo_core.wsgi_app:application"
        command = [sys.executable, "-m", "gunicorn", *options, application]
        return self._serving(self._start(command, "gunicorn"))

    def start(self, *words: str) -> Daemon:
        """Start a long-running ``synnefo`` and wait for nothing."""
        return self._start(self._command(*words), words[0])

    def _command(self, *words: str) -> list[str]:
        place = ["--data", str(self.data), "--config", str(self.config)]
        return [str(PROGRAMS / "synnefo"), *place, *words]

    def _start(self, command: list[str], name: str) -> Daemon:
        daemon = Daemon(self, command, f"{name}-{len(self.daemons)}")
        self.daemons.append(daemon)
        return daemon

    def _serving(self, daemon: Daemon) -> Daemon:
        until(self.is_healthy, f"{self.url}/healthz", within_s=60, watch=daemon.watch)
        return daemon

    def is_healthy(self) -> bool:
        """Whether /healthz answers."""
        try:
            return requests.get(f"{self.url}/healthz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def stop(self) -> None:
        """End all processes that run, the last one first."""
        for daemon in reversed(self.daemons):
            daemon.stop()

    def __enter__(self) -> Self:
        STARTED.append(self)
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        STARTED.remove(self)
        self.stop()
        if error is not None:
            for name, text in self.logs():
                error.add_note(f"--- {name}\n{text}")

    def logs(self) -> Iterator[tuple[str, str]]:
        """Yield the name of each process' log and its end, without requests that went well."""
        for daemon in self.daemons:
            yield daemon.log.name, "\n".join([s for s in daemon.said() if not FINE.search(s)][-60:])

    def problems(self) -> list[str]:
        """Return what the processes said that an operator would have to look at."""
        lines = (line for daemon in self.daemons for line in daemon.said())
        return [line for line in lines if PROBLEM.search(line)]

    # -- Commands -----------------------------------------------------------------------

    def synnefo(self, *words: str, expect: int = 0) -> str:
        """Run a command of the operator and return what it prints."""
        return self._called(self._command(*words), expect=expect)

    def listing(self, *words: str, expect: int = 0) -> list[dict[str, Any]]:
        """Run a command of the operator that prints a table, and return its rows."""
        rows: list[dict[str, Any]] = json.loads(self.synnefo(*words, "-f", "json", expect=expect))
        return rows

    def add_ganeti(self, name: str, lab: GanetiLab, **more: str) -> None:
        """Register a real cluster, with more settings of its driver."""
        settings = {"url": lab.rapi_url, "user": lab.rapi_user, **more}
        words = [word for pair in settings.items() for word in ("--set", "=".join(pair))]
        password = self.directory / f"{name}.password"
        password.write_text(lab.rapi_password)
        words += ["--set-file", f"password={password}"]
        words += ["--set", f"certificate_file={lab.rapi_certificate}"]
        said = self.synnefo("backend", "add", name, "--driver", "ganeti", *words)
        assert f"backend {name} added: 1 nodes" in said

    def openstack(self, *words: str, cloud: str = "synnefo") -> str:
        """Run the OpenStack client and return what it prints."""
        where = {"OS_CLIENT_CONFIG_FILE": str(self.data / "clouds.yaml"), "OS_CLOUD": cloud}
        return self._called([str(PROGRAMS / "openstack"), *words], more=where)

    def openstack_json(self, *words: str, cloud: str = "synnefo") -> Any:
        """Run the OpenStack client and return what it prints as JSON."""
        return json.loads(self.openstack(*words, "-f", "json", cloud=cloud))

    def swift(self, *words: str, cloud: str = "synnefo") -> str:
        """Run the Swift client and return what it prints."""
        login = {f"OS_{name.upper()}": value for name, value in self.login(cloud).items()}
        return self._called([str(PROGRAMS / "swift"), "--auth-version", "3", *words], more=login)

    def login(self, cloud: str = "synnefo") -> dict[str, str]:
        """Return what DIR/clouds.yaml says of how to log in."""
        entry: dict[str, str] = yaml.safe_load((self.data / "clouds.yaml").read_text())["clouds"][
            cloud
        ]["auth"]
        return entry

    def _called(
        self, command: list[str], *, expect: int = 0, more: Mapping[str, str] | None = None
    ) -> str:
        done = subprocess.run(
            command,
            cwd=self.directory,
            env=self.environment() | dict(more or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        words = " ".join(command[1:])
        assert expect == done.returncode, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout


@contextlib.contextmanager
def deployed(
    directory: Path, settings: Settings | None = None, *, path: Path | None = None
) -> Iterator[Deployment]:
    """Make a cloud for a test; its logs must be without errors when it ends well."""
    with Deployment(directory, settings, path=path) as deployment:
        yield deployment
        problems = deployment.problems()
        assert not problems, "\n".join(problems)
