# SPDX-License-Identifier: Apache-2.0
"""Remove a server; tried until it works, for a deletion has no way back."""

from __future__ import annotations

from sqlalchemy.orm import Session

from synnefo_compute.kinds import DELETE
from synnefo_compute.sagas import instances, remove
from synnefo_compute.sagas.recorded import recorded
from synnefo_core.sagas import Run, Saga, Step

FOR_EVER = 10**9
"""More attempts than there is time for: a cluster that is down for a week may come back."""


def succeed(run: Run, session: Session) -> None:
    """Give everything back."""
    instances.forget(run, session)


SAGA = recorded(
    Saga(
        DELETE,
        [Step("remove", remove.until_gone, attempts=FOR_EVER)],
        succeed=succeed,
    )
)
