# SPDX-License-Identifier: Apache-2.0
"""Ask the clusters whose nodes don't tell by themselves what their servers have used."""

from __future__ import annotations

import logging

import synnefo_backends
from synnefo_backends import Backend
from synnefo_compute import names
from synnefo_compute.figures.intake import take_in
from synnefo_core import abreast
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import ComputeBackend
from synnefo_core.contracts.driver import DriverError
from synnefo_core.contracts.figures import AT_ONCE, Sample

log = logging.getLogger(__name__)

TASK, EVERY_S = "compute.figures", 60.0
_PATIENCE_S = 30.0


def ask_all(context: RequestContext) -> None:
    """Ask every cluster that is up and can be asked, side by side."""
    clusters = [
        backend
        for backend in synnefo_backends.listing(context)
        if backend.is_up and synnefo_backends.has_facet(context, backend.id, "samples")
    ]
    abreast.each(lambda each: ask(context, each), clusters, name=TASK, patience_s=_PATIENCE_S)


def ask(context: RequestContext, backend: Backend) -> None:
    """Take in what a cluster says now; one that does not answer is asked again in the next round."""
    prefix = names.prefix(context.cloud)

    def samples_of(driver: ComputeBackend) -> list[Sample]:
        return driver.samples.all(prefix) if driver.samples else []

    try:
        samples = synnefo_backends.call(context, backend.id, samples_of)
    except DriverError as cause:
        log.warning("no figures", extra={"backend": backend.name, "problem": str(cause)})
        return
    for start in range(0, len(samples), AT_ONCE):
        take_in(context, backend, samples[start : start + AT_ONCE])
