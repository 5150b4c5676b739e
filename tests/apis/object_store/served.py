# SPDX-License-Identifier: Apache-2.0
"""A whole cloud in a process of its own, and ways to talk to it."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import requests
import swiftclient
import yaml


@dataclass
class Served:
    """A cloud that answers on a port of the loopback."""

    port: int
    data: Path
    token: str = ""
    project_id: str = ""

    @property
    def account_path(self) -> str:
        return f"/object-store/v1/AUTH_{self.project_id}"

    def log_in(self) -> None:
        """Become the member of the first project."""
        login = yaml.safe_load((self.data / "clouds.yaml").read_text())["clouds"]["synnefo"]["auth"]
        domain = {"id": "default"}
        user = {"name": login["username"], "domain": domain, "password": login["password"]}
        body = {
            "auth": {
                "identity": {"methods": ["password"], "password": {"user": user}},
                "scope": {"project": {"name": login["project_name"], "domain": domain}},
            }
        }
        answer = requests.post(f"{login['auth_url']}/auth/tokens", json=body, timeout=30)
        self.token = answer.headers["X-Subject-Token"]
        self.project_id = answer.json()["token"]["project"]["id"]

    def swift(self) -> swiftclient.Connection:
        """Return swiftclient's connection."""
        url = f"http://127.0.0.1:{self.port}{self.account_path}"
        return swiftclient.Connection(preauthurl=url, preauthtoken=self.token, retries=0)

    def connect(self) -> http.client.HTTPConnection:
        """Return a plain connection."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def call(self, method, path, body=None, **headers):
        """Make a request below the account; return status, headers and body."""
        connection = self.connect()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(
            method, self.account_path + path, body, {"X-Auth-Token": self.token, **named}
        )
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content

    def begin(self, path: str, *headers: str) -> socket.socket:
        """Begin a PUT and return its socket; the body is the caller's affair."""
        lines = [f"PUT {self.account_path}{path} HTTP/1.1", "Host: test", *headers]
        lines += [f"X-Auth-Token: {self.token}", "", ""]
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        plain.sendall("\r\n".join(lines).encode())
        return plain

    def blocks(self) -> set[str]:
        """Return the names of the blocks in the store."""
        files = (self.data / "drivers").rglob("*")
        return {f.name for f in files if re.fullmatch("[0-9a-f]{64}", f.name) and f.is_file()}


def start(data: Path, runtime: str, *more: str) -> tuple[subprocess.Popen[str], Served]:
    """Start a cloud and wait until it says that it is there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "synnefo_core.server", "run", "--runtime", runtime]
    command += ["--data", str(data), "--port", str(port), *more]
    with (data.parent / f"{data.name}.log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Synnefo is at"):
            break
    served = Served(port, data)
    _wait(served)
    served.log_in()
    return process, served


def _wait(served: Served) -> None:
    """Return when the port answers: gunicorn says where it is before it listens."""
    session = requests.Session()
    retry = requests.adapters.Retry(connect=60, backoff_factor=0.05, backoff_max=0.5)
    session.mount("http://", requests.adapters.HTTPAdapter(max_retries=retry))
    session.get(f"http://127.0.0.1:{served.port}/healthz", timeout=30)
