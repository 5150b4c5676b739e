# SPDX-License-Identifier: Apache-2.0
"""What is written down of the volumes of servers."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from synnefo_compute import volumes
from synnefo_compute.volumes import ServerVolume

ROOT = ServerVolume("1", "s1", "v1", "a1", "/dev/vda", boot_index=0, created_at=1.0)
DATA = ServerVolume("2", "s1", "v2", "a2", "/dev/vdb", tag="t", is_awaited=True, created_at=2.0)


@pytest.fixture
def written(context):
    with context.unit_of_work() as session:
        for each in (DATA, ROOT):
            volumes.add(session, each)


@pytest.mark.usefixtures("written")
def test_volumes_are_found_by_their_servers_and_by_themselves(context):
    with context.reading() as session:
        assert {"s1": [ROOT, DATA]} == volumes.of(session, ["s1", "s2"])
        assert (ROOT, DATA) == volumes.of_one(session, "s1")
        assert DATA == volumes.find(session, "v2")
        assert volumes.find(session, "v3") is None


@pytest.mark.usefixtures("written")
def test_what_is_written_down_changes_and_goes(context):
    with context.unit_of_work() as session:
        volumes.change(session, "v2", is_awaited=False, deletes_on_termination=True)
        volumes.remove(session, "s1", "v1")
        volumes.remove(session, "s2", "v2")

    with context.reading() as session:
        changed = replace(DATA, is_awaited=False, deletes_on_termination=True)
        assert (changed,) == volumes.of_one(session, "s1")


@pytest.mark.usefixtures("written")
def test_a_volume_is_one_servers_at_most(context):
    with pytest.raises(IntegrityError), context.unit_of_work() as session:
        volumes.add(session, replace(ROOT, id="3", server_id="s2"))
