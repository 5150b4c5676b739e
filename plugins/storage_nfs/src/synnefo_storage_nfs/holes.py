# SPDX-License-Identifier: Apache-2.0
"""Giving back the room of what a sparse file no longer needs."""

from __future__ import annotations

import ctypes

_KEEP_SIZE = 1
_PUNCH_HOLE = 2

_fallocate = getattr(ctypes.CDLL(None, use_errno=True), "fallocate", None)
if _fallocate is not None:
    _fallocate.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_longlong, ctypes.c_longlong)


def punch(descriptor: int, offset: int, length: int) -> bool:
    """Give back the room of a range; False where the file system cannot.

    Nothing may rely on it: NFS before 4.2 keeps the old bytes.
    """
    if _fallocate is None or length <= 0:
        return False
    return bool(_fallocate(descriptor, _PUNCH_HOLE | _KEEP_SIZE, offset, length) == 0)
