# SPDX-License-Identifier: Apache-2.0
"""What a simulated cluster tells of its jobs, and what of that goes astray."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from synnefo_backend_sim.eventd import Eventd
from synnefo_backend_sim.losses import LONGEST_DELAY, Losses, Shares
from synnefo_backend_sim.notices import Notice, Notices
from synnefo_core.contracts.bus import BusUnavailable
from synnefo_core.contracts.networks import NetworkSpec


def states(notices):
    return [(notice.job, notice.state, notice.at) for notice in notices]


def some(number):
    return [Notice(str(job), f"snf-{job}", "start", "success", float(job)) for job in range(number)]


class Broker:
    """Remembers what is published while it is up."""

    def __init__(self):
        self.messages, self.is_up = [], True

    def publish(self, message):
        if not self.is_up:
            raise BusUnavailable("the broker is away")
        self.messages.append((message.topic, message.payload.get("state")))


@pytest.fixture
def notices(backend):
    return Notices(backend.cluster)


def test_each_state_of_a_job_is_told_once(backend, clock, spec, notices):
    backend.lifecycle.create(spec())

    assert [("1", "running", 1000.0)] == states(notices.new())
    assert [] == notices.new()
    clock.at += 15
    assert [("1", "success", 1010.0)] == states(notices.new())
    assert [] == notices.new()


def test_a_job_that_waits_is_told_of_too(backend, running, clock, notices):
    notices.new()
    backend.lifecycle.stop(running)
    backend.lifecycle.start(running)

    assert ["running", "queued"] == [notice.state for notice in notices.new()]
    clock.at += 20
    assert [("2", "success"), ("3", "success")] == [(n.job, n.state) for n in notices.new()]


def test_who_begins_late_is_told_of_what_ended_lately(backend, running, clock):
    clock.at += 100
    backend.lifecycle.stop(running)
    clock.at += 10

    assert ["2"] == [notice.job for notice in Notices(backend.cluster, since=clock.at - 50).new()]


def test_a_share_of_the_notices_goes_astray():
    sent = some(3000)
    losses = Losses(Shares(lost=0.1, doubled=0.1, reordered=0.1, seed=7))

    came = [*losses.through(sent), *losses.through([])]

    counted = Counter(Counter(notice.job for notice in came).values())
    assert 200 < 3000 - sum(counted.values()) < 400
    assert 200 < counted[2] < 400
    late = [after for before, after in itertools.pairwise(came) if after.at < before.at]
    assert 200 < len(late) < 400


def test_what_is_late_is_not_late_for_ever():
    losses = Losses(Shares(reordered=1.0))

    came = list(losses.through(some(100)))
    places = {notice.job: place for place, notice in enumerate(came)}

    assert all(place <= int(job) + LONGEST_DELAY + 1 for job, place in places.items())
    assert 100 == len({*came, *losses.through([])})


def test_the_same_seed_has_the_same_fates():
    shares = Shares(lost=0.3, doubled=0.3, seed=3)

    assert [*Losses(shares).through(some(50))] == [*Losses(shares).through(some(50))]


def test_what_the_broker_did_not_take_is_told_when_it_is_back(backend, spec, clock, notices):
    broker = Broker()
    eventd = Eventd(notices, Losses(Shares()), broker, heartbeat_s=3600.0)
    eventd.turn()
    backend.lifecycle.create(spec())
    broker.is_up = False

    with pytest.raises(BusUnavailable):
        eventd.turn()
    broker.is_up = True
    clock.at += 10
    eventd.turn()

    jobs = [("compute.job", "running"), ("compute.job", "success")]
    assert [("compute.heartbeat", None), *jobs] == broker.messages


def test_what_is_told_of_a_network_has_a_topic_of_its_own(backend, clock, notices):
    broker = Broker()
    eventd = Eventd(notices, Losses(Shares()), broker, heartbeat_s=3600.0)
    backend.networks.bring(NetworkSpec("snf-net-1", "10.0.0.0/24"))
    clock.at += 15

    eventd.turn()

    assert ("network.job", "success") == broker.messages[0]
