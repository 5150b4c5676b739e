# SPDX-License-Identifier: Apache-2.0
"""What tests of routers and floating IPs have in common."""

import synnefo_network as service


def external(context, cidr="192.0.2.0/24", **more):
    network = service.create_network(context, service.NetworkSpec(is_external=True, **more))
    service.create_subnet(context, service.SubnetSpec(network_id=network.id, cidr=cidr))
    return network


def another_subnet(context, cidr="10.0.0.0/24", **more):
    network = service.create_network(context, service.NetworkSpec())
    spec = service.SubnetSpec(network_id=network.id, cidr=cidr, **more)
    return service.create_subnet(context, spec)


def leading(context, outside, *subnets):
    gateway = service.GatewaySpec(network_id=outside.id)
    router = service.create_router(context, service.RouterSpec(gateway=gateway))
    for subnet in subnets:
        service.add_interface(context, router.id, subnet_id=subnet.id)
    return router
