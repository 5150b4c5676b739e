# SPDX-License-Identifier: Apache-2.0
"""In-memory twins of the contracts; each passes its contract's conformance suite."""

from synnefo_core.testing.fakes.auth import MemoryAuth
from synnefo_core.testing.fakes.compute import MemoryBackend
from synnefo_core.testing.fakes.directory import DirectoryPlugin, MemoryDirectory
from synnefo_core.testing.fakes.moving import MemoryDisks
from synnefo_core.testing.fakes.storage import MemoryStorage

__all__ = [
    "DirectoryPlugin",
    "MemoryAuth",
    "MemoryBackend",
    "MemoryDirectory",
    "MemoryDisks",
    "MemoryStorage",
]
