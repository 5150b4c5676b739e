# SPDX-License-Identifier: Apache-2.0
"""Hear what nodes tell of the servers that run on them."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import synnefo_backends
from synnefo_compute.figures.intake import take_in
from synnefo_core import metrics
from synnefo_core.context import RequestContext
from synnefo_core.contracts.bus import Message
from synnefo_core.contracts.figures import FIGURES, sampled
from synnefo_core.contracts.reading import InvalidDocument
from synnefo_core.listening import Listener

log = logging.getLogger(__name__)


def hear(context: RequestContext, messages: Sequence[Message]) -> None:
    """Take in the figures of nodes; a round is one transaction for each message."""
    for message in messages:
        try:
            samples = sampled(message.payload)
        except InvalidDocument as cause:
            _refuse(message, f"not figures: {cause}", "senseless")
            continue
        backend_id = synnefo_backends.id_of(context, message.sender)
        if not backend_id:
            _refuse(message, "no cluster is called so", "refused")
            continue
        backend = synnefo_backends.find(context, backend_id)
        for outcome, number in take_in(context, backend, samples).items():
            metrics.NOTICES.labels(FIGURES, outcome).inc(number)


def _refuse(message: Message, problem: str, outcome: str) -> None:
    log.warning("figures not heeded", extra={"sender": message.sender, "problem": problem})
    metrics.NOTICES.labels(FIGURES, outcome).inc()


LISTENER = Listener(FIGURES, hear)
