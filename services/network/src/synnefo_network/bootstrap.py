# SPDX-License-Identifier: Apache-2.0
"""What an empty cloud is given: a network that everybody may use."""

from __future__ import annotations

from ipaddress import ip_network

from synnefo_core import bootstrap
from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext, for_worker
from synnefo_network import sharing
from synnefo_network.networks import create_network
from synnefo_network.subnets import create_subnet
from synnefo_network.values import NetworkSpec, SubnetSpec

PUBLIC = "public"
SYSTEM_PROJECT = "system"
"""The project of what belongs to the cloud itself; identity knows no such project."""


def make_public_network(cloud: Cloud) -> None:
    """Make the network ``public`` with a subnet, once, unless the operator wants none."""
    options = cloud.config.network
    if not options.public_cidr:
        return
    context = for_worker(cloud)
    with bootstrap.once(cloud, "network.public") as is_first:
        if is_first:
            _make(context, options.public_cidr, mode=options.public_mode, link=options.public_link)


def write_down_sharing(cloud: Cloud) -> None:
    """Write, once, who may use the networks of a cloud that is older than RBAC policies."""
    with bootstrap.once(cloud, "network.rbac") as is_first:
        if is_first:
            with for_worker(cloud).unit_of_work() as session:
                sharing.write_down(session)


def _make(context: RequestContext, cidr: str, *, mode: str, link: str) -> None:
    spec = NetworkSpec(
        name=PUBLIC,
        description="Shared by all projects",
        project_id=SYSTEM_PROJECT,
        is_shared=True,
        is_external=True,
        mode=mode,
        link=link,
    )
    network = create_network(context, spec)
    create_subnet(
        context,
        SubnetSpec(
            network_id=network.id,
            cidr=cidr,
            ip_version=ip_network(cidr).version,
            name="public-subnet",
        ),
    )
