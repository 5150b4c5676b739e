# SPDX-License-Identifier: Apache-2.0
"""Keys of tokens can be rotated while people work."""

import os
import threading

import pytest

import synnefo_identity
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.keys import KeyRing, key_ring
from synnefo_identity.payload import RING

DAY_S = 86400.0


def names(ring):
    return sorted(int(path.name) for path in ring._paths())


@pytest.fixture
def ring(tmp_path):
    ring = KeyRing(tmp_path / "ring")
    ring.make()
    return ring


def test_the_staged_key_becomes_the_primary_one_and_a_new_one_is_staged(ring):
    staged = (ring._directory / "0").read_bytes()

    ring.rotate(DAY_S)

    assert [0, 1, 2] == names(ring)
    assert staged == (ring._directory / "2").read_bytes()
    assert staged != (ring._directory / "0").read_bytes()
    assert {0o600} == {path.stat().st_mode & 0o777 for path in ring._paths()}


def test_what_was_sealed_can_be_opened_by_processes_that_have_not_looked_yet(ring):
    late = KeyRing(ring._directory)
    old = late.fernet()

    ring.rotate(DAY_S)

    assert b"new" == old.decrypt(ring.fernet().encrypt(b"new"))
    assert b"old" == ring.fernet().decrypt(old.encrypt(b"old"))


def test_a_key_is_forgotten_when_nothing_that_it_sealed_can_be_valid(ring):
    ring.rotate(DAY_S)
    for path in ring._paths():
        os.utime(path, (1, 1))  # long ago

    ring.rotate(DAY_S)

    assert [0, 2, 3] == names(ring)


def test_rotating_often_forgets_nothing(ring):
    for _ in range(4):
        ring.rotate(DAY_S)

    assert [0, 1, 2, 3, 4, 5] == names(ring)


def test_without_keys_there_is_nothing_to_rotate(tmp_path):
    (tmp_path / "empty").mkdir()

    with pytest.raises(Misconfigured, match="no keys"):
        KeyRing(tmp_path / "empty").rotate(DAY_S)


def test_keys_can_be_read_while_others_are_forgotten(ring):
    done, failed = threading.Event(), []

    def read():
        while not done.wait(0.001):  # lets green threads take turns
            try:
                KeyRing(ring._directory).fernet()
            except (OSError, Misconfigured) as error:
                failed.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(50):
        ring.rotate(-1)
        done.wait(0.001)
    done.set()
    reader.join(20)

    assert [] == failed
    assert 2 == len(names(ring))


def test_tokens_stay_valid_in_all_processes(home, neighbour):
    before = home.token("demo")

    for _ in range(3):
        key_ring(home.cloud, RING).rotate(DAY_S)

    after = home.token("demo")
    for process in (home, neighbour):
        for token in (before, after):
            assert process.claims(token.text)


def test_no_request_fails_while_keys_are_rotated(home, neighbour):
    token, failed, done = home.token("demo"), [], threading.Event()

    def work(process):
        while not done.wait(0.001):  # lets green threads take turns
            found = synnefo_identity.check_token(process.admin, token.text)
            fresh = process.token("demo")
            if found is None or synnefo_identity.check_token(home.admin, fresh.text) is None:
                failed.append(process)

    workers = [threading.Thread(target=work, args=(each,)) for each in (home, neighbour)]
    for worker in workers:
        worker.start()
    rotating = KeyRing(home.cloud.data_dir / "keys" / RING)
    for _ in range(20):
        rotating.rotate(DAY_S)
        done.wait(0.02)
    done.set()
    for worker in workers:
        worker.join(20)

    assert [] == failed
