# SPDX-License-Identifier: Apache-2.0
"""Tickets for volumes: what a node takes, and what it doesn't."""

from __future__ import annotations

import base64
import json

import pytest

from synnefo_core.contracts import volumes
from synnefo_core.contracts.volumes import InvalidTicket, Mode, Ticket
from synnefo_core.signatures import Signer, Verifier

TICKET = Ticket(
    volume="0a1b-2c",
    store="main",
    generation=3,
    size_bytes=2**30,
    origin="map:00:1",
    mode=Mode.READ_ONLY,
    instance="snf-1",
    is_kept=False,
)


@pytest.fixture
def signer() -> Signer:
    return Signer(Signer.new_key(), volumes.PURPOSE)


@pytest.fixture
def verifier(signer) -> Verifier:
    return Verifier([signer.public_key], volumes.PURPOSE)


def test_a_sealed_ticket_is_read_again(signer, verifier):
    sealed = volumes.seal(signer, TICKET)

    assert TICKET == volumes.unseal(verifier, sealed)
    assert not set(sealed) & set(",'\"{} ")


def test_a_ticket_of_somebody_else_is_none(verifier):
    stranger = Signer(Signer.new_key(), volumes.PURPOSE)

    with pytest.raises(InvalidTicket):
        volumes.unseal(verifier, volumes.seal(stranger, TICKET))


def test_a_changed_ticket_is_none(signer, verifier):
    content = json.loads(base64.urlsafe_b64decode(volumes.seal(signer, TICKET)))
    content["text"] = content["text"].replace("0a1b", "0a1c")

    with pytest.raises(InvalidTicket):
        volumes.unseal(verifier, base64.urlsafe_b64encode(json.dumps(content).encode()).decode())


def test_what_was_signed_for_something_else_is_none(signer, verifier):
    other = Signer(signer._key.private_bytes_raw(), "synnefo port document")

    with pytest.raises(InvalidTicket):
        volumes.unseal(verifier, volumes.seal(other, TICKET))


@pytest.mark.parametrize("text", ["", "é", "AAAA", "e30="])
def test_what_is_no_ticket_at_all_is_refused(verifier, text):
    with pytest.raises(InvalidTicket):
        volumes.unseal(verifier, text)


@pytest.mark.parametrize(
    "change",
    [
        {"volume": "../x"},
        {"volume": "A"},
        {"store": ""},
        {"store": "a/b"},
        {"generation": 0},
        {"generation": True},
        {"size_bytes": -1},
        {"mode": "rwx"},
        {"is_kept": 1},
        {"more": "x"},
        {"format": 2},
    ],
)
def test_a_ticket_says_nothing_that_can_not_be(change):
    content = {**json.loads(TICKET.to_json()), **change}

    with pytest.raises(InvalidTicket):
        Ticket.from_json(json.dumps(content))


def test_each_generation_has_numbers_of_its_own_and_all_later_ones_are_larger():
    first, second = volumes.epochs_of(1), volumes.epochs_of(2)

    assert first[-1] < second[0]
    assert len(first) == 2**32
