# SPDX-License-Identifier: Apache-2.0
import threading

from hypothesis import HealthCheck, given, settings, strategies as st

from synnefo_core.errors import NotFound
from synnefo_object_store.models import AccountRow, ContainerRow, DeltaRow

steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from("abc"), st.integers(0, 9)),
        st.tuples(st.just("delete"), st.sampled_from("abc")),
        st.just(("fold",)),
    ),
    max_size=12,
)


@given(steps)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_counts_are_right_at_any_moment(account, steps):
    there = {}
    for name in "abc":
        remove(account, name)

    for what, *arguments in steps:
        if what == "fold":
            account.fold()
        elif what == "put":
            name, size = arguments
            account.put(name, bytes(size))
            there[name] = size
        else:
            remove(account, *arguments)
            there.pop(arguments[0], None)
        counts = (len(there), sum(there.values()))
        assert ((1, *counts), counts) == account.counts()


def remove(account, name):
    try:
        account.delete(name)
    except NotFound:
        return


def test_folding_leaves_nothing_to_add_up(account):
    account.put("a", b"content")

    account.fold()

    with account.context.reading() as session:
        assert 0 == session.query(DeltaRow).count()
        assert (1, 7) == session.query(ContainerRow.objects, ContainerRow.bytes).one()
        assert (1, 1, 7) == session.query(
            AccountRow.containers, AccountRow.objects, AccountRow.bytes
        ).one()


def test_many_writers_at_once_are_all_counted(account):
    def write(number):
        for turn in range(5):
            account.put("shared", bytes(number * 10 + turn))
            account.put(f"own-{number}", b"12345")
        account.fold()

    threads = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    size = account.find("shared").size_bytes + 4 * 5
    assert ((1, 5, size), (5, size)) == account.counts()
