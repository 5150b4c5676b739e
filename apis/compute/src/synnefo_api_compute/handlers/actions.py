# SPDX-License-Identifier: Apache-2.0
"""Actions on a server: the one key of the body says which.

Source: docs.openstack.org/api-ref/compute, "Servers - run an action".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import synnefo_compute
from synnefo_api_compute.handlers.references import last_part
from synnefo_api_compute.schemas import action as schema
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Invalid, Unbuilt

Action = Callable[[RequestContext, str, Any], Reply | None]


def _start(context: RequestContext, server_id: str, _arguments: Any) -> None:
    synnefo_compute.start_server(context, server_id)


def _stop(context: RequestContext, server_id: str, _arguments: Any) -> None:
    synnefo_compute.stop_server(context, server_id)


def _reboot(context: RequestContext, server_id: str, arguments: Any) -> None:
    is_hard = arguments["type"].upper() == "HARD"
    synnefo_compute.reboot_server(context, server_id, is_hard=is_hard)


def _lock(context: RequestContext, server_id: str, _arguments: Any) -> None:
    synnefo_compute.lock_server(context, server_id)


def _unlock(context: RequestContext, server_id: str, _arguments: Any) -> None:
    synnefo_compute.unlock_server(context, server_id)


def _resize(context: RequestContext, server_id: str, arguments: Any) -> None:
    disk_config = arguments.get("OS-DCF:diskConfig")
    synnefo_compute.resize_server(
        context,
        server_id,
        last_part(arguments["flavorRef"]),
        is_disk_auto=None if disk_config is None else disk_config == "AUTO",
    )


def _confirm_resize(context: RequestContext, server_id: str, _arguments: Any) -> Reply:
    synnefo_compute.confirm_resize(context, server_id)
    return Reply(status=204)


def _revert_resize(context: RequestContext, server_id: str, _arguments: Any) -> None:
    synnefo_compute.revert_resize(context, server_id)


ACTIONS: dict[str, tuple[Action, str]] = {
    "lock": (_lock, "compute:server:lock"),
    "unlock": (_unlock, "compute:server:unlock"),
    "os-start": (_start, "compute:server:start"),
    "os-stop": (_stop, "compute:server:stop"),
    "reboot": (_reboot, "compute:server:reboot"),
    "resize": (_resize, "compute:server:resize"),
    "confirmResize": (_confirm_resize, "compute:server:resize"),
    "revertResize": (_revert_resize, "compute:server:resize"),
}
"""The call and the policy rule of each action."""


def dispatch(context: RequestContext, server_id: str, body: dict[str, Any]) -> Reply | None:
    """Answer ``POST /servers/{server_id}/action``."""
    name, arguments = next(iter(body.items()))
    if name in schema.UNBUILT:
        what = f"the action {name}"
        raise Unbuilt(what)
    if name not in ACTIONS:
        msg = f"there is no such action: {name}"
        raise Invalid(msg)
    call, rule = ACTIONS[name]
    context.cloud.policy.require(context, rule)
    if name in schema.ARGUMENTS:
        schema.ARGUMENTS[name].check(arguments, prefix=name)
    return call(context, server_id, arguments)
