# SPDX-License-Identifier: Apache-2.0
"""What local passwords do beyond the contract."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from synnefo_auth_local import LocalAuth
from synnefo_auth_local.hashing import LONGEST_PASSWORD, Gate, Hasher
from synnefo_auth_local.models import PasswordRow
from synnefo_core.contracts.auth import AuthBusy, PasswordLogin, Rejected
from synnefo_core.contracts.driver import DriverSetup, Misconfigured

WAIT_S = 10.0


@pytest.fixture
def make(cloud, tmp_path, cheap):
    def make(name="local", **settings):
        setup = DriverSetup(name, {**cheap, **settings}, tmp_path, cloud.database, cloud.offload)
        return LocalAuth(setup)

    return make


def hashes(cloud):
    with cloud.database.reading() as session:
        return {row.subject: row.hashed for row in session.scalars(select(PasswordRow))}


def test_a_hash_is_made_anew_at_login_when_its_costs_have_changed(cloud, make):
    make().passwords.store("jane", make().passwords.prepare("secret"))
    assert "t=1" in hashes(cloud)["jane"]

    make(time_cost=2).passwords.verify("jane", "wrong")
    assert "t=1" in hashes(cloud)["jane"]
    login = PasswordLogin("jane", "default", "jane", "secret")
    make(time_cost=2).authenticator.authenticate(login)

    assert "t=2" in hashes(cloud)["jane"]
    assert make(time_cost=2).passwords.verify("jane", "secret")


def test_a_hash_with_todays_costs_stays(cloud, make):
    make().passwords.store("jane", make().passwords.prepare("secret"))
    before = hashes(cloud)

    make().passwords.verify("jane", "secret")

    assert before == hashes(cloud)


def test_a_password_is_stored_with_the_callers_transaction_or_not_at_all(cloud, make):
    method = make()
    prepared = method.passwords.prepare("secret")

    class ChangedMindError(Exception):
        pass

    def store():
        with cloud.database.unit_of_work():
            method.passwords.store("jane", prepared)
            raise ChangedMindError

    with pytest.raises(ChangedMindError):
        store()

    assert method.passwords.state("jane") is None


def test_two_methods_of_this_driver_keep_their_passwords_apart(make):
    one, other = make("local"), make("staff")
    one.passwords.store("jane", one.passwords.prepare("secret"))

    assert not other.passwords.verify("jane", "secret")
    other.passwords.remove("jane")

    assert one.passwords.verify("jane", "secret")


@pytest.mark.parametrize("length", [LONGEST_PASSWORD + 1, 100_000])
def test_a_password_too_long_to_hash_is_refused(make, length):
    method = make()
    method.passwords.store("jane", method.passwords.prepare("x" * LONGEST_PASSWORD))

    with pytest.raises(Rejected, match="4096"):
        method.passwords.prepare("x" * length)
    assert not method.passwords.verify("jane", "x" * length)
    assert method.passwords.verify("jane", "x" * LONGEST_PASSWORD)


def test_the_driver_needs_a_database(tmp_path):
    with pytest.raises(Misconfigured, match="database"):
        LocalAuth(DriverSetup("local", {}, tmp_path))


class SlowHasher:
    """Stands for argon2: each hash waits until it is told to go on."""

    def __init__(self):
        self.began = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()

    def hash(self, password):
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.began.release()
        assert self.go_on.wait(WAIT_S)
        with self._lock:
            self.at_once -= 1
        return "hashed"


def here(call, *arguments):
    return call(*arguments)


def test_no_more_hashes_than_allowed_run_at_once_and_the_rest_is_turned_away():
    slow, gate = SlowHasher(), Gate(at_once=2, waiting=3)
    hasher = Hasher(slow, gate=gate, run=here)

    with ThreadPoolExecutor(5) as pool:
        running = [pool.submit(hasher.hash, "secret", timeout_s=WAIT_S) for _ in range(5)]
        wait_until_full(gate)
        with pytest.raises(AuthBusy, match="too many logins are waiting"):
            hasher.hash("one too many")
        slow.go_on.set()
        done = [future.result(WAIT_S) for future in running]

    assert ["hashed"] * 5 == done
    assert 2 == slow.most_at_once


def wait_until_full(gate):
    ends = time.monotonic() + WAIT_S
    while gate._places.acquire(blocking=False):
        gate._places.release()
        assert time.monotonic() < ends
        threading.Event().wait(0.01)


def test_who_waits_too_long_for_a_turn_is_turned_away_and_the_place_is_free_again():
    slow = SlowHasher()
    hasher = Hasher(slow, gate=Gate(at_once=1, waiting=1), run=here)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(hasher.hash, "secret")
        assert slow.began.acquire(timeout=WAIT_S)
        for _ in range(3):
            with pytest.raises(AuthBusy):
                hasher.hash("secret", timeout_s=0.01)
        slow.go_on.set()
        first.result(WAIT_S)

    assert "hashed" == hasher.hash("secret")


def test_rows_and_prepared_passwords_show_no_hash(make):
    prepared = make().passwords.prepare("secret")
    row = PasswordRow(method="local", subject="jane", hashed=prepared.hashed, set_at=1.0)

    assert prepared.hashed not in f"{prepared!r} {row!r}"
