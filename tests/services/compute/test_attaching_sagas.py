# SPDX-License-Identifier: Apache-2.0
"""What attaches and detaches volumes bears to be killed and cancelled at each step."""

from __future__ import annotations

import pytest

import synnefo_compute
import synnefo_volume
from synnefo_compute import VolumeWish
from synnefo_compute.sagas import volumes
from synnefo_core.errors import NotFound
from synnefo_core.testing.sagas import SagaContract, Trial


class _Contract(SagaContract):
    """A volume is in use exactly when the cluster has its disk."""

    made, clean = 1, 0

    @pytest.fixture
    def trial(self, cloud, member, server, volume, settle, cluster):
        def disks():
            return [len(each.disks) - 1 for each in cluster.inventory.instances()]

        def status():
            return synnefo_volume.show_volume(member, volume.id).status

        def is_having(number):
            def is_so(_):
                shown = synnefo_compute.show_server(member, server.id)
                return ([number], number, ["available", "in-use"][number], "") == (
                    disks(),
                    len(shown.volumes),
                    status(),
                    shown.task_state,
                )

            return is_so

        def is_cancelled(server_id):
            with pytest.raises(NotFound):
                synnefo_compute.show_server(member, server_id)
            return ([], "available") == (disks(), status())

        return Trial(
            cloud,
            begin=lambda: self.begin(member, server, volume, settle),
            is_made=is_having(self.made),
            is_clean=is_having(self.clean),
            cancel=lambda server_id: synnefo_compute.delete_server(member, server_id),
            is_cancelled=is_cancelled,
        )

    def begin(self, member, server, volume, settle):
        raise NotImplementedError


class TestAttaching(_Contract):
    saga = volumes.ATTACH_SAGA

    def begin(self, member, server, volume, settle):
        del settle
        synnefo_compute.attach_volume(member, server.id, VolumeWish(volume.id))
        return server.id


class TestDetaching(_Contract):
    saga = volumes.DETACH_SAGA
    made, clean = 0, 1

    def begin(self, member, server, volume, settle):
        synnefo_compute.attach_volume(member, server.id, VolumeWish(volume.id))
        settle()
        synnefo_compute.detach_volume(member, server.id, volume.id)
        return server.id
