# SPDX-License-Identifier: Apache-2.0
"""The formats: forms that are one-to-one, and the example in the document."""

import re
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from synnefo_blocks import (
    EMPTY,
    ZERO_BLOCK,
    CorruptMap,
    Reference,
    block_name,
    largest_content,
    object_hash,
    seal,
    trimmed,
)
from synnefo_blocks.maps import leaf_entries, read_leaf, read_map
from synnefo_core.contracts.storage import BLOCK_BYTES, Kind

DOCUMENT = Path(__file__).parents[3] / "docs/design/blocks-format.rst"

references = st.builds(
    Reference,
    st.sampled_from([Kind.BLOCK, Kind.MAP]),
    st.binary(min_size=32, max_size=32),
    st.integers(0, 2**63 - 1),
)


@given(references)
def test_a_reference_is_the_same_after_its_text_form(reference):
    assert reference == Reference.parse(str(reference))


@given(st.text())
def test_other_text_is_no_reference(text):
    with pytest.raises(ValueError, match="not a reference"):
        Reference.parse(text)


@pytest.mark.parametrize(
    "kind,digest,size",
    [(Kind.LAYER, bytes(32), 1), (Kind.MAP, b"", 1), (Kind.BLOCK, bytes(32), -1)],
)
def test_a_reference_can_not_be_nonsense(kind, digest, size):
    with pytest.raises(ValueError):  # three sentences
        Reference(kind, digest, size)


@given(st.binary())
def test_a_block_is_named_without_its_trailing_zeros(content):
    assert trimmed(content) == content.rstrip(b"\0")
    assert (
        sha256(content.rstrip(b"\0")).digest() == block_name(content) == block_name(content + b"\0")
    )


def test_nothing_and_zeros_have_the_name_of_the_empty_string():
    assert sha256(b"").digest() == ZERO_BLOCK == block_name(bytes(99)) == EMPTY.digest


def test_the_object_hash_is_a_tree_padded_with_zeros():
    one, two, three = (bytes([number]) * 32 for number in (1, 2, 3))

    left, right = sha256(one + two).digest(), sha256(three + bytes(32)).digest()

    assert sha256(left + right).digest() == object_hash(one + two + three)
    assert one == object_hash(one)
    assert sha256(b"").digest() == object_hash(b"")


@given(st.integers(2, 40).flatmap(lambda n: st.binary(min_size=32 * n, max_size=32 * n)), st.data())
def test_a_map_is_the_same_after_its_stored_form(names, data):
    count = len(names) // 32
    size = data.draw(st.integers((count - 1) * 512 + 1, count * 512))

    sealed = seal(names, size, 512)

    records = dict(sealed.records)
    found = read_map(sealed.reference.digest, records[sealed.reference.digest])
    assert (size, 512, count > 8) == (found.size_bytes, found.block_bytes, found.has_leaves)
    assert names == (blocks_of(found, records, count) if found.has_leaves else found.entries)
    assert sealed == seal(names, size, 512)


def blocks_of(found, records, count):
    leaves = [found.entries[at : at + 32] for at in range(0, len(found.entries), 32)]
    return b"".join(
        read_leaf(name, records[name], block_bytes=512, count=min(8, count - at * 8))
        for at, name in enumerate(leaves)
    )


@given(st.binary(max_size=200))
def test_other_bytes_are_no_map(record):
    with pytest.raises(CorruptMap):
        read_map(bytes(32), record)


def test_a_map_comes_behind_its_leaves():
    sealed = seal(bytes(range(32)) * 20, 20 * 512, 512)

    assert sealed.reference.digest == sealed.records[-1][0]


def test_a_wrong_number_of_names_is_refused():
    with pytest.raises(ValueError, match="names for"):
        seal(bytes(64), 512, 512)


def test_blocks_of_the_usual_size_reach_half_a_pebibyte():
    assert 1024 == leaf_entries(BLOCK_BYTES)
    assert 131_071 * 1024 * BLOCK_BYTES == largest_content()


def example(name):
    """Return what the document says about a name of its worked example."""
    match = re.search(
        rf"^   {re.escape(name)} += ([0-9a-f\n ]+)$", DOCUMENT.read_text(), re.MULTILINE
    )
    assert match, name
    return "".join(match[1].split())


def test_the_worked_example_is_true():
    contents = b"a" * 512 + bytes(512) + b"b"
    names = [block_name(contents[at : at + 512]) for at in range(0, 1025, 512)]
    sealed = seal(b"".join(names), 1025, 512)

    for number, name in enumerate(names):
        assert example(f"block {number}") == name.hex()
    assert example("record") == sealed.records[0][1].hex()
    assert example("map") == sealed.reference.digest.hex()
    assert example("object hash") == object_hash(b"".join(names)).hex()
    assert str(sealed.reference) in DOCUMENT.read_text()


def test_the_worked_example_of_leaves_is_true():
    names = block_name(b"a" * 512) * 9
    sealed = seal(names, 9 * 512, 512)

    (first, first_record), (second, _), (_, record) = sealed.records
    assert example("leaf 0") == first.hex()
    assert example("leaf 0 begins") == first_record[:16].hex()
    assert example("leaf 1") == second.hex()
    assert example("long map begins") == record[:24].hex()
    assert example("long map") == sealed.reference.digest.hex()
