# SPDX-License-Identifier: Apache-2.0
"""From job files by the daemon and a real broker to the cloud's bus."""

import uuid
from collections import defaultdict

import pytest

from synnefo_bus_amqp import AmqpBus
from synnefo_core.contracts.driver import DriverSetup
from tests.plugins.bus_amqp.brokers import PASSWORD, import_definitions, receive, url
from tests.plugins.node_ganeti.cluster import NODE
from tests.plugins.node_ganeti.daemon import Daemon
from tests.system.labs import RabbitLab
from tests.system.labs.waiting import until

pytestmark = pytest.mark.system

RANKS = {"queued": 0, "running": 1, "success": 2}


@pytest.fixture(scope="module")
def broker():
    with RabbitLab() as lab:
        yield import_definitions(lab)


class Told:
    """What the cloud was told."""

    def __init__(self, bus) -> None:
        self.notices, self.heartbeats = [], 0
        self._bus = bus
        bus.subscribe("compute.job", self.notices.extend)
        bus.subscribe("compute.heartbeat", self._beat)

    def _beat(self, messages) -> None:
        self.heartbeats += len(messages)

    def wait(self, condition) -> None:
        receive(self._bus, condition)

    def states(self) -> dict[str, list[str]]:
        """The states of each job in the order in which they came for the first time."""
        states = defaultdict(list)
        for notice in self.notices:
            job, state = notice.payload["job"], notice.payload["state"]
            if state not in states[job]:
                states[job].append(state)
        return states

    def ended(self) -> set[int]:
        return {int(job) for job, states in self.states().items() if "success" in states}


@pytest.fixture
def namespace():
    return f"synnefo-{uuid.uuid4().hex}"


@pytest.fixture
def told(broker, namespace, tmp_path):
    """What the cloud is told by the cluster east; its queue is there."""
    settings = {"urls": [url(broker, "cloud")], "namespace": namespace, "reconnect_max_s": 0.5}
    bus = AmqpBus(DriverSetup("amqp", settings, tmp_path))
    told = Told(bus)
    told.wait(lambda: bus._consumer._lines[0].link)
    yield told
    bus.close()


@pytest.fixture
def daemon(broker, namespace, tmp_path, cluster):
    daemon = Daemon(
        tmp_path, node=NODE, ganeti=cluster.directory, url=url(broker, "east"), namespace=namespace
    )
    yield daemon
    daemon.stop()


def test_the_cloud_hears_of_a_job_from_its_cluster(told, daemon, cluster):
    daemon.start()
    told.wait(lambda: told.heartbeats)

    ended_at = cluster.write(1, "success")

    told.wait(lambda: told.notices)
    assert "east" == told.notices[0].sender
    assert {
        "job": "1",
        "instance": "snf-a",
        "operation": "OP_INSTANCE_STARTUP",
        "state": "success",
        "at": pytest.approx(ended_at, abs=1e-5),
    } == told.notices[0].payload
    assert 0 == daemon.terminate()
    assert PASSWORD not in daemon.log.read_text()


def test_nothing_is_lost_while_the_broker_is_away(told, daemon, cluster, broker):
    daemon.start()
    for job in range(1, 11):
        cluster.write(job, "running")
    told.wait(lambda: len(told.notices) == 10)

    broker.kill()
    until(lambda: "broker is away" in daemon.log.read_text(), "it to notice", within_s=20)
    for job in range(6, 21):
        cluster.write(job, "running")
    for job in range(1, 21):
        cluster.write(job, "success")
    broker.restart()

    told.wait(lambda: told.ended() == set(range(1, 21)))
    assert all(sorted(s, key=RANKS.get) == s for s in told.states().values())
    assert all(told.states()[str(job)] == ["running", "success"] for job in range(1, 11))


def test_a_killed_daemon_catches_up(told, daemon, cluster):
    jobs = range(1, 41)
    daemon.start()
    for job in jobs:
        cluster.write(job, "queued")
        if job in (10, 25):
            told.wait(lambda job=job: str(job - 5) in told.states())
            daemon.kill()
            cluster.write(job - 7, "success")
            cluster.archive(job - 7)
        if job in (15, 30):
            daemon.start()
    for job in set(jobs) - {3, 18}:
        cluster.write(job, "success")

    told.wait(lambda: told.ended() == set(jobs))
    assert all(sorted(s, key=RANKS.get) == s for s in told.states().values())
