# SPDX-License-Identifier: Apache-2.0
"""Fills Nova by its own objects; run with the Python of Nova's own environment: CONFIGURATION SERVERS."""

from __future__ import annotations

import sys
import uuid
from datetime import UTC, datetime
from typing import Any

USER, PROJECT = "bench-user", "bench-project"
HOSTS = 20


def main(configuration: str, servers: int) -> None:
    """Make a flavor and so many servers that run, each with an address."""
    from nova import config, context, objects  # type: ignore[import-not-found]  # of its own

    config.parse_args(["nova", "--config-file", configuration])
    objects.register_all()
    admin = context.get_admin_context()
    cells = objects.CellMappingList.get_all(admin)
    cell = next(each for each in cells if not each.is_cell0())
    flavor = _flavor(objects, admin)
    with context.target_cell(admin, cell) as inside:
        for number in range(servers):
            server = _server(objects, inside, flavor, number)
            mapping = objects.InstanceMapping(
                admin,
                instance_uuid=server.uuid,
                cell_mapping=cell,
                project_id=PROJECT,
                user_id=USER,
            )
            mapping.create()


def _flavor(objects: Any, admin: Any) -> Any:
    flavor = objects.Flavor(
        admin,
        flavorid="1",
        name="m1.tiny",
        memory_mb=512,
        vcpus=1,
        root_gb=1,
        ephemeral_gb=0,
        swap=0,
        rxtx_factor=1.0,
        vcpu_weight=0,
        disabled=False,
        is_public=True,
        extra_specs={},
        projects=[],
        description=None,
    )
    flavor.create()
    return objects.Flavor.get_by_flavor_id(admin, "1")


def _server(objects: Any, inside: Any, flavor: Any, number: int) -> Any:
    host = f"node{number % HOSTS}"
    server = objects.Instance(
        inside,
        uuid=str(uuid.uuid4()),
        project_id=PROJECT,
        user_id=USER,
        display_name=f"server-{number}",
        hostname=f"server-{number}",
        vm_state="active",
        power_state=1,
        host=host,
        node=host,
        compute_id=number % HOSTS + 1,
        image_ref="",
        instance_type_id=flavor.id,
        flavor=flavor,
        old_flavor=None,
        new_flavor=None,
        memory_mb=512,
        vcpus=1,
        root_gb=1,
        ephemeral_gb=0,
        launched_at=datetime.now(UTC),
        availability_zone="nova",
        metadata={},
        system_metadata={},
        key_name=None,
        launch_index=0,
        reservation_id=f"r-{number}",
        locked=False,
        config_drive="",
        access_ip_v4=None,
        access_ip_v6=None,
    )
    server.create()
    server.info_cache.network_info = _network_info(number)
    server.info_cache.save()
    return server


def _network_info(number: int) -> Any:
    from nova.network import model  # type: ignore[import-not-found]  # of its own

    address = model.FixedIP(address=f"10.0.{number // 250}.{number % 250 + 2}")
    subnet = model.Subnet(cidr="10.0.0.0/8", ips=[address])
    network = model.Network(id=str(uuid.uuid4()), bridge="br", label="public", subnets=[subnet])
    card = model.VIF(
        id=str(uuid.uuid4()), address="fa:16:3e:00:00:00", network=network, type="bridge"
    )
    return model.NetworkInfo([card])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
