# SPDX-License-Identifier: Apache-2.0
"""What servers used, from what clusters tell to what owners see."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import event, func, select

import synnefo_backends
import synnefo_compute
from synnefo_compute import ServerSpec
from synnefo_compute.figures import asked, heard, series
from synnefo_compute.figures.intake import take_in
from synnefo_compute.figures.rates import STEPS
from synnefo_compute.models import FigureRow, GraphRow
from synnefo_core.commands import main
from synnefo_core.contracts.bus import Message
from synnefo_core.contracts.figures import Card, Disk, Sample, messages
from synnefo_core.errors import InvalidField, NotFound
from synnefo_core.testing.fixtures import StillClock

MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86400.0


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def server(submit, settle, cluster, clock, monkeypatch):
    """A server that runs; its jobs take no time, and its cluster has the cloud's clock."""
    monkeypatch.setattr(cluster.cluster, "_clock", clock)
    made = submit()
    settle()
    return made


@pytest.fixture
def first(server, clock):
    """A sample of the server."""
    return Sample(
        f"snf-{server.id}", at=clock.now(), began_at=clock.now() - 100, cpu_s=50.0, ram_mib=900
    )


@pytest.fixture
def tell(context, clock):
    """Return a function that has the cluster tell a sample now."""

    def told(sample, *, after_s=0.0, sender="sim"):
        clock.advance(after_s)
        (payload,) = messages("node1.sim", [replace(sample, at=clock.now())])
        heard.hear(context, [Message("compute.figures", json.loads(json.dumps(payload)), sender)])

    return told


def rates_of(context, server, **asked_for):
    found = synnefo_compute.server_figures(context, server.id, **asked_for)
    return [point.rates for point in found.points]


def rows(context):
    with context.reading() as session:
        return [session.scalar(select(func.count()).select_from(m)) for m in (FigureRow, GraphRow)]


def test_counters_become_rates(server, member, first, tell):
    tell(first)
    tell(
        replace(
            first,
            cpu_s=80.0,
            cards=(Card("nic-a", rx_bytes=6000, tx_bytes=600), Card("1", rx_bytes=60)),
            disks=(Disk("", read_bytes=120, write_bytes=240, writes=60),),
        ),
        after_s=MINUTE_S,
    )

    (found,) = synnefo_compute.server_figures(member, server.id).points

    assert (60, 900, 0.5) == (found.seconds, found.ram_mib, found.rates["cpu"])
    wanted = {"rx_bytes": 101, "tx_bytes": 10, "read_bytes": 2, "write_bytes": 4, "writes": 1}
    assert wanted == {name: found.rates[name] for name in wanted}


def test_a_round_that_is_lost_is_spread_and_one_that_comes_twice_counts_once(
    server, member, first, tell
):
    tell(first)
    tell(replace(first, cpu_s=80.0), after_s=2 * MINUTE_S)
    tell(replace(first, cpu_s=80.0))

    assert [0.25] == [rates["cpu"] for rates in rates_of(member, server)]


def test_counters_that_begin_again_count_whole(server, member, first, tell, clock):
    card = Card("nic-a", rx_bytes=90_000)
    tell(replace(first, cards=(card,)))
    rebooted = replace(first, began_at=clock.now() + 30, cpu_s=6.0)

    tell(replace(rebooted, cards=(replace(card, rx_bytes=600),)), after_s=MINUTE_S)

    (rates,) = rates_of(member, server)
    assert (0.1, 10) == (rates["cpu"], rates["rx_bytes"])


def test_a_card_that_is_plugged_in_counts_from_nothing(server, member, first, tell):
    tell(first)

    tell(replace(first, cards=(Card("nic-new", rx_bytes=120),)), after_s=MINUTE_S)

    assert [2] == [rates["rx_bytes"] for rates in rates_of(member, server)]


def test_what_did_not_run_used_nothing_and_is_not_spread(server, member, first, tell, clock):
    tell(first)
    started = replace(first, began_at=clock.now() + HOUR_S - 100, cpu_s=50.0)

    tell(started, after_s=HOUR_S)

    (found,) = synnefo_compute.server_figures(
        member, server.id, since=clock.now() - DAY_S / 4
    ).points
    assert (100, 0.5) == (found.seconds, found.rates["cpu"])


def test_coarser_steps_tell_the_same_for_longer(server, member, first, tell, clock):
    sample = first
    tell(sample)
    for _ in range(125):
        sample = replace(sample, cpu_s=sample.cpu_s + 30)
        tell(sample, after_s=MINUTE_S)

    since = clock.now() - 5 * HOUR_S
    assert [125, 12, 1] == [
        len(rates_of(member, server, since=since, step_s=step.step_s)) for step in STEPS
    ]
    assert {0.5} == {
        rates["cpu"]
        for step in STEPS
        for rates in rates_of(member, server, since=since, step_s=step.step_s)
    }


def test_the_step_is_the_finest_that_reaches_so_far(server, member, clock):
    def step(age_s):
        return synnefo_compute.server_figures(member, server.id, since=clock.now() - age_s).step_s

    assert [60, 600, 7200, 7200] == [step(each * DAY_S) for each in (0.2, 3, 30, 300)]
    with pytest.raises(InvalidField):
        synnefo_compute.server_figures(member, server.id, step_s=61)


def test_points_are_forgotten_in_time_and_with_the_server(
    server, member, first, tell, context, clock, settle
):
    tell(first)
    tell(replace(first, cpu_s=80.0), after_s=MINUTE_S)
    tell(replace(first, cpu_s=90.0), after_s=2 * HOUR_S)
    assert [1, 4] == rows(context)

    clock.advance(DAY_S / 4 + HOUR_S)
    series.sweep(context)
    assert [1, 2] == rows(context)

    synnefo_compute.delete_server(member, server.id)
    settle()
    assert [0, 0] == rows(context)


def test_a_cluster_is_not_believed_about_servers_of_others(server, context, first, tell, add):
    add("other")

    tell(first, sender="other")
    tell(first, sender="nobody")
    tell(replace(first, instance="snf-nothing"))
    tell(replace(first, instance="theirs"))

    assert [0, 0] == rows(context)


def test_clocks_that_are_wrong_are_not_heeded(server, context, cluster, first, clock):
    backend = synnefo_backends.find(context, "sim")
    ahead = replace(first, at=clock.now() + HOUR_S)
    behind = replace(first, at=clock.now() - 2 * HOUR_S)

    assert [{"late": 1}] * 2 == [
        dict(+take_in(context, backend, [each])) for each in (ahead, behind)
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"cpu_s": -1},
        {"cpu_s": "much"},
        {"cpu_s": float("nan")},
        {"ram_mib": 2**70},
        {"at": None},
        {"cards": [{"name": "a"}] * 2},
        {"cards": [{"name": "a", "rx_bytes": -1}]},
        {"cards": [{"name": "a", "luck": 1}]},
        {"disks": [{"name": str(number)} for number in range(100)]},
        {"disks": {}},
        {"instance": "snf-\n"},
        {"node": "of another"},
        {"more": 1},
    ],
    ids=lambda wrong: f"{next(iter(wrong))}",
)
def test_senseless_figures_are_passed_over_and_the_others_heard(
    server, context, first, clock, wrong
):
    (good,) = messages("node1.sim", [first])
    bad = {**good, "samples": [{**good["samples"][0], **wrong}]}

    heard.hear(context, [Message("compute.figures", each, "sim") for each in (bad, {}, good)])

    assert [1, 0] == rows(context)


def test_a_simulated_cluster_is_asked_and_diagnostics_tell_it(
    server, member, context, clock, cluster
):
    asked.ask_all(context)
    clock.advance(MINUTE_S)
    asked.ask_all(context)

    (rates,) = rates_of(member, server)
    assert all(rates[name] > 0 for name in ("cpu", "rx_bytes", "write_bytes", "writes"))
    found = synnefo_compute.diagnose_server(member, server.id)
    assert found.used.cpu_s > 0
    assert [True], [False] == [[card.rx_bytes > 0 for card in found.cards], [None in found.disks]]

    clock.advance(HOUR_S)
    assert synnefo_compute.diagnose_server(member, server.id).used is None


def test_figures_are_the_projects_own(server, member):
    with pytest.raises(NotFound):
        synnefo_compute.server_figures(replace(member, project_id="p2"), server.id)


def test_an_operator_sees_what_a_server_used(
    server, first, tell, cloud, capsys, monkeypatch, member
):
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)
    tell(first)
    tell(replace(first, cpu_s=80.0), after_s=MINUTE_S)

    words = ["server", "statistics", server.id, "--hours", "100000", "--step", "60", "-f", "json"]
    assert 0 == main(["--data", str(cloud.data_dir), *words])

    (row,) = json.loads(capsys.readouterr().out)
    assert (60, 900, 0.5) == (row["Seconds"], row["RAM MiB"], row["cpu"])


def test_many_servers_are_taken_in_by_few_statements(server, member, context, settle, clock):
    made = [synnefo_compute.create_server(member, ServerSpec("web", "small")) for _ in range(4)]
    settle()
    asked.ask_all(context)
    clock.advance(MINUTE_S)
    backend, seen = synnefo_backends.find(context, "sim"), []
    event.listen(
        context.cloud.database.engine, "before_cursor_execute", lambda *a: seen.append(a[2])
    )

    asked.ask(context, backend)

    assert len(seen) <= 9
    assert [4, 5] == [len(made), rows(context)[1]]
