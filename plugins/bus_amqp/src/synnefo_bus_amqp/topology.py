# SPDX-License-Identifier: Apache-2.0
"""What there is in each virtual host.

::

    publishers ──► exchange NAMESPACE (topic) ──#──► queue NAMESPACE ──► the cloud's workers
                                                         │ what can't be received
                                                         ▼
                   exchange NAMESPACE.dead (fanout) ──► queue NAMESPACE.dead

The cloud's side makes all of it; a node's user may only publish to the first exchange.
"""

from __future__ import annotations

from typing import Any

from kombu import Exchange, Queue

from synnefo_bus_amqp.options import Options


class Topology:
    """The exchanges and queues of a namespace."""

    def __init__(self, told: Options) -> None:
        kind = {"x-queue-type": told.queue_type}
        self.exchange = Exchange(told.namespace, "topic", durable=True)
        self.dead_exchange = Exchange(f"{told.namespace}.dead", "fanout", durable=True)
        limits = {"x-delivery-limit": told.deliveries} if told.queue_type == "quorum" else {}
        self.queue = Queue(
            told.namespace,
            self.exchange,
            routing_key="#",
            durable=True,
            queue_arguments=kind | limits | {"x-dead-letter-exchange": self.dead_exchange.name},
        )
        # Whoever sends nonsense without end must not fill the broker's disk.
        bounds = {"x-max-length": told.dead_letters, "x-overflow": "drop-head"}
        self.dead_queue = Queue(
            self.dead_exchange.name, self.dead_exchange, durable=True, queue_arguments=kind | bounds
        )

    def declare(self, channel: Any) -> None:
        """Make what is not there; the dead letters' first, for messages may come at once."""
        for queue in (self.dead_queue, self.queue):
            queue(channel).declare()
