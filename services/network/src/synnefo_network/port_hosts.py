# SPDX-License-Identifier: Apache-2.0
"""Where ports are: the clusters of their servers, which take the place of Neutron's hosts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import synnefo_backends
from synnefo_core.context import RequestContext
from synnefo_network.ports import SERVERS
from synnefo_network.values import Port


def hosts_of(context: RequestContext, ports: Iterable[Port]) -> Mapping[str, str]:
    """Return the names of the clusters on which the servers of ports are, by the ports' ids."""
    devices = {
        port.id: port.device_id
        for port in ports
        if port.device_id and port.device_owner.startswith(SERVERS)
    }
    clusters = synnefo_backends.clusters_of(context, set(devices.values())) if devices else {}
    return {port_id: clusters[device] for port_id, device in devices.items() if device in clusters}
