# SPDX-License-Identifier: Apache-2.0
"""Nova's API from the Python package index, served as well as we know how.

uwsgi with two processes, PostgreSQL, one cell. Its servers are put in by Nova's own objects, with names,
flavors, addresses and metadata like ours. Nobody authenticates: the headers that Keystone's filter would
set come from the client, and Neutron is an application that has nothing, so both cost Nova next to nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.system.labs.waiting import free_port
from tools.bench import nova_fill, nova_neutron, processes, uwsgi
from tools.bench.cases import Target
from tools.bench.clouds import Running
from tools.bench.peers import Installed, run_program

NAME = "nova"
REPORTED = ("nova", "uWSGI", "SQLAlchemy", "psycopg2-binary", "oslo.db")
"""The packages whose versions belong to its figures."""

_CONFIGURATION = """\
[DEFAULT]
log_file = {directory}/nova.log
state_path = {directory}
transport_url = fake://
[api]
auth_strategy = keystone
[wsgi]
api_paste_config = {directory}/api-paste.ini
[api_database]
connection = {api_url}
[database]
connection = {cell_url}
[neutron]
endpoint_override = http://127.0.0.1:{neutron_port}
auth_type = none
[oslo_concurrency]
lock_path = {directory}/lock
[oslo_policy]
enforce_scope = false
"""


@contextmanager
def running(
    directory: Path,
    installed: Installed,
    *,
    database_url: Callable[[str], str],
    workers: int,
    servers: int,
) -> Iterator[Running]:
    """Serve Nova with so many servers of one project.

    Args:
        directory: A new one.
        installed: Its programs.
        database_url: Makes an empty database of a name and returns its URL.
        workers: How many processes serve.
        servers: How many servers it has.
    """
    directory.mkdir()
    port, neutron_port = free_port(), free_port()
    _configure(directory, installed, database_url, neutron_port, servers)
    environment = {
        "OS_NOVA_CONFIG_DIR": str(directory),
        "OS_NOVA_CONFIG_FILES": "api-paste.ini;nova.conf",
    }
    neutron_file = ["--wsgi-file", str(Path(nova_neutron.__file__))]
    module = ["--module", "nova.wsgi.osapi_compute:application"]
    commands = {
        "neutron": uwsgi.command(installed, neutron_port, workers=1, application=neutron_file),
        NAME: uwsgi.command(installed, port, workers=workers, application=module),
    }
    with processes.served(commands, directory=directory, environment=environment) as started:
        started["neutron"].await_answer(neutron_port, "/")
        started[NAME].await_answer(port, "/")
        yield Running(_target(port, neutron_port), tuple(started.values()))


def _target(port: int, neutron_port: int) -> Target:
    """Return Nova with the headers that Keystone's filter would set."""
    neutron = f"http://127.0.0.1:{neutron_port}"
    endpoints = [{"publicURL": neutron, "internalURL": neutron, "region": "RegionOne"}]
    catalog = [{"type": "network", "name": "neutron", "endpoints": endpoints}]
    identity = uwsgi.identified(nova_fill.USER, nova_fill.PROJECT)
    identity += (("X-Service-Catalog", json.dumps(catalog)),)
    return Target(NAME, port, 0, "none", (), compute="/v2.1", identified_by=identity)


def _configure(
    directory: Path,
    installed: Installed,
    database_url: Callable[[str], str],
    neutron_port: int,
    servers: int,
) -> None:
    """Make the databases and fill them."""
    api, cell0, cell = (
        uwsgi.database_url(database_url(name)) for name in ("nova_api", "nova_cell0", "nova")
    )
    uwsgi.without_authentication(installed.programs.parent / "etc/nova/api-paste.ini", directory)
    file = directory / "nova.conf"
    file.write_text(
        _CONFIGURATION.format(
            directory=directory, api_url=api, cell_url=cell, neutron_port=neutron_port
        )
    )

    def manage(*words: str) -> None:
        run_program([installed.programs / "nova-manage", "--config-file", file, *words], {})

    manage("api_db", "sync")
    manage("cell_v2", "map_cell0", "--database_connection", cell0)
    manage("db", "sync")
    manage(
        *("cell_v2", "create_cell", "--name", "cell", "--transport-url", "fake://"),
        *("--database_connection", cell),
    )
    python, script = installed.programs / "python", Path(nova_fill.__file__)
    # -P: the module beside the script that is called as its package is not meant.
    run_program([python, "-P", "-W", "ignore", script, file, servers], {})
