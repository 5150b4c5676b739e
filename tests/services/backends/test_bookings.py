# SPDX-License-Identifier: Apache-2.0
"""What is booked: the sums are the bookings', folded in or not."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select

from synnefo_backends import bookings
from synnefo_backends.bookings import Booked
from synnefo_backends.models import BookedChangeRow, BookingRow
from synnefo_core.context import for_worker
from synnefo_core.contracts.placement import Demand

ONE, TWO = (Demand(vcpus=n, ram_mib=512 * n, disk_mib=2048 * n) for n in (1, 2))


@pytest.fixture
def context(cloud):
    return for_worker(cloud)


def waiting(context):
    with context.reading() as session:
        return session.scalar(select(func.count()).select_from(BookedChangeRow))


def resized(context, server_id, demand):
    with context.unit_of_work() as session:
        bookings.resize(session, session.get_one(BookingRow, server_id), demand)


def book_and_fail(context):
    with context.unit_of_work():
        bookings.book(context, "a", "here", ONE)
        assert bookings.booked(context) == {"here": Booked(1, 1, 512, 2048)}
        raise ZeroDivisionError


@pytest.mark.parametrize("is_folded", [False, True])
def test_the_sums_follow_what_is_booked_resized_and_released(context, is_folded):
    bookings.book(context, "a", "here", ONE)
    bookings.book(context, "b", "here", TWO)
    bookings.book(context, "c", "there", ONE)
    if is_folded:
        bookings.fold(context)
        assert waiting(context) == 0
    resized(context, "a", TWO)
    bookings.release(context, "c")
    bookings.release(context, "c")
    expected = {"here": Booked(2, 4, 2048, 8192)}
    assert bookings.booked(context) == expected
    bookings.fold(context)
    assert bookings.booked(context) == expected
    assert waiting(context) == 0


def test_what_a_unit_of_work_takes_back_was_never_booked(context):
    with pytest.raises(ZeroDivisionError):
        book_and_fail(context)
    assert bookings.booked(context) == {}


def test_a_difference_is_told_of_and_mended(context, caplog):
    bookings.book(context, "a", "here", ONE)
    bookings.book(context, "b", "there", ONE)
    bookings.fold(context)
    bookings.compare(context)
    assert not caplog.records
    with context.unit_of_work() as session:
        session.execute(delete(BookingRow).where(BookingRow.id == "b"))
    bookings.compare(context)
    assert "was not what its servers take" in caplog.text
    assert bookings.booked(context) == {"here": Booked(1, 1, 512, 2048)}
