# SPDX-License-Identifier: Apache-2.0
"""The sections ``[compute]`` and ``[console]``."""

from oslo_config import cfg

OPTIONS = [
    cfg.StrOpt(
        "instance_prefix",
        default="snf-",
        regex=r"^[a-z][a-z0-9-]{0,15}$",
        help="How the names of our instances begin in the clusters. Two clouds that share a "
        "cluster need different ones; it must not change while there are servers.",
    ),
    cfg.IntOpt(
        "page_limit", default=1000, min=1, help="The most servers that one page of a list has."
    ),
    cfg.FloatOpt(
        "reconcile_every_s",
        default=10.0,
        min=0.1,
        help="After how many seconds a cluster is compared with its servers again. Where clusters "
        "give notice of their jobs, a minute is often enough.",
    ),
    cfg.IntOpt(
        "reconcile_servers",
        default=1000,
        min=1,
        help="About how many servers of each cluster are compared with it at a time. A cluster "
        "with more is looked at in parts.",
    ),
    cfg.IntOpt(
        "resize_confirm_window_s",
        default=0,
        min=0,
        help="After how many seconds a resize that nobody confirmed or reverted is confirmed; 0 "
        "for never. Until then the larger of both sizes is charged.",
    ),
    cfg.StrOpt(
        "auto_network",
        default="192.168.0.0/24",
        help="The addresses (IPv4) of the network that a project gets when it has none and asks for "
        "a server on any: networks=auto, from microversion 2.37 on.",
    ),
    cfg.IntOpt(
        "server_group_members",
        default=10,
        min=-1,
        help="The most servers that a server group has; -1 for no limit.",
    ),
    cfg.StrOpt(
        "fqdn",
        default="",
        help="The name of a server in the DNS, as version 2.0 of the API tells it; {id} is the "
        "server's id. The cloud only tells it. Empty for none.",
    ),
    cfg.DictOpt(
        "port_forwarding",
        default={},
        help="From where ports of servers with a public IPv4 address are reached, as version 2.0 "
        "of the API tells it: pairs PORT:HOST:PORT, with commas between them. {id} and {ip} in a "
        "host are the server's. To a number with + at its end the last two bytes of the address "
        "are added, 256 times the first and the second: 22:gate.example.org:10000+ The cloud only tells it.",
    ),
    cfg.BoolOpt(
        "enable_instance_password",
        default=True,
        help="Whether the answer to a new server holds its administrator's password: the one that "
        "was asked for, or a new one. The guest is given it either way, if its cluster gives "
        "guests anything.",
    ),
]

CONSOLE = [
    cfg.StrOpt("host", default="127.0.0.1", help="The address that the console proxy binds."),
    cfg.PortOpt("port", default=6080, help="The port that the console proxy binds."),
    cfg.StrOpt(
        "certificate_file",
        help="PEM file with the certificate that the proxy shows; without one it speaks no TLS "
        "and belongs behind a server that does.",
    ),
    cfg.StrOpt("key_file", help="PEM file with the key of that certificate."),
    cfg.StrOpt(
        "base_url",
        help="The page that users open, from which noVNC connects to the proxy. Default: "
        "vnc_lite.html at the public URL's host and the proxy's port.",
    ),
    cfg.IntOpt(
        "token_s",
        default=600,
        min=1,
        help="For how many seconds an address of a console can be connected to, once.",
    ),
    cfg.ListOpt(
        "allowed_origins",
        default=[],
        help="The origins of the pages that may connect, as https://host[:port]. Default: the "
        "hosts of the public URL and of base_url, at any port.",
    ),
    cfg.IntOpt(
        "connections_per_user",
        default=10,
        min=1,
        help="How many consoles one user may have open at one proxy.",
    ),
    cfg.FloatOpt(
        "idle_s",
        default=1800.0,
        min=1.0,
        help="After how many seconds without a byte in either direction a console is closed.",
    ),
]
