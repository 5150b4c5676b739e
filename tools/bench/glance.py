# SPDX-License-Identifier: Apache-2.0
"""Glance's API from the Python package index, served as well as we know how.

uwsgi with several processes, PostgreSQL, its store of files. Nobody authenticates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.system.labs.waiting import free_port
from tools.bench import processes, uwsgi
from tools.bench.cases import Target
from tools.bench.clouds import Running
from tools.bench.peers import Installed, run_program

NAME = "glance"
REPORTED = ("glance", "glance_store", "uWSGI", "SQLAlchemy", "psycopg2-binary", "oslo.db")
"""The packages whose versions belong to its figures."""
_CONFIGURATION = """\
[DEFAULT]
enabled_backends = files:file
log_file = {directory}/glance.log
transport_url = fake://
[database]
connection = {database_url}
[files]
filesystem_store_datadir = {directory}/store
[glance_store]
default_backend = files
[paste_deploy]
flavor = keystone
config_file = {directory}/glance-api-paste.ini
[os_glance_tasks_store]
filesystem_store_datadir = {directory}/tasks
[os_glance_staging_store]
filesystem_store_datadir = {directory}/staging
"""


@contextmanager
def running(
    directory: Path, installed: Installed, *, database_url: Callable[[str], str], workers: int
) -> Iterator[Running]:
    """Serve Glance with nothing in it.

    Args:
        directory: A new one, where it also keeps the data.
        installed: Its programs.
        database_url: Makes an empty database of a name and returns its URL.
        workers: How many processes serve.
    """
    directory.mkdir()
    uwsgi.without_authentication(
        installed.programs.parent / "etc/glance/glance-api-paste.ini", directory
    )
    file, url = directory / "glance-api.conf", uwsgi.database_url(database_url(NAME))
    file.write_text(_CONFIGURATION.format(directory=directory, database_url=url))
    run_program([installed.programs / "glance-manage", "--config-file", file, "db_sync"], {})
    port = free_port()
    command = uwsgi.command(
        installed, port, workers=workers, application=["--module", "glance.wsgi.api:application"]
    )
    environment = {
        "OS_GLANCE_CONFIG_DIR": str(directory),
        "OS_GLANCE_CONFIG_FILES": "glance-api.conf",
    }
    with processes.served({NAME: command}, directory=directory, environment=environment) as started:
        started[NAME].await_answer(port, "/healthcheck")
        target = Target(NAME, port, 0, "none", (), image="/v2", identified_by=uwsgi.identified())
        yield Running(target, tuple(started.values()))
