# SPDX-License-Identifier: Apache-2.0
"""Neutron's API from the Python package index, served as well as we know how.

uwsgi with several processes, PostgreSQL, ML2 without a driver that would tell anybody of ports, so nothing
is done for a network or port but to write it down. Nobody authenticates. Its tables are made from its
models: its migrations speak MySQL.
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

NAME = "neutron"
REPORTED = ("neutron", "uWSGI", "SQLAlchemy", "psycopg2-binary", "oslo.db")
"""The packages whose versions belong to its figures."""
_MAKE_TABLES = """
import sys, sqlalchemy
from neutron.db.migration.models import head
from neutron_lib.db import model_base
model_base.BASEV2.metadata.create_all(sqlalchemy.create_engine(sys.argv[1]))
"""
_CONFIGURATION = """\
[DEFAULT]
log_file = {directory}/neutron.log
transport_url = fake://
state_path = {directory}
auth_strategy = keystone
core_plugin = ml2
service_plugins = router
api_paste_config = {directory}/api-paste.ini
notify_nova_on_port_status_changes = false
notify_nova_on_port_data_changes = false
[ml2]
type_drivers = vxlan
project_network_types = vxlan
mechanism_drivers =
[ml2_type_vxlan]
vni_ranges = 1:100000
[database]
connection = {database_url}
[oslo_concurrency]
lock_path = {directory}/lock
[quotas]
quota_network = -1
quota_port = -1
quota_subnet = -1
"""


@contextmanager
def running(
    directory: Path, installed: Installed, *, database_url: Callable[[str], str], workers: int
) -> Iterator[Running]:
    """Serve Neutron with nothing in it.

    Args:
        directory: A new one.
        installed: Its programs.
        database_url: Makes an empty database of a name and returns its URL.
        workers: How many processes serve.
    """
    directory.mkdir()
    url = uwsgi.database_url(database_url(NAME))
    uwsgi.without_authentication(installed.programs.parent / "etc/neutron/api-paste.ini", directory)
    text = _CONFIGURATION.format(directory=directory, database_url=url)
    (directory / "neutron.conf").write_text(text)
    run_program([installed.programs / "python", "-W", "ignore", "-c", _MAKE_TABLES, url], {})
    port = free_port()
    command = uwsgi.command(
        installed, port, workers=workers, application=["--module", "neutron.wsgi.api:application"]
    )
    environment = {
        "OS_NEUTRON_CONFIG_DIR": str(directory),
        "OS_NEUTRON_CONFIG_FILES": "neutron.conf",
    }
    with processes.served({NAME: command}, directory=directory, environment=environment) as started:
        started[NAME].await_answer(port, "/")
        target = Target(
            NAME,
            port,
            0,
            "none",
            (),
            network="/v2.0",
            identified_by=uwsgi.identified(),
        )
        yield Running(target, tuple(started.values()))
