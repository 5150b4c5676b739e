# SPDX-License-Identifier: Apache-2.0
"""Where servers go: what takes clusters out, who is told of it, and what operators choose."""

from __future__ import annotations

import logging

import pytest

import synnefo_backends
from synnefo_backends import Demand, NoRoomAnywhere
from synnefo_backends.models import BackendRow
from synnefo_core.context import for_worker
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.contracts.placement import Filter, Weigher
from synnefo_core.errors import Invalid
from synnefo_core.hookspecs import hookimpl
from synnefo_core.plugins import Plugins

SMALL = {"vcpus": 1, "ram_mib": 512, "disk_mib": 1024}
SIZES = {"nodes": "1", "vcpus": "4", "ram_mib": "4096", "disk_mib": "10240"}


@pytest.fixture
def clusters(context) -> dict[str, str]:
    """Register three simulated clusters; return their ids by their names."""
    found = {}
    for name in ("alpha", "beta", "gamma"):
        added = synnefo_backends.add(context, name=name, driver="sim", settings=SIZES)
        synnefo_backends.refresh(context, name)
        found[name] = added.id
    return found


def chosen(context, clusters, **demand):
    """Return the names of the clusters that might be chosen, and why the others are out."""
    verdicts = synnefo_backends.why(context, Demand(**{**SMALL, **demand}))
    out = {each.name: dict(each.reasons) for each in verdicts if each.weight is None}
    return [each.name for each in verdicts if each.weight is not None], out


def test_a_reserved_cluster_is_for_its_projects_and_they_have_no_other(context, clusters):
    synnefo_backends.modify(context, "alpha", reserve=["ours"], is_public=False)

    ours, out = chosen(context, clusters, project_id="ours")
    theirs, others_out = chosen(context, clusters, project_id="theirs")

    assert ["alpha"] == ours
    assert {"project": "the project has clusters of its own"} == out["beta"]
    assert ["beta", "gamma"] == theirs
    assert {"project": "reserved for other projects"} == others_out["alpha"]


def test_a_reserved_cluster_that_is_public_takes_others_too(context, clusters):
    synnefo_backends.modify(context, "alpha", reserve=["ours"])

    assert ["alpha", "beta", "gamma"] == chosen(context, clusters, project_id="theirs")[0]


def test_a_reservation_ends(context, clusters):
    synnefo_backends.modify(context, "alpha", reserve=["ours", "more"], is_public=False)
    synnefo_backends.modify(context, "alpha", free=["ours"])

    assert ("more",) == synnefo_backends.find(context, "alpha").projects
    assert ["beta", "gamma"] == chosen(context, clusters, project_id="ours")[0]


def test_a_removed_cluster_is_reserved_for_nobody(context, clusters):
    synnefo_backends.modify(context, "alpha", reserve=["ours"])
    synnefo_backends.remove(context, "alpha")

    assert ["beta", "gamma"] == chosen(context, clusters, project_id="ours")[0]


def test_a_zone_is_kept_to(context, clusters):
    synnefo_backends.modify(context, "beta", zone="north")

    assert ["beta"] == chosen(context, clusters, zone="north")[0]
    assert {"zone": "in the zone north"} == chosen(context, clusters, zone="nova")[1]["beta"]


def test_hints_name_clusters(context, clusters):
    apart = frozenset({clusters["alpha"]})
    together = frozenset({clusters["gamma"]})

    assert ["beta", "gamma"] == chosen(context, clusters, apart_from=apart)[0]
    assert ["gamma"] == chosen(context, clusters, together_with=together)[0]
    assert [] == chosen(context, clusters, together_with=together, apart_from=together)[0]


def test_drbd_takes_twice_the_disk(context, clusters):
    large = 6 * 1024

    assert chosen(context, clusters, disk_mib=large)[0]
    out = chosen(context, clusters, disk_mib=large, disk_template="drbd")[1]
    assert {"disk": "10240 MiB of disk left"} == out["alpha"]


def test_each_cluster_may_give_out_more_than_it_has(context, clusters):
    synnefo_backends.modify(context, "beta", ram_ratio=2.0)
    synnefo_backends.modify(context, "gamma", vcpu_ratio=1.0)

    assert ["beta"] == chosen(context, clusters, ram_mib=5000)[0]
    assert {"vcpus": "4 virtual processors left"} == chosen(context, clusters, vcpus=5)[1]["gamma"]
    with pytest.raises(Invalid, match="a ratio is above 0"):
        synnefo_backends.modify(context, "beta", ram_ratio=-1.0)


def test_a_cluster_that_fails_is_chosen_last(context, clusters):
    for name in ("beta", "gamma"):
        synnefo_backends.book(context, f"on {name}", clusters[name], Demand(**SMALL))
    with context.unit_of_work() as session:
        session.get_one(BackendRow, clusters["alpha"]).problem = "no answer"

    assert "alpha" == chosen(context, clusters)[0][-1]


def test_the_tenant_learns_how_many_and_the_operator_which(context, clusters, caplog):
    synnefo_backends.modify(context, "alpha", is_drained=True)

    with caplog.at_level(logging.WARNING), pytest.raises(NoRoomAnywhere) as refused:
        synnefo_backends.place(context, "s", Demand(**{**SMALL, "ram_mib": 10**6}))

    expected = (
        "no cluster has room for this server: 2 without enough memory, 1 closed for new servers"
    )
    assert expected == str(refused.value)
    [record] = [each for each in caplog.records if each.name == "synnefo_backends.allocator"]
    assert {"open": "drained", "ram": "4096 MiB of memory left"} == record.why["alpha"]
    assert {"ram": "4096 MiB of memory left"} == record.why["beta"]


def test_without_clusters_there_is_no_room(context):
    with pytest.raises(NoRoomAnywhere, match=r"^no cluster has room for this server$"):
        synnefo_backends.place(context, "s", Demand(**SMALL))


class Nightly:
    """A plugin with a filter and a weigher of its own."""

    @hookimpl
    def placement_filters(self):
        """Keep servers off alpha."""
        return [Filter("night", lambda each, _: "by day" if each.name == "alpha" else "", "closed")]

    @hookimpl
    def placement_weighers(self):
        """Prefer gamma."""
        return [Weigher("taste", lambda each, _: 0.0 if each.name == "gamma" else 1.0)]


def placed(make_cloud, **options):
    """Return the verdicts on three clusters in a cloud with that plugin and such options."""
    settings = {("backends", name): value for name, value in options.items()}
    context = for_worker(make_cloud(settings, plugins_=Plugins({"nightly": Nightly()})))
    for name in ("alpha", "beta", "gamma"):
        synnefo_backends.add(context, name=name, driver="sim", settings=SIZES)
        synnefo_backends.refresh(context, name)
    return synnefo_backends.why(context, Demand(**SMALL))


def test_filters_of_plugins_take_part(make_cloud):
    *_, alpha = placed(make_cloud)

    assert ("alpha", {"night": "by day"}, None) == (alpha.name, alpha.reasons, alpha.weight)


def test_operators_choose_filters_and_weighers(make_cloud):
    verdicts = placed(make_cloud, filters=["open", "ram"], weighers={"taste": "2"})

    expected = [("gamma", 0.0), ("alpha", 2.0), ("beta", 2.0)]
    assert expected == [(each.name, each.weight) for each in verdicts]


@pytest.mark.parametrize(
    "options, problem",
    [
        ({"filters": ["moon"]}, "there is no moon; known: aggregates, disk, disk-template, group"),
        ({"weighers": {"moon": "1"}}, "there is no moon; known: failing, fullness, group, taste"),
        ({"weighers": {"taste": "much"}}, "the factor of taste is no number: much"),
    ],
)
def test_what_nobody_has_is_refused_with_what_there_is(make_cloud, options, problem):
    with pytest.raises(Misconfigured, match=problem):
        placed(make_cloud, **options)
