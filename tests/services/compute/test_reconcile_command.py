# SPDX-License-Identifier: Apache-2.0
"""``synnefo reconcile servers``: GNT-056, GNT-057."""

from __future__ import annotations

from dataclasses import replace

import pytest

import synnefo_compute
import synnefo_quota
from synnefo_backend_sim import operator
from synnefo_compute import observed
from synnefo_compute.models import ServerRow
from synnefo_compute.reconcile import survey
from synnefo_core.commands import main
from synnefo_core.contracts.compute import InstanceSpec
from synnefo_core.errors import NotFound
from tests.services.compute.test_servers import held


def instance_of(server) -> str:
    return f"snf-{server.id}"


def lose_row(context, server) -> None:
    """Mark a server as deleted though its instance is there."""
    with context.unit_of_work() as session:
        observed.forget(context, session.get_one(ServerRow, server.id))


def test_nothing_differs_in_a_cloud_that_nobody_meddled_with(server, reconcile):
    assert [] == reconcile()


def test_a_server_that_is_being_made_is_left_alone(submit, reconcile):
    submit()

    assert [] == reconcile()


def test_what_an_operator_did_is_told_and_not_changed(server, member, cluster, reconcile):
    operator.stop(cluster.cluster, instance_of(server))

    assert [("power", server.id)] == reconcile(expect=1)
    assert [("power", server.id)] == reconcile("--backend", "sim", expect=1)
    assert "active" == synnefo_compute.show_server(member, server.id).vm_state


def test_all_that_was_modified_is_told(server, cluster, reconcile):
    operator.modify(
        cluster.cluster,
        instance_of(server),
        lambda found: replace(found, ram_mib=2048, nics=(), disks=(), tags=()),
    )

    assert {"size", "nics", "disks", "tags"} == {kind for kind, _ in reconcile(expect=1)}


def test_a_card_that_the_guest_could_not_be_given_is_told_and_left_to_people(
    server, cluster, reconcile, monkeypatch
):
    instance = cluster.inventory.instance(instance_of(server))
    lacking = {instance.name: {each.mac.lower() for each in instance.nics}}
    monkeypatch.setattr(type(cluster.cards), "lacking", lambda *_, **__: lacking)

    assert [("nics", server.id)] == reconcile(expect=1)
    assert [("nics", server.id)] == reconcile("--fix", "all", expect=1)


def test_a_vanished_instance_is_told(server, cluster, reconcile):
    operator.remove(cluster.cluster, instance_of(server))

    assert [("stale", server.id)] == reconcile(expect=1)


def test_all_that_differs_is_repaired_when_asked(server, member, context, cluster, reconcile):
    operator.modify(
        cluster.cluster, instance_of(server), lambda found: replace(found, vcpus=4, nics=())
    )
    operator.stop(cluster.cluster, instance_of(server))

    assert {"power", "size", "nics"} == {kind for kind, _ in reconcile("--fix", "all")}
    assert [] == reconcile()
    assert [] == synnefo_quota.verify(context)


def test_what_was_not_asked_for_is_left(server, member, cluster, reconcile):
    operator.modify(cluster.cluster, instance_of(server), lambda found: replace(found, vcpus=4))
    operator.stop(cluster.cluster, instance_of(server))

    reconcile("--fix", "size,node", expect=1)

    assert [("power", server.id)] == reconcile(expect=1)


def test_our_tag_is_put_back(server, cluster, reconcile):
    operator.modify(cluster.cluster, instance_of(server), lambda found: replace(found, tags=("x",)))

    assert [("tags", server.id)] == reconcile("--fix", "all")
    assert [] == reconcile()
    assert "x" in cluster.inventory.instance(instance_of(server)).tags


def test_a_cluster_that_sets_no_tags_has_them_told(server, cluster, reconcile, monkeypatch):
    monkeypatch.setattr("synnefo_backends.has_facet", lambda *_: False)
    operator.modify(cluster.cluster, instance_of(server), lambda found: replace(found, tags=()))

    assert [("tags", server.id)] == reconcile("--fix", "all", expect=1)


def test_a_stale_server_is_deleted_by_hand_and_all_is_given_back(
    server, member, context, cluster, reconcile
):
    operator.remove(cluster.cluster, instance_of(server))

    assert [("stale", server.id)] == reconcile("--fix", "stale")
    with pytest.raises(NotFound):
        synnefo_compute.show_server(member, server.id)
    assert [] == synnefo_quota.verify(context)
    assert 0 == held(member).get("cyclades.vm", 0)


def test_an_orphan_is_removed_by_hand(server, context, cluster, reconcile, monkeypatch):
    monkeypatch.setattr(survey, "ORPHAN_GRACE_S", 0.0)
    lose_row(context, server)

    assert [("orphans", server.id)] == reconcile(expect=1)
    assert [("orphans", server.id)] == reconcile("--fix", "orphans")
    assert [] == cluster.inventory.instances()


def test_an_instance_that_only_has_our_name_is_never_removed(cluster, reconcile, monkeypatch):
    monkeypatch.setattr(survey, "ORPHAN_GRACE_S", 0.0)
    operator.add(cluster.cluster, InstanceSpec("snf-stray", vcpus=1, ram_mib=128))

    assert [("orphans", "stray")] == reconcile("--fix", "all", expect=1)
    assert ["snf-stray"] == [each.name for each in cluster.inventory.instances()]


def test_a_kind_that_there_is_not_is_a_mistake(cloud, reconcile):
    with pytest.raises(SystemExit):
        reconcile("--fix", "everything")


def test_an_instance_that_was_just_made_is_no_orphan(cluster, reconcile):
    operator.add(cluster.cluster, InstanceSpec("snf-stray", vcpus=1, ram_mib=128))

    assert [] == reconcile()


def test_a_cluster_that_does_not_answer_is_unknown_and_not_stale(server, cluster, reconcile):
    operator.set_unreachable(cluster.cluster, is_unreachable=True)

    assert [("unknown", "")] == reconcile(expect=1)


def test_a_cluster_that_there_is_not_is_a_mistake(cloud, capsys, monkeypatch):
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)

    assert 1 == main(
        ["--data", str(cloud.data_dir), "reconcile", "servers", "--backend", "nowhere"]
    )
    assert "nowhere" in capsys.readouterr().err
