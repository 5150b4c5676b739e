# SPDX-License-Identifier: Apache-2.0
"""What is signed is known again; nothing else is."""

import base64
import json

import pytest

from synnefo_core.signatures import Forged, Signer, Verifier, read_keys

PURPOSE = "test"


@pytest.fixture
def signer():
    return Signer(Signer.new_key(), PURPOSE)


def test_a_signed_text_is_opened_by_who_has_the_key_among_others(signer):
    others = [Signer(Signer.new_key(), PURPOSE).public_key for _ in range(2)]

    opened = Verifier([*others, signer.public_key], PURPOSE).open(signer.sign("αβγ"))

    assert "αβγ" == opened


def test_what_was_changed_or_signed_by_others_or_for_something_else_is_forged(signer):
    signed = signer.sign("text")
    changed = json.dumps(json.loads(signed) | {"text": "other"})
    stranger = Signer(Signer.new_key(), PURPOSE).sign("text")
    verifier = Verifier([signer.public_key], PURPOSE)

    for forged in (changed, stranger, "text", "[]", "{}", '{"key": [], "text": 1}', signed[:-5]):
        with pytest.raises(Forged):
            verifier.open(forged)
    with pytest.raises(Forged):
        Verifier([signer.public_key], "another").open(signed)


def test_keys_are_read_from_a_file_with_one_a_line(tmp_path, signer):
    file = tmp_path / "keys"
    file.write_text(base64.b64encode(signer.public_key).decode() + "\n")

    keys = read_keys(file)

    assert [signer.public_key] == keys


@pytest.mark.parametrize("line", ["abc", "YWJj", "!"])
def test_a_line_that_is_no_key_is_refused(tmp_path, line):
    (tmp_path / "keys").write_text(line)

    with pytest.raises(ValueError, match=r".+"):
        read_keys(tmp_path / "keys")
