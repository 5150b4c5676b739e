# SPDX-License-Identifier: Apache-2.0
"""The driver ``amqp``: a bus over AMQP brokers."""

from __future__ import annotations

from oslo_config import cfg

from synnefo_bus_amqp.consumer import Consumer
from synnefo_bus_amqp.dead_letters import DeadLetters
from synnefo_bus_amqp.options import OPTIONS, Options
from synnefo_bus_amqp.publisher import Publisher
from synnefo_core.contracts.bus import Bus, BusUnavailable, Message, Receiver
from synnefo_core.contracts.driver import DriverSetup


class AmqpBus(Bus):
    """Messages from and to the virtual hosts of one or more brokers.

    Who only publishes never receives nor makes anything there; a node that names itself gets what
    is told to nodes, and nothing else.
    """

    @classmethod
    def options(cls) -> list[cfg.Opt]:
        return list(OPTIONS)

    def __init__(self, setup: DriverSetup) -> None:
        self._told = Options.of(setup)
        first, *_ = self._told.brokers
        self._publisher = Publisher(self._told, first)
        self._to_nodes = {
            alternatives[0].virtual_host: Publisher(self._told, alternatives, is_to_nodes=True)
            for alternatives in self._told.brokers
        }
        self._consumer = Consumer(self._told)

    def publish(self, message: Message, *, timeout_s: float = 10.0) -> None:
        self._publisher.publish(message, timeout_s)

    def broadcast(self, message: Message, *, cluster: str, timeout_s: float = 10.0) -> None:
        publisher = self._to_nodes.get(cluster)
        if publisher is None:
            raise BusUnavailable(f"no broker has a virtual host {cluster}")
        publisher.publish(message, timeout_s)

    def subscribe(self, topic: str, receiver: Receiver) -> None:
        self._consumer.subscribe(topic, receiver)

    def receive(self, *, timeout_s: float) -> int:
        return self._consumer.receive(timeout_s)

    def dead_letters(self) -> list[DeadLetters]:
        """Return the dead letters of each virtual host."""
        return [DeadLetters(alternatives, self._told) for alternatives in self._told.brokers]

    def close(self) -> None:
        for publisher in (self._publisher, *self._to_nodes.values()):
            publisher.close()
        self._consumer.close()
