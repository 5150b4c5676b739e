# SPDX-License-Identifier: Apache-2.0
"""What a process has: shared things, drivers, time, marks of what was made."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from oslo_config import cfg

from synnefo_core import bootstrap
from synnefo_core.clock import Clock, iso, iso_micro, iso_naive
from synnefo_core.cloud import assemble
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.contracts.storage import Storage
from synnefo_core.testing.fakes import MemoryStorage

MOMENT = 1_800_000_000.25


class Closing:
    def __init__(self, log, name):
        self._log, self._name = log, name

    def close(self):
        self._log.append(self._name)


def test_a_shared_thing_is_made_once(cloud):
    made, gate = [], threading.Barrier(4)

    def make():
        made.append(1)
        return object()

    def ask():
        gate.wait(10)
        return cloud.shared("test.thing", make)

    with ThreadPoolExecutor(4) as pool:
        things = {asking.result() for asking in [pool.submit(ask) for _ in range(4)]}

    assert (1, 1) == (len(made), len(things))


def test_a_shared_thing_may_need_another(cloud):
    assert "ab" == cloud.shared("b", lambda: cloud.shared("a", lambda: "a") + "b")


def test_what_is_shared_is_closed_the_database_last(house):
    cloud, log = house(), []
    cloud.database.close = lambda: log.append("database")
    cloud.shared("one", lambda: Closing(log, "one"))
    cloud.shared("plain", object)
    cloud.shared("two", lambda: Closing(log, "two"))

    cloud.close()

    assert ["one", "two", "database"] == log


class Store(MemoryStorage):
    """A store with a setting, for a section of its own."""

    @classmethod
    def options(cls):
        return [cfg.IntOpt("limit_mib", default=5, min=1)]

    def __init__(self, setup):
        super().__init__(setup)
        self.setup = setup


@pytest.fixture
def installed(monkeypatch):
    monkeypatch.setattr("synnefo_core.cloud.driver_class", lambda _kind, _name: Store)


@pytest.fixture
def configured(house, tmp_path):
    """Return a function that makes a cloud of a configuration file."""

    def make(text):
        file = tmp_path / "test.conf"
        file.write_text(text)
        cloud = house()
        return assemble(data_dir=cloud.data_dir, files=(file,), plugins=cloud.plugins)

    return make


def test_a_section_makes_a_driver_with_its_settings(installed, configured):
    cloud = configured("[storage]\nstores = fast, slow\n[store_fast]\ndriver = x\nlimit_mib = 7\n")

    store = cloud.store()

    assert isinstance(store, Storage)
    assert ("fast", {"limit_mib": 7}) == (store.setup.name, store.setup.settings)
    assert store is cloud.store("fast")


def test_a_driver_has_a_private_directory(installed, configured):
    store = configured("[storage]\nstores = fast\n[store_fast]\ndriver = x\n").store()

    assert 0o700 == store.setup.state_directory.stat().st_mode & 0o777


def test_a_section_that_names_no_driver_is_said(configured):
    cloud = configured("[storage]\nstores = fast\n")

    with pytest.raises(Misconfigured, match=r"section \[store_fast\] must name its driver"):
        cloud.store()


def test_a_driver_that_fails_is_tried_again(configured, monkeypatch):
    cloud = configured("[store_fast]\ndriver = nothing-of-this-name\n")

    for _ in range(2):
        with pytest.raises(Misconfigured, match="no storage driver is called"):
            cloud.store("fast")


def test_the_data_directory_is_private(tmp_path):
    cloud = assemble(data_dir=tmp_path / "a" / "b")
    with cloud.database.reading() as session:
        session.connection()
    cloud.close()

    assert 0o700 == (tmp_path / "a" / "b").stat().st_mode & 0o777
    assert {0o600} == {
        path.stat().st_mode & 0o777 for path in cloud.data_dir.glob("synnefo.sqlite*")
    }


def test_what_is_made_once_is_not_made_again(cloud):
    made = []
    for _ in range(2):
        with bootstrap.once(cloud, "test.network") as is_first:
            made.append(is_first)

    assert [True, False] == made
    assert bootstrap.was_done(cloud, "test.network")


def fail_to_make(cloud):
    with bootstrap.once(cloud, "test.network") as is_first:
        assert is_first
        raise ValueError("no")


def test_what_could_not_be_made_is_tried_again(cloud):
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            fail_to_make(cloud)

    assert not bootstrap.was_done(cloud, "test.network")


def test_a_mark_can_be_made_twice(cloud):
    bootstrap.mark(cloud, "test.files")
    bootstrap.mark(cloud, "test.files")

    assert bootstrap.was_done(cloud, "test.files")


def test_processes_that_bootstrap_at_once_make_a_thing_once(cloud, make_cloud):
    clouds, gate = [cloud, make_cloud(like=cloud)], threading.Barrier(2)

    def make(cloud):
        gate.wait(10)
        with bootstrap.once(cloud, "test.network") as is_first:
            return is_first

    with ThreadPoolExecutor(2) as pool:
        assert [False, True] == sorted(pool.map(make, clouds))


def test_moments_are_written_as_each_api_does():
    assert "2027-01-15T08:00:00Z" == iso(MOMENT)
    assert "2027-01-15T08:00:00.250000Z" == iso_micro(MOMENT)
    assert "2027-01-15T08:00:00.250000" == iso_naive(MOMENT)


def test_the_clock_goes_on_and_knows_its_zone():
    clock = Clock()

    assert clock.now() <= clock.now()
    assert 0 == clock.utc().utcoffset().total_seconds()
