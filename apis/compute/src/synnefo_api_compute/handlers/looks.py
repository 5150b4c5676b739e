# SPDX-License-Identifier: Apache-2.0
"""What has to be known to show servers in a microversion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import synnefo_backends
import synnefo_compute
from synnefo_api_compute.versions import EMBEDDED_FLAVOR, HOST_STATUS, MORE_ATTRIBUTES
from synnefo_api_compute.views import hypervisor, server as view
from synnefo_compute import Server
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version


def of(context: RequestContext, servers: Sequence[Server], version: Version) -> view.Look:
    """Return how some servers are shown: for administrators with the states of their clusters and more."""
    look = view.Look(version, synnefo_backends.zones_of_backends(context))
    if version >= EMBEDDED_FLAVOR and servers:
        used = synnefo_compute.flavors_of(context, [each.flavor_id for each in servers])
        specs = synnefo_compute.specs_of_flavors(context, used)
        look = replace(look, flavors=used, specs=specs)
    if not context.is_admin or version < MORE_ATTRIBUTES:
        return look
    look = replace(look, user_data=synnefo_compute.user_data(context, [s.id for s in servers]))
    if version < HOST_STATUS:
        return look
    states = {each.id: hypervisor.host_status(each) for each in synnefo_backends.listing(context)}
    return replace(look, host_states=states)
