# SPDX-License-Identifier: Apache-2.0
"""Figures as nodes publish them."""

from __future__ import annotations

import json

import pytest

from synnefo_core.contracts.figures import AT_ONCE, Card, Disk, Sample, messages, sampled
from synnefo_core.contracts.reading import InvalidDocument

SAMPLE = Sample(
    "snf-1", 100.0, 10.0, 1.5, 512, (Card("nic-a", 1, 2, 3, 4, 5, 6),), (Disk("", 7, 8),), "node1"
)


def test_what_is_published_is_read_as_it_was():
    (payload,) = messages("node1", [SAMPLE])

    assert [SAMPLE] == sampled(payload) == sampled(json.loads(json.dumps(payload)))


def test_messages_are_of_bounded_size():
    sizes = [len(payload["samples"]) for payload in messages("node1", [SAMPLE] * (AT_ONCE + 1))]

    assert [AT_ONCE, 1] == sizes
    with pytest.raises(InvalidDocument):
        sampled({"node": "node1", "samples": [{}] * (AT_ONCE + 1)})
