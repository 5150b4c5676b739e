# SPDX-License-Identifier: Apache-2.0
"""Secrets are compared in constant time, or looked up by a digest: nothing else tells by its time."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[3]
WHERE = ("services/identity/src", "apis/identity/src", "apis/account/src", "plugins/auth_*/src")
WORDS = ("secret", "password", "signature", "digest", "challenge", "verifier", "voucher", "hash")


def named(node):
    """Return what a name or an attribute is called, and of what."""
    if isinstance(node, ast.Attribute):
        return node.attr, getattr(node.value, "id", "")
    return getattr(node, "id", ""), ""


def is_secret(node):
    name, owner = named(node)
    # A column of a row: the database looks up a digest of what is long and random.
    return any(name.split("_")[-1] == word for word in WORDS) and not owner.endswith("Row")


def compares_by_itself(node):
    """Tell whether Python compares a secret with something that is no constant."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return False
    sides = (node.left, *node.comparators)
    return any(is_secret(side) for side in sides) and not any(
        isinstance(side, ast.Constant) or named(side)[1].endswith("Row") for side in sides
    )


def hasty(path):
    nodes = ast.walk(ast.parse(path.read_text()))
    where = path.relative_to(ROOT)
    return [f"{where}:{node.lineno}" for node in nodes if compares_by_itself(node)]


def test_no_secret_is_compared_by_python_itself():
    paths = [path for pattern in WHERE for path in sorted(ROOT.glob(f"{pattern}/**/*.py"))]

    assert len(paths) > 100
    assert [] == [line for path in paths for line in hasty(path)]


def test_what_would_be_hasty_is_seen():
    for line in ("given == self._secret", "row.hash != given", "a.signature == b.signature"):
        assert compares_by_itself(ast.parse(line).body[0].value)
    for line in ("CodeRow.hash == hashed(text)", "secret == ''", "hmac.compare_digest(a, secret)"):
        assert not compares_by_itself(ast.parse(line).body[0].value)
