# SPDX-License-Identifier: Apache-2.0
"""The tag by which an instance is known as a server's, put where it is missing."""

from __future__ import annotations

from functools import partial

import synnefo_backends
from synnefo_compute import names
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import ComputeBackend


def put(context: RequestContext, backend_id: str, *, instance: str, server_id: str) -> str:
    """Have an instance tagged as a server's; return the job, or nothing if that can't be done.

    Raises:
        DriverError: The cluster did not answer, or refused.
    """
    if not synnefo_backends.has_facet(context, backend_id, "adoption"):
        return ""
    tag = partial(_tag, instance, names.own_tag(server_id))
    return synnefo_backends.call(context, backend_id, tag)


def _tag(instance: str, tag: str, backend: ComputeBackend) -> str:
    return backend.adoption.tag(instance, [tag]) if backend.adoption else ""
