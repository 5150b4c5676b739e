# SPDX-License-Identifier: Apache-2.0
"""Keystone from the Python package index, served as well as we know how.

uwsgi with two processes, PostgreSQL, memcached, Fernet tokens.
"""

from __future__ import annotations

import getpass
import json
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from synnefo_core.testing.http import PASSWORD
from tests.system.labs.waiting import free_port
from tools.bench import processes, uwsgi
from tools.bench.bcrypt_login import ROUNDS
from tools.bench.cases import SUBJECTS, Target, password_login
from tools.bench.clouds import Running
from tools.bench.peers import Installed, run_program, running_memcached
from tools.bench.processes import Served

NAME = "keystone"
CHEAP, USUAL = "cheap", "usual"
"""Users whose passwords have four rounds of bcrypt, or as many as Keystone makes by itself."""
_PROJECT = "admin"
REPORTED = ("keystone", "uWSGI", "bcrypt", "SQLAlchemy", "psycopg2-binary", "pymemcache")
"""The packages whose versions belong to its figures."""

_CONFIGURATION = """\
[DEFAULT]
log_file = {directory}/keystone.log
[database]
connection = {database_url}
[fernet_tokens]
key_repository = {directory}/fernet
[fernet_receipts]
key_repository = {directory}/fernet
[credential]
key_repository = {directory}/credential
[cache]
enabled = true
backend = dogpile.cache.pymemcache
backend_argument = url:127.0.0.1:{memcached_port}
[identity]
password_hash_rounds = {rounds}
"""


@contextmanager
def running(
    directory: Path,
    installed: Installed,
    *,
    database_url: str,
    workers: int,
    catalog: Sequence[Any],
) -> Iterator[tuple[Running, Running]]:
    """Serve Keystone; the first side logs in with a cheap hash, the second with the usual one.

    Args:
        directory: A new one.
        installed: Its programs.
        database_url: Of an empty database.
        workers: How many processes serve.
        catalog: The services that its catalog is to have, as our own API shows them.
    """
    directory.mkdir()
    port, memcached_port = free_port(), free_port()
    facts = {"database_url": database_url, "memcached_port": memcached_port}
    with (
        running_memcached(directory, memcached_port) as memcached,
        _keystone(directory, installed, port, workers, facts) as keystone,
    ):
        cheap = Target(NAME, port, 0, "", (), identity="/v3", user=CHEAP, project=_PROJECT)
        _fill(cheap, catalog)
        token, *subjects = [_login(cheap) for _ in range(1 + SUBJECTS)]
        cheap = replace(cheap, token=token, subjects=tuple(subjects))
        parts = keystone, memcached
        yield Running(cheap, parts), Running(replace(cheap, user=USUAL), parts)


@contextmanager
def _keystone(
    directory: Path, installed: Installed, port: int, workers: int, facts: Mapping[str, Any]
) -> Iterator[Served]:
    environment = _configure(directory, installed, port, facts)
    command = uwsgi.command(
        installed, port, workers=workers, application=["--module", "keystone.wsgi.api:application"]
    )
    with processes.served({NAME: command}, directory=directory, environment=environment) as started:
        started[NAME].await_answer(port, "/v3")
        yield started[NAME]


def _configure(
    directory: Path, installed: Installed, port: int, facts: Mapping[str, Any]
) -> dict[str, str]:
    """Make the database, the keys and the two users; return the environment of the service."""
    manage = installed.programs / "keystone-manage"
    file = directory / "keystone.conf"
    environment = {
        "OS_KEYSTONE_CONFIG_FILES": str(file),
        "OS_KEYSTONE_CONFIG_DIR": str(directory),
    }
    url, me = f"http://127.0.0.1:{port}/v3", getpass.getuser()
    for name in ("fernet", "credential"):
        directory.joinpath(name).mkdir(mode=0o700)

    def run(rounds: int, *words: str) -> None:
        file.write_text(_CONFIGURATION.format(directory=directory, rounds=rounds, **facts))
        run_program([manage, "--config-file", file, *words], environment)

    run(12, "db_sync")
    for setup in ("fernet_setup", "credential_setup"):
        run(12, setup, "--keystone-user", me, "--keystone-group", me)
    for user, rounds in ((CHEAP, ROUNDS), (USUAL, 12)):
        urls = [
            word
            for side in ("public", "admin", "internal")
            for word in (f"--bootstrap-{side}-url", url)
        ]
        run(
            rounds,
            *("bootstrap", "--bootstrap-username", user, "--bootstrap-password", PASSWORD),
            *("--bootstrap-region-id", "RegionOne", *urls),
        )
    return environment


def _fill(target: Target, catalog: Sequence[Any]) -> None:
    """Give the catalog as many services and endpoints as ours has."""
    headers = {"X-Auth-Token": _login(target)}
    for service in catalog:
        if service["type"] == "identity":
            continue  # Keystone's own
        body = {"service": {"name": service["name"], "type": service["type"]}}
        made = _post(target, "services", body, headers)[1]["service"]
        for endpoint in service["endpoints"]:
            body = {
                "endpoint": {
                    "service_id": made["id"],
                    "interface": endpoint["interface"],
                    "url": endpoint["url"],
                    "region_id": "RegionOne",
                }
            }
            _post(target, "endpoints", body, headers)


def _login(target: Target) -> str:
    body = password_login(target.user, target.project)
    return str(_post(target, "auth/tokens", body, {})[0]["X-Subject-Token"])


def _post(
    target: Target, path: str, body: Mapping[str, Any], headers: Mapping[str, str]
) -> tuple[Mapping[str, str], Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{target.port}{target.identity}/{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", **headers},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # as above
        return answer.headers, json.loads(answer.read())
