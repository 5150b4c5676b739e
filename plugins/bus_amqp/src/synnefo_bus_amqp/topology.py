# SPDX-License-Identifier: Apache-2.0
"""What there is in each virtual host.

::

    publishers ──► exchange NAMESPACE (topic) ──#──► queue NAMESPACE ──► the cloud's workers
                                                         │ what can't be received
                                                         ▼
                   exchange NAMESPACE.dead (fanout) ──► queue NAMESPACE.dead

                   exchange NAMESPACE.nodes (topic) ──its topics──► queue NAMESPACE.node.NAME ──► a node

The cloud's side makes all of it but the nodes' queues; a node's user may only publish to the first
exchange, and have queues that are called so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kombu import Exchange, Queue

from synnefo_bus_amqp.options import Options

_NODE_AWAY_S = 600.0
_NODE_BYTES = 64 * 1024 * 1024


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

        self.nodes_exchange = Exchange(f"{told.namespace}.nodes", "topic", durable=True)
        # What a node misses it asks for: a queue that nobody reads must not fill the broker.
        self.node_queue = Queue(
            f"{told.namespace}.node.{told.node}",
            durable=True,
            expires=_NODE_AWAY_S,
            queue_arguments={"x-max-length-bytes": _NODE_BYTES, "x-overflow": "drop-head"},
        )
        self.is_node = bool(told.node)

    @property
    def inbox(self) -> Queue:
        """The queue from which this side receives."""
        return self.node_queue if self.is_node else self.queue

    def declare(self, channel: Any, topics: Iterable[str]) -> None:
        """Make what is not there; the dead letters' first, for messages may come at once.

        A node has the topics sent to it that it wants; the cloud gets everything.
        """
        if self.is_node:
            queue = self.node_queue(channel)
            queue.declare()
            for topic in topics:
                queue.bind_to(self.nodes_exchange.name, topic)
            return
        self.nodes_exchange(channel).declare()
        for queue in (self.dead_queue, self.queue):
            queue(channel).declare()
