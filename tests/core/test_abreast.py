# SPDX-License-Identifier: Apache-2.0
"""Work side by side: one that hangs or fails keeps nobody from theirs."""

from __future__ import annotations

import threading

from synnefo_core import abreast


def test_everything_is_done_though_one_fails():
    done = []

    def do(number: int) -> None:
        if number == 2:
            message = "no"
            raise ValueError(message)
        done.append(number)

    abreast.each(do, range(20), name="test", at_once=3)

    assert sorted(done) == [n for n in range(20) if n != 2]


def test_one_that_hangs_is_not_waited_for():
    done, go_on, has_ended = [], threading.Event(), threading.Event()

    def do(number: int) -> None:
        if number == 0:
            go_on.wait(30)
            has_ended.set()
        done.append(number)

    abreast.each(do, range(5), name="test", at_once=2, patience_s=0.3)

    assert sorted(done) == [1, 2, 3, 4]
    go_on.set()
    assert has_ended.wait(10)
