# SPDX-License-Identifier: Apache-2.0
import pytest

import synnefo_network as service
from synnefo_network.bootstrap import make_public_network


def networks(context):
    return service.list_networks(context, service.Listing())


def test_an_empty_cloud_is_given_a_network_that_all_may_use(cloud, member):
    make_public_network(cloud)
    make_public_network(cloud)

    (network,) = networks(member)
    assert ("public", True, True) == (network.name, network.is_shared, network.is_external)
    (port,) = service.plug(member, device_id="vm", device_owner="compute:nova", requests=None)
    assert port.fixed_ips[0].ip.startswith("10.64.")


def test_what_an_operator_removed_stays_removed(cloud, context):
    make_public_network(cloud)

    service.delete_network(context, networks(context)[0].id)
    make_public_network(cloud)

    assert [] == networks(context)


class TestOtherwise:
    @pytest.fixture
    def cloud_settings(self):
        return {
            ("network", "public_cidr"): "192.0.2.0/24",
            ("network", "public_mode"): "bridged",
            ("network", "public_link"): "br0",
        }

    def test_an_operator_says_where_it_leads(self, cloud, member):
        make_public_network(cloud)

        (port,) = service.plug(member, device_id="vm", device_owner="compute:nova", requests=None)

        assert ("bridged", "br0") == (port.mode, port.link)
        assert port.fixed_ips[0].ip.startswith("192.0.2.")


class TestNone:
    @pytest.fixture
    def cloud_settings(self):
        return {("network", "public_cidr"): ""}

    def test_an_operator_may_want_none(self, cloud, context):
        make_public_network(cloud)

        assert [] == networks(context)
