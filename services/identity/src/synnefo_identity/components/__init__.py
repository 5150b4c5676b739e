# SPDX-License-Identifier: Apache-2.0
"""Components: programs beside this cloud that have services of their own (AST-046, AST-047)."""

from synnefo_identity.components.components import (
    Component,
    Made,
    add,
    find,
    index,
    modify,
    remove,
)
from synnefo_identity.components.exports import Described, read
from synnefo_identity.components.imports import take

__all__ = [
    "Component",
    "Described",
    "Made",
    "add",
    "find",
    "index",
    "modify",
    "read",
    "remove",
    "take",
]
