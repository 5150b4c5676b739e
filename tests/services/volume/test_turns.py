# SPDX-License-Identifier: Apache-2.0
"""Sagas of one volume work on its head one after another, whoever runs them."""

import threading

import pytest

import synnefo_volume as service
from synnefo_core.hookspecs import hookimpl
from synnefo_core.testing.blockstore import at_once
from synnefo_core.worker import Worker

pytestmark = pytest.mark.usefixtures("standard")

PATIENCE_S = 60.0


class Onlooker:
    """Holds up the first saga that has its turn until another has been refused, or has not."""

    def __init__(self):
        self._first, self._asked = "", 0
        self._lock, self._told = threading.Lock(), threading.Event()
        self.intruders = []

    @hookimpl
    def saga_step(self, saga_id, step, phase):
        with self._lock:
            is_first = (step, phase) == ("freeze", "do") and not self._first
            if is_first:
                self._first = saga_id
            elif self._first and saga_id != self._first and not self._told.is_set():
                self._watch(step, phase)
        if is_first:
            assert self._told.wait(PATIENCE_S), "no other saga came to ask for its turn"

    def _watch(self, step, phase):
        self._asked += (step, phase) == ("take_turn", "do")
        if step != "take_turn":
            self.intruders.append(step)
        if self.intruders or self._asked == 2:  # it was refused, or it would not ask again
            self._told.set()


def test_two_workers_do_not_work_on_one_volume_at_once(cloud, member, make, node):
    volume = make()
    node.write(volume, b"same")
    spec = service.SnapshotSpec(volume.id)
    taken = [service.create_snapshot(member, spec) for _ in range(2)]
    onlooker = Onlooker()

    with cloud.plugins.also(onlooker):
        ended = at_once([lambda: Worker(cloud).drain(patience_s=PATIENCE_S)] * 2)

    assert [] == [each for each in ended if isinstance(each, BaseException)]
    assert [] == onlooker.intruders
    assert {"available"} == {service.show_snapshot(member, each.id).status for each in taken}
