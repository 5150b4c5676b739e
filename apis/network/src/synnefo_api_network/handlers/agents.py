# SPDX-License-Identifier: Apache-2.0
"""Nodes as agents. Source: Networking API v2.0, "Agents", "L3 agent scheduler", "DHCP agent scheduler"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import synnefo_network
from synnefo_api_network import filters
from synnefo_api_network.views import agent, router as router_views
from synnefo_core.context import RequestContext


def index(context: RequestContext) -> dict[str, Any]:
    """List the nodes that keep guests to what their ports may do."""
    return {"agents": [agent.shown(each) for each in synnefo_network.list_node_agents(context)]}


def show(context: RequestContext, agent_id: str) -> dict[str, Any]:
    """Show a node."""
    return {"agent": agent.shown(synnefo_network.show_node_agent(context, agent_id))}


def update(context: RequestContext, agent_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Drain a gateway, or let it have routers again."""
    is_drained = not body["agent"]["admin_state_up"]
    changed = synnefo_network.update_node_agent(context, agent_id, is_drained=is_drained)
    return {"agent": agent.shown(changed)}


def delete(context: RequestContext, agent_id: str) -> None:
    """Forget a node; one that is there comes back with its next word."""
    found = synnefo_network.show_node_agent(context, agent_id)
    synnefo_network.forget_node_agent(context, found.cluster, found.name)


def of_router(context: RequestContext, router_id: str) -> dict[str, Any]:
    """List the gateway that has a router: one or none."""
    found = synnefo_network.list_l3_agents(context, router_id)
    return {"agents": [agent.shown(each) for each in found]}


def routers(context: RequestContext, agent_id: str) -> dict[str, Any]:
    """List the routers that a gateway has."""
    views = [router_views.shown(one) for one in synnefo_network.list_routers_on(context, agent_id)]
    filters.tagged(context, views)
    return {"routers": views}


def of_network(context: RequestContext, network_id: str) -> dict[str, Any]:
    """List the nodes that tell guests of a network by DHCP."""
    found = synnefo_network.list_dhcp_agents(context, network_id)
    return {"agents": [agent.shown(each) for each in found]}
