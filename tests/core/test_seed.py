# SPDX-License-Identifier: Apache-2.0
import pytest

from synnefo_core.contracts.seed import Seed


def test_a_seed_is_unpacked_as_it_was():
    seed = Seed("cidata", {"meta-data": b"{}", "openstack/content/0000": bytes(range(256))})

    assert seed == Seed.unpack(seed.pack())


def test_what_is_written_offline_goes_with_it():
    seed = Seed("cidata", {}, {"hostname": "web-1", "users": ["root"]})

    assert seed == Seed.unpack(seed.pack())
    assert "web-1" not in repr(seed)


@pytest.mark.parametrize("packed", ["", "x", "AAAA", "****"])
def test_what_is_no_seed_is_refused(packed):
    with pytest.raises(ValueError, match="not a packed seed"):
        Seed.unpack(packed)


def test_a_seed_is_not_printed():
    assert "secret" not in repr(Seed("cidata", {"secret": b"secret"}))
