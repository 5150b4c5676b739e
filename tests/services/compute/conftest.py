# SPDX-License-Identifier: Apache-2.0
"""A cloud with one simulated cluster whose jobs end at once, and one flavor."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

import synnefo_backends
import synnefo_compute
import synnefo_network
import synnefo_volume
from synnefo_backend_sim import SimBackend
from synnefo_compute import Server, ServerSpec
from synnefo_compute.sagas import instances
from synnefo_core.commands import main
from synnefo_core.context import RequestContext, new_request_id
from synnefo_core.worker import Worker
from synnefo_volume import VolumeSpec

FLAVOR = "small"
QUICK = {"job_delay_min_s": "0", "job_delay_max_s": "0", "nodes": "2"}
"""Settings of simulated clusters whose jobs take no time."""


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look first for jobs that take no time."""
    monkeypatch.setattr(instances, "POLL_S", (0.0, *instances.POLL_S))


@pytest.fixture
def again(member: RequestContext) -> Callable[[], RequestContext]:
    """Return a function that gives the member's context for one more request."""
    return lambda: replace(member, request_id=new_request_id())


@pytest.fixture
def cluster(context: RequestContext) -> SimBackend:
    """Register a simulated cluster and a flavor; return the cluster's driver."""
    backend = synnefo_backends.add(context, name="sim", driver="sim", settings=QUICK)
    synnefo_backends.refresh(context, "sim")
    synnefo_compute.create_flavor(
        context, flavor_id=FLAVOR, name=FLAVOR, vcpus=2, ram_mib=1024, disk_gib=5
    )
    return synnefo_backends.call(context, backend.id, lambda driver: driver)


@pytest.fixture
def network(member: RequestContext) -> str:
    """Give the member's project a network with a subnet; return its id."""
    made = synnefo_network.create_network(member, synnefo_network.NetworkSpec(name="n"))
    subnet = synnefo_network.SubnetSpec(
        network_id=made.id,
        cidr="10.0.0.0/24",
        name="s",
        ip_version=4,
        # What is given at random is never an address that a test names.
        pools=[("10.0.0.100", "10.0.0.254")],
    )
    synnefo_network.create_subnet(member, subnet)
    return made.id


@pytest.fixture
def submit(member: RequestContext, cluster: SimBackend, network: str) -> Callable[[], Server]:
    """Return a function that asks for a server and leaves it to the worker."""
    return lambda: synnefo_compute.create_server(member, ServerSpec("web", FLAVOR))


@pytest.fixture
def settle(worker: Worker) -> Callable[[], None]:
    """Return a function that lets the worker do all that there is, waits included."""

    def run() -> None:
        worker.drain(patience_s=10.0)

    return run


@pytest.fixture
def server(submit: Callable[[], Server], settle: Callable[[], None]) -> Server:
    """Return a server that has been made."""
    made = submit()
    settle()
    return made


@pytest.fixture
def reconcile(cloud, capsys, monkeypatch):
    """Return a function that runs the command and returns kinds and servers."""
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)

    def run(*words, expect=0):
        line = ["reconcile", "servers", "--format", "json", *words]
        assert expect == main(["--data", str(cloud.data_dir), *line])
        return [(row["Kind"], row["Server"]) for row in json.loads(capsys.readouterr().out)]

    return run


@pytest.fixture
def add(context, cluster):
    """Return a function that adds one more simulated cluster and returns its driver."""

    def added(name, **settings):
        backend = synnefo_backends.add(context, name=name, driver="sim", settings=QUICK | settings)
        synnefo_backends.refresh(context, name)
        return synnefo_backends.call(context, backend.id, lambda driver: driver)

    return added


@pytest.fixture
def standard(context):
    """The type of volumes for which none is named."""
    return synnefo_volume.create_type(context, name="standard")


@pytest.fixture
def make_volume(member, standard, settle):
    """Return a function that makes a volume."""

    def made(size_gib=1, context=member):
        volume = synnefo_volume.create_volume(context, VolumeSpec(size_gib=size_gib))
        settle()
        return volume

    return made


@pytest.fixture
def volume(make_volume):
    """Return a volume of the member's."""
    return make_volume()
