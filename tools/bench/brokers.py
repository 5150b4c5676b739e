# SPDX-License-Identifier: Apache-2.0
"""A cloud on PostgreSQL with a broker, and a cluster that speaks to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from synnefo_bus_amqp import AmqpBus
from synnefo_core.cloud import Cloud, assemble
from synnefo_core.contracts.driver import DriverSetup
from tests.plugins.bus_amqp.brokers import import_definitions, url
from tests.system.labs import RabbitLab
from tools.bench import clouds
from tools.bench.databases import databases
from tools.bench.seed import seed

CLUSTER, NAMESPACE = "east", "synnefo-bench"


@dataclass(frozen=True)
class Listener:
    """A cloud, its administrator's token, and the way of its cluster and nodes to it.

    Attributes:
        cloud: Seeded, without servers.
        token: The administrator's.
        database_cpu_s: Returns the processor time of the database's processes.
        bus: Returns a bus of the cluster, given more settings; closed with the cloud.
    """

    cloud: Cloud
    token: str
    database_cpu_s: Callable[[], float]
    bus: Callable[..., AmqpBus]


@contextmanager
def listener(place: Path, name: str) -> Iterator[Listener]:
    """Provide a cloud with a database of this name; its files are kept in ``place``."""
    with ExitStack() as stack:
        database = stack.enter_context(databases("postgresql"))
        broker = import_definitions(stack.enter_context(RabbitLab()))
        config = place / "bench.conf"
        said = ["driver = amqp", f"urls = {url(broker, 'cloud')}", f"namespace = {NAMESPACE}", ""]
        bus = "\n".join(["[bus]", "driver = amqp", "[bus_amqp]", *said])
        config.write_text(clouds.configuration(database.url(name)) + bus)
        config.chmod(0o600)
        seeded = seed(place / "data", config, has_servers=False)
        cloud = assemble(data_dir=place / "data", files=(config,))
        stack.callback(cloud.close)

        def made(**more: str) -> AmqpBus:
            told = {"urls": [url(broker, CLUSTER)], "namespace": NAMESPACE, **more}
            bus = AmqpBus(DriverSetup(CLUSTER, told, place))
            stack.callback(bus.close)
            return bus

        yield Listener(cloud, seeded.token, database.cpu_s, made)
