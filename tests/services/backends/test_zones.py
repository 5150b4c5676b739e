# SPDX-License-Identifier: Apache-2.0
"""Zones: whether any of their clusters takes servers."""

from __future__ import annotations

import pytest

import synnefo_backends
from synnefo_core.contracts.driver import DriverError


@pytest.fixture
def clusters(context):
    """Register two clusters and ask one of them how large it is."""
    for name in ("alpha", "beta"):
        synnefo_backends.add(context, name=name, driver="sim", settings={})
    synnefo_backends.refresh(context, "alpha")


def only_zone(context):
    [zone] = synnefo_backends.zones(context)
    return zone


def test_a_zone_without_clusters_is_not_available(context):
    assert not only_zone(context).is_available


def test_a_zone_is_available_while_one_of_its_clusters_takes_servers(context, clusters):
    zone = only_zone(context)

    assert ["alpha", "beta"] == [backend.name for backend in zone.backends]
    assert [True, False] == [backend.is_open for backend in zone.backends]
    assert zone.is_available


@pytest.mark.parametrize("change", ["is_drained", "is_offline"])
def test_a_closed_cluster_and_an_unknown_one_make_no_zone(context, clusters, change):
    synnefo_backends.modify(context, "alpha", **{change: True})

    assert not only_zone(context).is_available


def test_a_cluster_that_does_not_answer_is_not_up(context, clusters):
    url = {"url": "https://127.0.0.1:1", "password": "p", "insecure": "true"}
    synnefo_backends.add(context, name="dead", driver="ganeti", settings=url)
    with pytest.raises(DriverError):
        synnefo_backends.refresh(context, "dead")

    up = {backend.name: backend.is_up for backend in only_zone(context).backends}
    assert {"alpha": True, "beta": False, "dead": False} == up
