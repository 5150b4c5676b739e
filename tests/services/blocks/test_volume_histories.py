# SPDX-License-Identifier: Apache-2.0
"""Volumes against an array of bytes, whatever is done to them and whenever the power is cut."""

import io
import random
from pathlib import Path

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from synnefo_blocks import Reader, volumes, write
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import CLUSTER_BYTES
from synnefo_core.offload import ThreadOffload
from tests.services.blocks.lossy import LossyStorage, PowerCut

BASE_BYTES = 3 * CLUSTER_BYTES + 1000
SIZE_BYTES = 5 * CLUSTER_BYTES + 5000
LARGEST_BYTES = 8 * CLUSTER_BYTES
BLOCK_BYTES = 2 * CLUSTER_BYTES
OFFLOAD = ThreadOffload(2)

places = st.integers(0, LARGEST_BYTES) | st.integers(0, 8).map(lambda n: n * CLUSTER_BYTES)
lengths = st.sampled_from([1, 512, 4096, CLUSTER_BYTES, CLUSTER_BYTES + 1, 3 * CLUSTER_BYTES])
fuses = st.integers(0, 8)


def pattern(seed, length):
    return random.Random(seed).randbytes(512) * (length // 512) + b"x" * (length % 512)


class AnyHistory(RuleBasedStateMachine):
    """One volume over a base, its layers, and what they should read as."""

    @initialize(has_base=st.booleans())
    def begin(self, has_base):
        setup = DriverSetup("memory", {"block_bytes": BLOCK_BYTES}, Path("/nowhere"))
        self.storage, self.epoch, self.seed = LossyStorage(setup), 1, 0
        content = pattern(99, BASE_BYTES) if has_base else b""

        base = write(self.storage, OFFLOAD, io.BytesIO(content).read).reference
        volumes.create(self.storage, "disk", SIZE_BYTES, base=base)
        self.first, self.now = base, bytearray(content.ljust(SIZE_BYTES, b"\0"))
        self.past = [bytes(self.now)]
        self.frozen = {}
        self.open()

    def open(self):
        self.epoch += 1
        self.volume = volumes.open_volume(self.storage, "disk", epoch=self.epoch)

    def flushed(self):
        self.past = [bytes(self.now)]

    @rule(place=places, length=lengths)
    def write(self, place, length):
        self.seed += 1
        place = min(place, len(self.now))
        data = pattern(self.seed, min(length, len(self.now) - place))
        self.volume.write(place, data)
        self.now[place : place + len(data)] = data
        self.past.append(bytes(self.now))

    @rule(place=places, length=lengths)
    def zero(self, place, length):
        place = min(place, len(self.now))
        length = min(length, len(self.now) - place)
        self.volume.zero(place, length)
        self.now[place : place + length] = bytes(length)
        self.past.append(bytes(self.now))

    @rule()
    def flush(self):
        self.volume.flush()
        self.flushed()

    @rule()
    def freeze(self):
        self.frozen[self.volume.freeze()] = bytes(self.now)
        self.flushed()

    @rule()
    def seal_the_oldest(self):
        if not self.frozen:
            return
        number = min(self.frozen)
        reference = volumes.seal_layers(self.storage, OFFLOAD, "disk", number)
        content = b"".join(Reader(self.storage, OFFLOAD, reference).read())
        assert self.frozen.pop(number) == content

    @rule()
    def renew(self):
        self.volume.renew()

    @rule(more=st.integers(0, 2 * CLUSTER_BYTES))
    def grow(self, more):
        size = min(LARGEST_BYTES, len(self.now) + more)
        self.volume.grow(size)
        self.now.extend(bytes(size - len(self.now)))
        self.flushed()

    @rule()
    def close_and_open(self):
        self.volume.close()
        self.flushed()
        self.open()

    @rule(seed=st.integers(0, 1000))
    def cut_the_power(self, seed):
        self.crash(seed)

    @rule(seed=st.integers(0, 1000), fuse=fuses)
    def cut_the_power_while_flushing(self, seed, fuse):
        self.burn(fuse, self.volume.flush)
        self.crash(seed)

    @rule(seed=st.integers(0, 1000), fuse=fuses)
    def cut_the_power_while_freezing(self, seed, fuse):
        self.burn(fuse, self.volume.freeze)
        self.crash(seed)

    @rule(seed=st.integers(0, 1000), fuse=fuses)
    def cut_the_power_while_sealing(self, seed, fuse):
        if self.frozen:
            oldest = min(self.frozen)
            seal = lambda: volumes.seal_layers(self.storage, OFFLOAD, "disk", oldest)  # noqa: E731
            self.burn(fuse, seal)
        self.crash(seed)

    def burn(self, fuse, call):
        self.storage.heads.fuse = fuse
        try:
            call()
        except PowerCut:
            return
        finally:
            self.storage.heads.fuse = None

    def crash(self, seed):
        """Lose some of what was not flushed; what is left must be explained by what was done."""
        chance = random.Random(seed)
        self.storage.heads.lose(lambda: chance.random() < 0.5)
        self.open()
        found = self.volume.read(0, len(self.now))
        for at in range(0, len(found), 512):
            piece = found[at : at + 512]
            if any(piece == image[at : at + 512] for image in self.past):
                continue
            for byte in range(at, min(at + 512, len(found))):
                assert found[byte] in {image[byte] for image in self.past}, byte
        self.now = bytearray(found)
        self.flushed()

    @invariant()
    def reads_as_it_should(self):
        if hasattr(self, "volume"):
            assert bytes(self.now) == self.volume.read(0, len(self.now))


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
