# SPDX-License-Identifier: Apache-2.0
"""A hash that is taken beside all else that is done with a stream."""

import hashlib
import threading

from synnefo_blocks import Lane
from synnefo_blocks.lanes import MOST_PIECES
from synnefo_core.testing.waiting import eventually


class Gated:
    """A hash that takes a piece only when it is let."""

    def __init__(self):
        self.lets, self.pieces = threading.Semaphore(0), []

    def update(self, piece, /):
        assert self.lets.acquire(timeout=60)
        self.pieces.append(piece)

    def hexdigest(self):
        return b"".join(self.pieces).hex()


def test_the_digest_is_that_of_all_pieces_in_their_order(offload):
    pieces = [bytes([number % 251]) * (number % 7) for number in range(2000)]
    lane = Lane(offload, hashlib.sha512())

    for piece in pieces:
        lane.add(piece)

    assert hashlib.sha512(b"".join(pieces)).hexdigest() == lane.finish()


def test_who_adds_waits_while_too_much_does(offload):
    gated = Gated()
    lane, added = Lane(offload, gated), []

    def add():
        for number in range(10):
            lane.add(bytes([number]))
            added.append(number)

    adding = threading.Thread(target=add)
    adding.start()
    eventually(lambda: len(added) >= MOST_PIECES, within_s=60)
    assert MOST_PIECES == len(added)
    assert [] == gated.pieces

    gated.lets.release()
    eventually(lambda: len(added) > MOST_PIECES, within_s=60)
    assert 1 == len(gated.pieces)

    gated.lets.release(9)
    adding.join(60)
    assert bytes(range(10)).hex() == lane.finish()
