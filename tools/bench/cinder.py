# SPDX-License-Identifier: Apache-2.0
"""Cinder's API from the Python package index, served as well as we know how.

uwsgi with several processes, PostgreSQL. Nobody schedules volumes and nobody makes them, so a creation
writes its rows and sends a message to nobody. Nobody authenticates.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.system.labs.waiting import free_port
from tools.bench import processes, uwsgi
from tools.bench.cases import Target
from tools.bench.clouds import Running
from tools.bench.peers import Installed, run_program

NAME = "cinder"
REPORTED = ("cinder", "uWSGI", "SQLAlchemy", "psycopg2-binary", "oslo.db")
"""The packages whose versions belong to its figures."""
_FILTERS = "resource_filters.json"
_CONFIGURATION = """\
[DEFAULT]
log_file = {directory}/cinder.log
transport_url = fake://
state_path = {directory}
auth_strategy = keystone
api_paste_config = {directory}/api-paste.ini
resource_query_filters_file = {directory}/{filters}
quota_volumes = -1
quota_gigabytes = -1
enabled_backends =
[database]
connection = {database_url}
[oslo_concurrency]
lock_path = {directory}/lock
"""


@contextmanager
def running(
    directory: Path, installed: Installed, *, database_url: Callable[[str], str], workers: int
) -> Iterator[Running]:
    """Serve Cinder with nothing in it.

    Args:
        directory: A new one.
        installed: Its programs.
        database_url: Makes an empty database of a name and returns its URL.
        workers: How many processes serve.
    """
    directory.mkdir()
    shipped = installed.programs.parent / "etc/cinder"
    uwsgi.without_authentication(shipped / "api-paste.ini", directory)
    shutil.copy(shipped / _FILTERS, directory)
    file, url = directory / "cinder.conf", uwsgi.database_url(database_url(NAME))
    file.write_text(_CONFIGURATION.format(directory=directory, filters=_FILTERS, database_url=url))
    run_program([installed.programs / "cinder-manage", "--config-file", file, "db", "sync"], {})
    port = free_port()
    module = ["--module", "cinder.wsgi.api:application", "--pyargv", f"--config-file {file}"]
    command = uwsgi.command(installed, port, workers=workers, application=module)
    with processes.served({NAME: command}, directory=directory) as started:
        started[NAME].await_answer(port, "/healthcheck")
        volume = f"/v3/{uwsgi.PROJECT}"
        target = Target(NAME, port, 0, "none", (), volume=volume, identified_by=uwsgi.identified())
        yield Running(target, tuple(started.values()))
