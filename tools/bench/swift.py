# SPDX-License-Identifier: Apache-2.0
"""OpenStack Swift from the Python package index: one device, one replica, its usual pipeline.

The proxy and the object server have as many processes as ours, the account and the container server one
each; logins are tempauth's, kept in memcached.
"""

from __future__ import annotations

import getpass
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.system.labs.waiting import free_port
from tools.bench import processes
from tools.bench.cases import Target
from tools.bench.clouds import Running
from tools.bench.peers import Installed, run_program, running_memcached

NAME = "swift"
REPORTED = ("swift", "eventlet", "pyeclib")
"""The packages whose versions belong to its figures."""
_SERVERS = {"object": "obj", "container": "container", "account": "account", "proxy": "proxy"}
"""The parts of it and the modules that they are."""
_FILTERS = (
    *("catch_errors", "gatekeeper", "healthcheck", "proxy-logging", "cache", "listing_formats"),
    *("bulk", "tempurl", "ratelimit", "tempauth", "copy", "container-quotas", "account-quotas"),
    *("slo", "dlo", "versioned_writes", "symlink"),
)
_PROGRAM = """
import importlib, sys
import swift.common.utils as utils
utils.SWIFT_CONF_FILE = sys.argv[1] + "/swift.conf"
utils.validate_configuration()
module, sys.argv = sys.argv[2], ["swift", sys.argv[3]]
importlib.import_module(f"swift.{module}.server").main()
"""
_COMMON = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = {workers}
user = {user}
swift_dir = {directory}
devices = {directory}/devices
mount_check = false
log_level = ERROR
memcache_servers = 127.0.0.1:{memcached_port}
recon_cache_path = {directory}/cache
"""
_PROXY = """
[pipeline:main]
pipeline = {pipeline} proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
node_timeout = 120
conn_timeout = 10
recoverable_node_timeout = 120
error_suppression_limit = 1000000
"""
_SERVER = """
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""
_OPTIONS = {
    "tempauth": "user_test_tester = testing .admin\n",
    "cache": "memcache_servers = 127.0.0.1:{memcached_port}\n",
}
_AS_UNDERSCORES = {"proxy-logging", "container-quotas", "account-quotas"}


@contextmanager
def running(directory: Path, installed: Installed, *, workers: int) -> Iterator[Running]:
    """Serve Swift from an empty directory."""
    ports = {name: free_port() for name in (*_SERVERS, "memcached")}
    for name in (".", "devices/d1", "cache"):
        (directory / name).mkdir(parents=True)
    _configure(directory, ports, workers)
    _make_rings(directory, installed, ports)
    commands = {
        name: [
            *(str(installed.programs / "python"), "-c", _PROGRAM),
            *(str(directory), module, str(directory / f"{name}.conf")),
        ]
        for name, module in _SERVERS.items()
    }
    with (
        running_memcached(directory, ports["memcached"]) as memcached,
        processes.served(commands, directory=directory) as started,
    ):
        for name in _SERVERS:
            started[name].await_connection(ports[name])
        started["proxy"].await_answer(ports["proxy"], "/healthcheck")
        yield Running(_target(ports["proxy"]), (*started.values(), memcached))


def _configure(directory: Path, ports: dict[str, int], workers: int) -> None:
    facts = {"directory": directory, "memcached_port": ports["memcached"]}
    (directory / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_suffix = bench\nswift_hash_path_prefix = bench\n"
    )
    for name in _SERVERS:
        several = workers if name in ("object", "proxy") else 1
        text = _COMMON.format(port=ports[name], workers=several, user=getpass.getuser(), **facts)
        if name == "proxy":
            text += _PROXY.format(pipeline=" ".join(_FILTERS)) + _filters(facts)
        else:
            text += _SERVER.format(name=name)
        (directory / f"{name}.conf").write_text(text)


def _filters(facts: dict[str, object]) -> str:
    return "".join(
        f"[filter:{name}]\nuse = egg:swift#{_egg(name)}\n{_OPTIONS.get(name, '').format(**facts)}"
        for name in _FILTERS
    )


def _egg(name: str) -> str:
    if name == "cache":
        return "memcache"
    return name.replace("-", "_") if name in _AS_UNDERSCORES else name


def _make_rings(directory: Path, installed: Installed, ports: dict[str, int]) -> None:
    for name in ("object", "container", "account"):
        builder = [installed.programs / "swift-ring-builder", directory / f"{name}.builder"]
        for words in (
            ("create", "8", "1", "1"),
            ("add", f"r1z1-127.0.0.1:{ports[name]}/d1", "1"),
            ("rebalance", "--force"),
        ):
            run_program([*builder, *words], {})


def _target(port: int) -> Target:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/auth/v1.0",
        headers={"X-Auth-User": "test:tester", "X-Auth-Key": "testing"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # as above
        token = answer.headers["X-Auth-Token"]
    target = Target(NAME, port, 0, token, (), account="AUTH_test")
    return replace(target, object_store="/v1")
