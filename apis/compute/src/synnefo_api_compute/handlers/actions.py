# SPDX-License-Identifier: Apache-2.0
"""Actions on a server: the one key of the body says which.

Source: docs.openstack.org/api-ref/compute, "Servers - run an action".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import synnefo_compute
from synnefo_api_compute import first_boot, versions
from synnefo_api_compute.handlers import consoles, floating_ips, looks
from synnefo_api_compute.handlers.references import last_part
from synnefo_api_compute.schemas import action as schema
from synnefo_api_compute.views import image, server as view
from synnefo_compute import FirstBoot
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply, Version
from synnefo_core.errors import Invalid, NotFound, Unbuilt


@dataclass(frozen=True)
class Asked:
    """An action with its arguments, as the body has them, in a microversion."""

    server_id: str
    arguments: Any
    version: Version


Action = Callable[[RequestContext, Asked], Reply | None]


def _start(context: RequestContext, asked: Asked) -> None:
    synnefo_compute.start_server(context, asked.server_id)


def _stop(context: RequestContext, asked: Asked) -> None:
    synnefo_compute.stop_server(context, asked.server_id)


def _reboot(context: RequestContext, asked: Asked) -> None:
    is_hard = asked.arguments["type"].upper() == "HARD"
    synnefo_compute.reboot_server(context, asked.server_id, is_hard=is_hard)


def _lock(context: RequestContext, asked: Asked) -> None:
    reason = (asked.arguments or {}).get("locked_reason", "")
    synnefo_compute.lock_server(context, asked.server_id, reason=reason)


def _unlock(context: RequestContext, asked: Asked) -> None:
    synnefo_compute.unlock_server(context, asked.server_id)


def _resize(context: RequestContext, asked: Asked) -> None:
    disk_config = asked.arguments.get("OS-DCF:diskConfig")
    synnefo_compute.resize_server(
        context,
        asked.server_id,
        last_part(asked.arguments["flavorRef"]),
        is_disk_auto=None if disk_config is None else disk_config == "AUTO",
    )


def _confirm_resize(context: RequestContext, asked: Asked) -> Reply:
    synnefo_compute.confirm_resize(context, asked.server_id)
    return Reply(status=204)


def _revert_resize(context: RequestContext, asked: Asked) -> None:
    synnefo_compute.revert_resize(context, asked.server_id)


def _rebuild(context: RequestContext, asked: Asked) -> Reply:
    wanted = asked.arguments
    if wanted.get("trusted_image_certificates"):
        what = "the certificates of images"
        raise Unbuilt(what)
    password = first_boot.password(context, wanted)
    told = FirstBoot(first_boot.user_data(wanted), password, first_boot.files(wanted))
    disk_config = wanted.get("OS-DCF:diskConfig")
    server = synnefo_compute.rebuild_server(
        context,
        asked.server_id,
        image_id=last_part(wanted["imageRef"]),
        metadata=wanted.get("metadata"),
        key_name=(wanted["key_name"] or "") if "key_name" in wanted else None,
        first_boot=told,
        name=wanted["name"].strip() if "name" in wanted else None,
        description=(wanted["description"] or "") if "description" in wanted else None,
        access_ipv4=wanted.get("accessIPv4"),
        access_ipv6=wanted.get("accessIPv6"),
        is_disk_auto=None if disk_config is None else disk_config == "AUTO",
        hostname=wanted.get("hostname"),
    )
    shown = view.rebuilt(context, server, looks.of(context, [server], asked.version))
    if context.cloud.config.compute.enable_instance_password:
        shown["adminPass"] = password
    return Reply({"server": shown})


def _create_image(context: RequestContext, asked: Asked) -> Reply:
    wanted = asked.arguments
    image_id = synnefo_compute.create_image(
        context,
        asked.server_id,
        name=wanted["name"].strip(),
        metadata=wanted.get("metadata", {}),
    )
    return _imaged(context, asked, image_id)


def _create_backup(context: RequestContext, asked: Asked) -> Reply | None:
    wanted = asked.arguments
    rotation = int(wanted["rotation"])
    image_id = synnefo_compute.create_backup(
        context,
        asked.server_id,
        name=wanted["name"].strip(),
        backup_type=wanted["backup_type"],
        rotation=rotation,
        metadata=wanted.get("metadata", {}),
    )
    return _imaged(context, asked, image_id) if rotation else None


def _imaged(context: RequestContext, asked: Asked, image_id: str) -> Reply:
    if asked.version >= versions.IMAGE_ID_IN_ANSWER:
        return Reply({"image_id": image_id})
    return Reply(headers={"Location": image.address(context, image_id)})


def _rescue(context: RequestContext, asked: Asked) -> Reply:
    wanted = asked.arguments or {}
    image_id = wanted.get("rescue_image_ref", "")
    synnefo_compute.rescue_server(context, asked.server_id, image_id=image_id)
    if not context.cloud.config.compute.enable_instance_password:
        return Reply({}, status=200)
    return Reply({"adminPass": first_boot.password(context, wanted)}, status=200)


def _unrescue(context: RequestContext, asked: Asked) -> None:
    synnefo_compute.unrescue_server(context, asked.server_id)


def _reassign(context: RequestContext, asked: Asked) -> None:
    synnefo_compute.reassign_server(context, asked.server_id, asked.arguments["project"])


def _add_fixed_ip(context: RequestContext, asked: Asked) -> None:
    synnefo_compute.add_fixed_ip(context, asked.server_id, asked.arguments["networkId"])


def _remove_fixed_ip(context: RequestContext, asked: Asked) -> None:
    synnefo_compute.remove_fixed_ip(context, asked.server_id, asked.arguments["address"])


def _add_floating_ip(context: RequestContext, asked: Asked) -> None:
    floating_ips.attach(context, asked.server_id, asked.arguments)


def _remove_floating_ip(context: RequestContext, asked: Asked) -> None:
    floating_ips.detach(context, asked.server_id, asked.arguments)


def _add_security_group(context: RequestContext, asked: Asked) -> None:
    synnefo_compute.add_security_group(context, asked.server_id, asked.arguments["name"])


def _remove_security_group(context: RequestContext, asked: Asked) -> None:
    synnefo_compute.remove_security_group(context, asked.server_id, asked.arguments["name"])


def _force_delete(context: RequestContext, asked: Asked) -> None:
    synnefo_compute.delete_server(context, asked.server_id)


def _reset_network(context: RequestContext, asked: Asked) -> None:
    synnefo_compute.reset_network(context, asked.server_id)


def _reset_state(context: RequestContext, asked: Asked) -> None:
    synnefo_compute.reset_state(context, asked.server_id, asked.arguments["state"])


def _console(context: RequestContext, asked: Asked) -> Reply:
    return consoles.get(context, asked.server_id, asked.arguments)


def _console_output(context: RequestContext, asked: Asked) -> Reply:
    return consoles.output(context, asked.server_id)


def _migrate_live(context: RequestContext, asked: Asked) -> None:
    # How the disks go along, and whether they have to, is the cluster's own affair.
    synnefo_compute.migrate_server(context, asked.server_id, node=asked.arguments["host"] or "")


def _migrate(context: RequestContext, asked: Asked) -> None:
    node = (asked.arguments or {}).get("host") or ""
    synnefo_compute.migrate_server(context, asked.server_id, node=node, is_live=False)


ACTIONS: dict[str, tuple[Action, str]] = {
    "lock": (_lock, "compute:server:lock"),
    "unlock": (_unlock, "compute:server:unlock"),
    "os-start": (_start, "compute:server:start"),
    "addFixedIp": (_add_fixed_ip, "network:port:update"),
    "removeFixedIp": (_remove_fixed_ip, "network:port:update"),
    "addFloatingIp": (_add_floating_ip, "network:floating_ip:update"),
    "removeFloatingIp": (_remove_floating_ip, "network:floating_ip:update"),
    "addSecurityGroup": (_add_security_group, "network:port:update"),
    "removeSecurityGroup": (_remove_security_group, "network:port:update"),
    "os-stop": (_stop, "compute:server:stop"),
    "reboot": (_reboot, "compute:server:reboot"),
    "reassign": (_reassign, "compute:server:reassign"),
    "rebuild": (_rebuild, "compute:server:rebuild"),
    "createBackup": (_create_backup, "compute:server:create_backup"),
    "createImage": (_create_image, "compute:server:create_image"),
    "rescue": (_rescue, "compute:server:rescue"),
    "unrescue": (_unrescue, "compute:server:unrescue"),
    "forceDelete": (_force_delete, "compute:server:force_delete"),
    "migrate": (_migrate, "compute:server:migrate"),
    "os-migrateLive": (_migrate_live, "compute:server:migrate_live"),
    "resetNetwork": (_reset_network, "compute:server:reset_network"),
    "os-resetState": (_reset_state, "compute:server:reset_state"),
    "resize": (_resize, "compute:server:resize"),
    "confirmResize": (_confirm_resize, "compute:server:resize"),
    "revertResize": (_revert_resize, "compute:server:resize"),
    "os-getConsoleOutput": (_console_output, "compute:server:console_output"),
    "os-getRDPConsole": (_console, "compute:server:console"),
    "os-getSPICEConsole": (_console, "compute:server:console"),
    "os-getSerialConsole": (_console, "compute:server:console"),
    "os-getVNCConsole": (_console, "compute:server:console"),
}
"""The call and the policy rule of each action."""

_PROXIES = ("addFixedIp", "addFloatingIp", "removeFixedIp", "removeFloatingIp")

ENDED: dict[str, Version] = {
    name: versions.REMOTE_CONSOLES for name, (call, _) in ACTIONS.items() if call is _console
} | dict.fromkeys(_PROXIES, versions.NO_ADDRESS_ACTIONS)
"""The first microversion that knows an action no more."""


def dispatch(
    context: RequestContext, server_id: str, body: dict[str, Any], version: Version
) -> Reply | None:
    """Answer ``POST /servers/{server_id}/action``."""
    name, arguments = next(iter(body.items()))
    if name in ENDED and version >= ENDED[name]:
        noun = "action"
        raise NotFound(noun, name)
    if name in schema.UNBUILT:
        what = f"the action {name}"
        raise Unbuilt(what)
    if name not in ACTIONS:
        msg = f"there is no such action: {name}"
        raise Invalid(msg)
    call, rule = ACTIONS[name]
    context.cloud.policy.require(context, rule)
    schema.check(name, arguments, version)
    return call(context, Asked(server_id, arguments, version))
