# SPDX-License-Identifier: Apache-2.0
"""The file, its settings, and what is not in it."""

import sqlite3
import stat

import pytest

from synnefo_backend_sim import ClusterFile, SimBackend
from synnefo_core.contracts.compute import BackendError, BackendUnavailable, JobState
from synnefo_core.contracts.driver import DriverSetup, Misconfigured


def test_the_cluster_is_made_when_it_is_first_looked_at(open_cluster, tmp_path):
    backend = open_cluster()
    assert [] == list(tmp_path.iterdir())

    backend.capabilities()

    assert (tmp_path / "local.sqlite").exists()


def test_only_its_owner_reads_the_file(backend):
    backend.capabilities()

    assert 0o600 == stat.S_IMODE(backend.cluster.path.stat().st_mode)


def test_a_cluster_outlives_its_backend(open_cluster, clock, spec):
    first = open_cluster()
    job_id = first.lifecycle.create(spec())
    first.close()
    clock.at += 10

    assert JobState.SUCCESS is open_cluster().job_queue.job(job_id).state


def test_a_cluster_keeps_its_nodes_and_follows_the_pace(open_cluster, clock, spec):
    open_cluster(nodes=2).capabilities()

    backend = open_cluster(nodes=7, job_delay_min_s=3.0, job_delay_max_s=3.0)

    job_id = backend.lifecycle.create(spec())
    clock.at += 10
    assert 1003.0 == backend.job_queue.job(job_id).ended_at
    assert 2 == backend.inventory.capacity().nodes


def test_clusters_of_two_names_are_two_clusters(open_cluster, spec):
    one, other = open_cluster(cluster="one"), open_cluster(cluster="other")

    one.lifecycle.create(spec())

    assert 1 == len(one.inventory.instances())
    assert [] == other.inventory.instances()


def test_secrets_are_not_kept(backend, spec, tmp_path):
    backend.lifecycle.create(
        spec(os_parameters={"image": "x"}, secret_parameters={"password": "hunter2-hunter2"})
    )

    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"snf-1" in kept
    assert b"hunter2" not in kept


@pytest.mark.parametrize(
    "settings",
    [
        {"job_delay_min_s": 2.0, "job_delay_max_s": 1.0},
        {"cluster": "../elsewhere"},
        {"cluster": "a b"},
        {"cluster": ".hidden"},
    ],
)
def test_settings_that_can_not_work_are_told(settings, tmp_path):
    with pytest.raises(Misconfigured):
        SimBackend(DriverSetup("local", settings, tmp_path))


def test_every_setting_has_a_default_within_its_bounds():
    for option in SimBackend.options():
        assert option.type(option.default) == option.default, option.name


def test_somebody_without_a_layout_makes_no_cluster(tmp_path):
    cluster = ClusterFile(tmp_path / "none.sqlite")

    with pytest.raises(BackendUnavailable):
        cluster.look(lambda turn: turn.now)

    assert [] == list(tmp_path.iterdir())


def test_a_file_that_is_no_cluster_is_left_alone(open_cluster, tmp_path):
    path = tmp_path / "letter"
    path.write_text("dear SQLite, " * 100)

    with pytest.raises(BackendError):
        open_cluster(path=str(path)).inventory.instances()

    assert path.read_text().startswith("dear SQLite")


def test_a_file_of_another_version_is_left_alone(open_cluster, tmp_path):
    with sqlite3.connect(tmp_path / "local.sqlite") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()

    with pytest.raises(BackendError):
        open_cluster().inventory.instances()


def test_a_place_that_can_not_hold_a_file_is_unavailable(open_cluster, tmp_path):
    (tmp_path / "folder").mkdir()

    with pytest.raises(BackendUnavailable):
        open_cluster(path=str(tmp_path / "folder")).inventory.instances()


def test_a_listing_takes_as_many_statements_for_1000_instances_as_for_one(
    open_cluster, clock, spec, monkeypatch
):
    statements = []
    connect = sqlite3.connect

    def watched(*args, **kwargs):
        db = connect(*args, **kwargs)
        db.set_trace_callback(statements.append)
        return db

    monkeypatch.setattr(sqlite3, "connect", watched)
    backend = open_cluster(nodes=100, jobs_at_once=2000)
    for number in range(1000):
        backend.lifecycle.create(spec(f"snf-{number:04}"))
    clock.at += 10
    backend.inventory.instances()
    statements.clear()

    listed = backend.inventory.instances("snf-")

    assert (1000, "snf-0000", "snf-0999") == (len(listed), listed[0].name, listed[-1].name)
    assert len(statements) <= 3
    assert not any(statement.startswith("BEGIN") for statement in statements)
