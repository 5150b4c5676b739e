# SPDX-License-Identifier: Apache-2.0
"""A document for a node is read as it was written, and only if every field is what it can be."""

import json
from dataclasses import replace

import pytest

from synnefo_core.contracts.nodes import (
    Address,
    Direction,
    Group,
    InvalidDocument,
    Ipv6,
    Mode,
    Network,
    Pair,
    PortDocument,
    Route,
    Rule,
    Subnet,
)

NETWORK = Network("n1", Mode.FILTERED, "br0", 1400, "02:00:01", vlan=7)
DOCUMENT = PortDocument(
    port="p1",
    version=3,
    expires_at=1e9,
    network=NETWORK,
    mac="02:00:01:00:00:01",
    addresses=(Address("10.0.0.5", "s4"), Address("2001:db8::5", "s6")),
    subnets=(
        Subnet("s4", "10.0.0.0/24", "10.0.0.1", routes=(Route("10.9.0.0/16", "10.0.0.7"),)),
        Subnet("s6", "2001:db8::/64", ra_mode=Ipv6.STATEFUL, address_mode=Ipv6.STATEFUL),
    ),
    pairs=(Pair("10.0.0.99/32", "02:00:01:00:00:01"),),
    rules=(
        Rule(Direction.INGRESS, 4, 6, 22, 23, "192.0.2.0/24"),
        Rule(Direction.EGRESS, 6, 58, 128, remote_group="g1"),
    ),
    groups=(Group("g1", ("2001:db8::/64", "10.0.0.7/32")),),
    host_name="web-1",
    metadata={"latest/meta-data/instance-id": "aS0x"},
)
INJECTION = 'x" ; drop }\n'


def test_a_document_is_read_as_it_was_written():
    assert DOCUMENT == PortDocument.from_json(DOCUMENT.to_json())


def changed(path, value):
    """Return the document's JSON with something else in one place."""
    content = json.loads(DOCUMENT.to_json())
    *parents, last = path
    place = content
    for key in parents:
        place = place[key]
    place[last] = value
    return json.dumps(content)


@pytest.mark.parametrize(
    "path, value",
    [
        (("format",), 2),
        (("port",), INJECTION),
        (("version",), -1),
        (("version",), True),
        (("version",), "1"),
        (("mac",), "02:00:01:00:00:0A"),
        (("mac",), "03:00:01:00:00:01"),
        (("host_name",), INJECTION),
        (("is_up",), 1),
        (("unknown",), 1),
        (("metadata",), {"a": 1}),
        (("metadata",), {"a": "ä"}),
        (("metadata",), {"/a": ""}),
        (("metadata",), {"a//b": ""}),
        (("metadata",), []),
        (("network",), None),
        (("network", "id"), INJECTION),
        (("network", "link"), "br0 up"),
        (("network", "mode"), "other"),
        (("network", "mac_prefix"), "02:00"),
        (("network", "mtu"), 1),
        (("network", "vlan"), 4095),
        (("addresses", 0, "ip"), "10.0.1.5"),
        (("addresses", 0, "ip"), "010.0.0.5"),
        (("addresses", 1, "ip"), "2001:DB8::5"),
        (("addresses", 1, "ip"), "fe80::1%eth0"),
        (("addresses", 0, "subnet"), "s5"),
        (("subnets", 0, "cidr"), "10.0.0.1/24"),
        (("subnets", 0, "gateway"), "2001:db8::1"),
        (("subnets", 0, "dns_servers"), [INJECTION]),
        (("subnets", 0, "routes", 0, "destination"), "default"),
        (("subnets", 0, "routes", 0, "next_hop"), "::1"),
        (("subnets", 1, "ra_mode"), "other"),
        (("pairs", 0, "prefix"), "any"),
        (("pairs", 0, "mac"), INJECTION),
        (("groups", 0, "prefixes"), ["10.0.0.7"]),
        (("groups", 0, "id"), "g2"),
        (("rules", 0, "version"), 5),
        (("rules", 0, "protocol"), 256),
        (("rules", 0, "protocol"), "tcp"),
        (("rules", 0, "protocol"), None),
        (("rules", 0, "last"), 21),
        (("rules", 0, "last"), None),
        (("rules", 0, "last"), 65536),
        (("rules", 0, "first"), None),
        (("rules", 0, "remote_prefix"), "2001:db8::/64"),
        (("rules", 0, "remote_group"), "g1"),
        (("rules", 1, "first"), 256),
        (("rules", 0), []),
        (("rules",), {}),
    ],
)
def test_what_can_not_be_is_refused(path, value):
    with pytest.raises(InvalidDocument) as refusal:
        PortDocument.from_json(changed(path, value))

    assert INJECTION not in str(refusal.value)


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"format": 1}', "[" * 100_000])
def test_what_is_no_document_is_refused(text):
    with pytest.raises(InvalidDocument):
        PortDocument.from_json(text)


def test_a_document_can_not_even_be_made_wrong():
    with pytest.raises(InvalidDocument):
        replace(NETWORK, link=INJECTION)
