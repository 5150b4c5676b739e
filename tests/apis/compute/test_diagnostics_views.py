# SPDX-License-Identifier: Apache-2.0
"""How the counters of a server's devices are shown in Nova's words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from synnefo_api_compute.versions import DIAGNOSTICS, RANGE
from synnefo_api_compute.views import diagnostics
from synnefo_compute import Diagnosis
from synnefo_core.contracts.compute import PowerState
from synnefo_core.contracts.figures import Card, Disk, Sample


@pytest.fixture
def found():
    """A server with two processors, a card and two disks, of which one is counted."""
    return Diagnosis(
        driver="ganeti",
        power=PowerState.RUNNING,
        vcpus=2,
        ram_mib=1024,
        disks_mib=(1, 2),
        macs=("aa:00:00:00:00:01",),
        has_config_drive=False,
        used=Sample("snf-1", at=1000.0, began_at=400.0, cpu_s=3.0, ram_mib=700),
        cards=(Card("nic-a", 1, 2, 3, 4, 5, 6),),
        disks=(Disk("vol-a", 7, 8, 9, 10), None),
    )


def test_the_fixed_form_has_all_counters(found):
    shown = diagnostics.full(found, DIAGNOSTICS)

    assert (600, {"maximum": 1024, "used": 700}) == (shown["uptime"], shown["memory_details"])
    assert [1_500_000_000] * 2 == [each["time"] for each in shown["cpu_details"]]
    card = {"mac_address": "aa:00:00:00:00:01", "rx_octets": 1, "rx_packets": 2, "rx_drop": 3}
    card |= {"tx_octets": 4, "tx_packets": 5, "tx_drop": 6, "rx_errors": None, "rx_rate": None}
    assert card | {"tx_errors": None, "tx_rate": None} == shown["nic_details"][0]
    disk = {"read_bytes": 7, "write_bytes": 8, "read_requests": 9, "write_requests": 10}
    assert disk | {"errors_count": None} == shown["disk_details"][0]
    assert {None} == set(shown["disk_details"][1].values())


def test_the_old_form_leaves_out_what_nobody_told(found):
    shown = diagnostics.full(found, RANGE.minimum)

    assert (1_500_000_000, 700 * 1024) == (shown["cpu1_time"], shown["memory-rss"])
    assert (1, 5, 7, 10) == tuple(
        shown[name] for name in ("nic0_rx", "nic0_tx_packets", "disk0_read", "disk0_write_req")
    )
    assert 2 * 1024**2 == shown["disk1_bytes"]
    assert "disk1_read" not in shown


def test_nothing_is_made_up_of_what_was_not_heard(found):
    silent = replace(found, used=None, cards=(None,), disks=(None, None))

    formal, plain = (diagnostics.full(silent, each) for each in (DIAGNOSTICS, RANGE.minimum))

    assert (None, None) == (formal["uptime"], formal["cpu_details"][0]["time"])
    assert not [name for name in plain if "time" in name or "rx" in name]
