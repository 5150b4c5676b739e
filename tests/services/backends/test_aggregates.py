# SPDX-License-Identifier: Apache-2.0
"""Groups of clusters: their zones, and what flavors ask of them."""

from __future__ import annotations

import pytest

import synnefo_backends
from synnefo_backends import Demand
from synnefo_backends.words import suits
from synnefo_core.errors import Conflict, Duplicate, Invalid, NotFound

SIZES = {"nodes": "1", "vcpus": "4", "ram_mib": "4096", "disk_mib": "10240"}


@pytest.fixture(autouse=True)
def clusters(context):
    """Register two clusters, of which the operator has one in a zone of its own."""
    for name in ("alpha", "beta"):
        synnefo_backends.add(context, name=name, driver="sim", settings=SIZES)
        synnefo_backends.refresh(context, name)
    synnefo_backends.modify(context, "beta", zone="north")


@pytest.fixture
def east(context):
    """Return a group that puts beta into the zone east."""
    made = synnefo_backends.create_aggregate(context, "easterners", zone="east")
    return synnefo_backends.add_to_aggregate(context, made.id, "beta")


def zones(context):
    return {
        each.name: [cluster.name for cluster in each.backends]
        for each in synnefo_backends.zones(context)
    }


def chosen(context, **demand):
    small = {"vcpus": 1, "ram_mib": 512, "disk_mib": 1024}
    verdicts = synnefo_backends.why(context, Demand(**{**small, **demand}))
    return [each.name for each in verdicts if each.weight is not None]


def test_a_group_puts_its_clusters_into_its_zone(context, east):
    assert (("beta",), "east") == (east.clusters, east.zone)
    assert {"east": ["beta"], "nova": ["alpha"]} == zones(context)
    assert ["beta"] == chosen(context, zone="east")


def test_who_leaves_a_group_is_where_the_operator_had_it(context, east):
    synnefo_backends.remove_from_aggregate(context, east.id, "beta")

    assert {"north": ["beta"], "nova": ["alpha"]} == zones(context)


def test_what_the_operator_says_meanwhile_is_for_afterwards(context, east):
    during = synnefo_backends.modify(context, "beta", zone="south").zone
    synnefo_backends.set_aggregate_metadata(context, east.id, {"availability_zone": None})

    assert "east" == during
    assert {"south": ["beta"], "nova": ["alpha"]} == zones(context)


def test_a_group_moves_its_clusters_with_it(context, east):
    changed = synnefo_backends.modify_aggregate(context, east.id, name="others", zone="west")

    assert ("others", "west") == (changed.name, changed.zone)
    assert {"west": ["beta"], "nova": ["alpha"]} == zones(context)


def test_no_cluster_is_in_two_zones(context, east):
    west = synnefo_backends.create_aggregate(context, "westerners", zone="west")
    plain = synnefo_backends.create_aggregate(context, "plain")
    synnefo_backends.add_to_aggregate(context, plain.id, "beta")

    with pytest.raises(Conflict):
        synnefo_backends.add_to_aggregate(context, west.id, "beta")
    with pytest.raises(Invalid):
        synnefo_backends.modify_aggregate(context, plain.id, zone="west")

    assert () == synnefo_backends.show_aggregate(context, west.id).clusters
    assert "" == synnefo_backends.show_aggregate(context, plain.id).zone
    assert {"east": ["beta"], "nova": ["alpha"]} == zones(context)


def test_only_an_empty_group_goes_and_a_cluster_leaves_its_groups_with_it(context, east):
    with pytest.raises(Invalid):
        synnefo_backends.delete_aggregate(context, east.id)
    synnefo_backends.remove(context, "beta")
    emptied = synnefo_backends.show_aggregate(context, east.id).clusters
    synnefo_backends.delete_aggregate(context, east.id)

    assert () == emptied
    assert [] == synnefo_backends.list_aggregates(context)


def test_names_are_taken_once_and_strangers_are_not_found(context, east):
    with pytest.raises(Duplicate):
        synnefo_backends.create_aggregate(context, "easterners")
    with pytest.raises(Conflict):
        synnefo_backends.add_to_aggregate(context, east.id, "beta")
    for stranger in ("alpha", "nobody"):
        with pytest.raises(NotFound):
            synnefo_backends.remove_from_aggregate(context, east.id, stranger)
    with pytest.raises(NotFound):
        synnefo_backends.show_aggregate(context, east.id + 1)
    with pytest.raises(Invalid):
        synnefo_backends.create_aggregate(context, "colons", zone="a:b")


def test_a_flavor_goes_where_its_words_are_said(context, east):
    synnefo_backends.set_aggregate_metadata(context, east.id, {"disk": "ssd,nvme"})

    assert ["beta"] == chosen(context, words={"disk": "ssd"})
    assert [] == chosen(context, words={"disk": "ssd", "gpu": "yes"})
    assert ["alpha", "beta"] == chosen(context)


@pytest.mark.parametrize(
    "values, asked, is_suited",
    [
        (["ssd"], "ssd", True),
        (["hdd"], "ssd", False),
        ([], "ssd", False),
        (["hdd, ssd"], "ssd", True),
        (["nvme"], "<or> ssd <or> nvme", True),
        (["hdd"], "<or> ssd <or> nvme", False),
        (["fast-ssd"], "<in> ssd", True),
        (["4"], "= 3", True),
        (["4"], "== 3", False),
        (["4"], "<= 4", True),
        (["many"], ">= 4", False),
        (["b"], "s> a", True),
        (["ssd"], "s!= ssd", False),
    ],
)
def test_words_are_compared_as_novas_are(values, asked, is_suited):
    assert is_suited is suits(values, asked)
