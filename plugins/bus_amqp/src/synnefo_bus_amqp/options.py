# SPDX-License-Identifier: Apache-2.0
"""The settings of a bus over AMQP: the section ``[bus_amqp]``, or ``[bus]`` on a Ganeti node."""

from __future__ import annotations

from dataclasses import dataclass, field

from oslo_config import cfg

from synnefo_bus_amqp.addresses import Address, Alternatives, parse
from synnefo_core.contracts.driver import DriverSetup, Misconfigured

OPTIONS = [
    cfg.ListOpt(
        "urls",
        default=[],
        secret=True,
        help="Virtual hosts to receive from, amqps://USER:PASSWORD@HOST/VHOST each; the brokers of one "
        "cluster of brokers are separated by ';' and tried in turn. Messages are sent to the first.",
    ),
    cfg.StrOpt(
        "namespace",
        default="synnefo",
        regex=r"^[\w.-]{1,100}$",
        help="The name of the exchange and of the queue, and with '.dead' of those of dead letters.",
    ),
    cfg.StrOpt(
        "node",
        default="",
        regex=r"^[\w.-]{0,100}$",
        help="Only on a node that wants to be told something: its name. It then receives what the cloud "
        "says to nodes, from the queue NAMESPACE.node.NAME, and nothing else.",
    ),
    cfg.StrOpt(
        "queue_type",
        default="classic",
        choices=["classic", "quorum"],
        help="What the queues are made as; both survive restarts. Take quorum on clusters of three "
        "brokers or more: alone, such a queue may find no leader after a crash (RabbitMQ 3). What exists "
        "already must be of this type.",
    ),
    cfg.IntOpt(
        "prefetch",
        default=200,
        min=1,
        max=10_000,
        help="How many messages of a virtual host are here at most before they are acknowledged.",
    ),
    cfg.IntOpt(
        "deliveries",
        default=20,
        min=1,
        max=1000,
        help="After so many receptions that ended with the process a message becomes a dead letter "
        "(queues of type quorum).",
    ),
    cfg.IntOpt(
        "dead_letters",
        default=100_000,
        min=1,
        help="How many dead letters are kept of each virtual host; then the oldest go.",
    ),
    cfg.StrOpt(
        "ca_file", help="Who vouches for the brokers' certificates; unless set: the system's."
    ),
    cfg.StrOpt("certificate_file", help="The certificate that this side shows, with its key."),
    cfg.StrOpt("key_file", help="The key of certificate_file where that does not hold it."),
    cfg.FloatOpt("connect_timeout_s", default=5.0, min=0.1, help="How long to wait to connect."),
    cfg.FloatOpt("answer_timeout_s", default=10.0, min=0.1, help="How long to wait for an answer."),
    cfg.FloatOpt(
        "reconnect_max_s",
        default=5.0,
        min=0.1,
        help="The longest pause between two attempts to connect; the first is half a second.",
    ),
    cfg.IntOpt(
        "heartbeat_s",
        default=30,
        min=2,
        max=3600,
        help="A connection on which nothing is heard for twice as long is given up.",
    ),
]


@dataclass(frozen=True)
class Options:
    """The settings as values."""

    brokers: tuple[Alternatives, ...] = field(repr=False)
    namespace: str
    node: str
    queue_type: str
    prefetch: int
    deliveries: int
    dead_letters: int
    ca_file: str | None
    certificate_file: str | None
    key_file: str | None
    connect_timeout_s: float
    answer_timeout_s: float
    reconnect_max_s: float
    heartbeat_s: int

    @classmethod
    def of(cls, setup: DriverSetup) -> Options:
        """Return what ``setup`` says, with the defaults for what it leaves out.

        Raises:
            Misconfigured: There is no address, or one that can't be.
        """
        told = {option.dest: option.default for option in OPTIONS} | dict(setup.settings)
        urls = told.pop("urls")
        if not urls:
            raise Misconfigured(f"the bus {setup.name} must name its brokers in urls")
        brokers = tuple(parse(url, number) for number, url in enumerate(urls, 1))
        return cls(brokers=brokers, **told)

    def encryption(self, address: Address) -> dict[str, str | None] | bool:
        """Return what TLS needs for an address, or False for one that is not encrypted."""
        if not address.is_encrypted:
            return False
        told: dict[str, str | None] = {"server_hostname": address.host}
        if self.ca_file:
            told["ca_certs"] = self.ca_file
        if self.certificate_file:
            told |= {"certfile": self.certificate_file, "keyfile": self.key_file}
        return told
