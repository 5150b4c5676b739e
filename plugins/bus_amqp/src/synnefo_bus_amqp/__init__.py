# SPDX-License-Identifier: Apache-2.0
"""Messages over AMQP brokers such as RabbitMQ: the driver ``amqp`` of ``synnefo.bus``."""

from synnefo_bus_amqp.driver import AmqpBus

__all__ = ["AmqpBus"]
