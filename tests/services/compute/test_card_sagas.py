# SPDX-License-Identifier: Apache-2.0
"""What plugs cards in and takes them away bears to be killed and cancelled at each step."""

from __future__ import annotations

import pytest

import synnefo_compute
import synnefo_network
from synnefo_compute.sagas import cards
from synnefo_core.errors import NotFound
from synnefo_core.testing.sagas import SagaContract, Trial
from synnefo_network import Listing


class _Contract(SagaContract):
    """A port is the server's exactly when the cluster has its card."""

    made, clean = 2, 1

    @pytest.fixture
    def trial(self, cloud, member, server, settle, cluster):
        def macs():
            return [{nic.mac for nic in each.nics} for each in cluster.inventory.instances()]

        def is_having(number):
            def is_so(_):
                shown = synnefo_compute.show_server(member, server.id)
                own = {port.mac for port in shown.ports}
                ports = synnefo_network.list_ports(member, Listing())
                return (number, number, [own], "") == (
                    len(own),
                    len(ports),
                    macs(),
                    shown.task_state,
                )

            return is_so

        def is_cancelled(server_id):
            with pytest.raises(NotFound):
                synnefo_compute.show_server(member, server_id)
            return ([], []) == (macs(), list(synnefo_network.list_ports(member, Listing())))

        return Trial(
            cloud,
            begin=lambda: self.begin(member, server, settle),
            is_made=is_having(self.made),
            is_clean=is_having(self.clean),
            cancel=lambda server_id: synnefo_compute.delete_server(member, server_id),
            is_cancelled=is_cancelled,
        )

    def begin(self, member, server, settle):
        raise NotImplementedError


class TestPluggingIn(_Contract):
    saga = cards.ATTACH_SAGA

    def begin(self, member, server, settle):
        del settle
        synnefo_compute.attach_card(member, server.id)
        return server.id


class TestTakingAway(_Contract):
    saga = cards.DETACH_SAGA
    made, clean = 1, 2

    def begin(self, member, server, settle):
        port = synnefo_compute.attach_card(member, server.id)
        settle()
        synnefo_compute.detach_card(member, server.id, port.id)
        return server.id
