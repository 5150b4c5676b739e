# SPDX-License-Identifier: Apache-2.0
"""Our networks beside Neutron's: the same requests have made what is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tools.bench import clouds, neutron
from tools.bench.asking import ask
from tools.bench.cases import Case, Target, own
from tools.bench.load import Plan
from tools.bench.peers import Installed
from tools.bench.promises import Promise
from tools.bench.sides import Sides, both

NETWORKS, PORTS = 1000, 300
"""How many there are before anything is measured."""
_AT_ONCE = 50
"""So many are made by a request."""
_LARGE, _TO_GO = "large", "to-go"


def _read(path: str) -> Callable[[Target], Plan]:
    def plan(target: Target) -> Plan:
        return Plan(target.port, "GET", [f"{target.network}/{path}"], [own(target)])

    return plan


def _ids(target: Target, query: str) -> list[str]:
    """Return the ids of ports."""
    listed = ask(target, f"{target.network}/ports?fields=id&{query}")
    return [port["id"] for port in listed["ports"]]


def _show(target: Target) -> Plan:
    paths = [f"{target.network}/ports/{port_id}" for port_id in _ids(target, "limit=100")]
    return Plan(target.port, "GET", paths, [own(target)])


def _delete(target: Target) -> Plan:
    paths = [f"{target.network}/ports/{port_id}" for port_id in _ids(target, f"name={_TO_GO}")]
    return Plan(target.port, "DELETE", paths, [own(target)], status=204)


def _make(target: Target, noun: str, body: Mapping[str, Any]) -> Plan:
    headers = [{"Content-Type": "application/json", **own(target)}]
    path = f"{target.network}/{noun}"
    return Plan(target.port, "POST", [path], headers, body=json.dumps(body), status=201)


def _make_port(name: str) -> Callable[[Target], Plan]:
    def plan(target: Target) -> Plan:
        body = {"network_id": _large_network(target), "name": name}
        return _make(target, "ports", {"port": body})

    return plan


def _make_network(target: Target) -> Plan:
    return _make(target, "networks", {"network": {"name": "made"}})


def _large_network(target: Target) -> str:
    """Return the id of the network that all ports are in."""
    listed = ask(target, f"{target.network}/networks?name={_LARGE}")
    return str(listed["networks"][0]["id"])


CASES = [
    *(Case("networks-101", connections, _read("networks?limit=101")) for connections in (1, 8)),
    Case("networks-1000", 1, _read("networks?limit=1000")),
    *(Case("ports-100", connections, _read("ports?limit=100")) for connections in (1, 8)),
    *(Case("show-port", connections, _show) for connections in (1, 8)),
    *(Case("make-port", connections, _make_port("made"), most=2000) for connections in (1, 8)),
    Case("make-network", 1, _make_network, most=2000),
    *(
        Case("delete-port", connections, _delete, most=most, before=_make_port(_TO_GO))
        for connections, most in ((1, 100), (8, 200))
    ),
]
"""What makes more rows comes after what reads them."""

PROMISES = [
    *(
        Promise(case, "requests_per_s", least=7)
        for case in (
            *("networks-101-c1", "networks-101-c8", "networks-1000-c1"),
            *("ports-100-c1", "ports-100-c8", "show-port-c1", "show-port-c8"),
        )
    ),
    *(
        Promise(case, "requests_per_s", least=10)
        for case in ("make-port-c1", "make-port-c8", "make-network-c1")
    ),
    *(Promise(f"delete-port-c{n}", "requests_per_s", least=7) for n in (1, 8)),
]


@contextmanager
def sides(directory: Path, installed: Installed, workers: int) -> Iterator[Sides]:
    """Serve both, filled."""
    serve = partial(both, theirs=neutron.running, ours=clouds.without_servers)
    with serve(directory, installed, workers) as (running, cpu_s):
        for side in running:
            _fill(side.target)
        yield running, cpu_s


def _fill(target: Target) -> None:
    """Make the networks, and ports in a large one."""
    network = {"network": {"name": _LARGE}}
    network_id = ask(target, f"{target.network}/networks", network)["network"]["id"]
    subnet = {"network_id": network_id, "cidr": "10.0.0.0/16", "ip_version": 4}
    ask(target, f"{target.network}/subnets", {"subnet": subnet})
    of_port = {"network_id": network_id, "name": "port"}
    for noun, values, number in (
        ("networks", {"name": "network"}, NETWORKS),
        ("ports", of_port, PORTS),
    ):
        for _ in range(number // _AT_ONCE):
            ask(target, f"{target.network}/{noun}", {noun: [values] * _AT_ONCE})
