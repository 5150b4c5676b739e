# SPDX-License-Identifier: Apache-2.0
"""The driver ``amqp``: a bus over AMQP brokers."""

from __future__ import annotations

from oslo_config import cfg

from synnefo_bus_amqp.consumer import Consumer
from synnefo_bus_amqp.dead_letters import DeadLetters
from synnefo_bus_amqp.options import OPTIONS, Options
from synnefo_bus_amqp.publisher import Publisher
from synnefo_core.contracts.bus import Bus, Message, Receiver
from synnefo_core.contracts.driver import DriverSetup


class AmqpBus(Bus):
    """Messages from and to the virtual hosts of one or more brokers.

    Who only publishes never receives nor makes anything there.
    """

    @classmethod
    def options(cls) -> list[cfg.Opt]:
        return list(OPTIONS)

    def __init__(self, setup: DriverSetup) -> None:
        self._told = Options.of(setup)
        self._publisher = Publisher(self._told)
        self._consumer = Consumer(self._told)

    def publish(self, message: Message, *, timeout_s: float = 10.0) -> None:
        self._publisher.publish(message, timeout_s)

    def subscribe(self, topic: str, receiver: Receiver) -> None:
        self._consumer.subscribe(topic, receiver)

    def receive(self, *, timeout_s: float) -> int:
        return self._consumer.receive(timeout_s)

    def dead_letters(self) -> list[DeadLetters]:
        """Return the dead letters of each virtual host."""
        return [DeadLetters(alternatives, self._told) for alternatives in self._told.brokers]

    def close(self) -> None:
        self._publisher.close()
        self._consumer.close()
