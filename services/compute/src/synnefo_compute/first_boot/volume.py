# SPDX-License-Identifier: Apache-2.0
"""One volume with both forms: its label says which of them the guest takes."""

from __future__ import annotations

from synnefo_compute.first_boot import config_drive, nocloud, offline, told
from synnefo_compute.models import ServerRow
from synnefo_core.context import RequestContext
from synnefo_core.contracts.seed import Seed

NOCLOUD, CONFIG_DRIVE = "cidata", "config-2"


def of_server(context: RequestContext, row: ServerRow) -> Seed:
    """Return what the guest of a server reads.

    NoCloud has no files of its own, and in vendor data they would yield to those of the user data:
    a server with files has a config drive.
    """
    whole = told.of_server(context, row)
    is_config_drive = row.has_config_drive or bool(whole.files)
    label = CONFIG_DRIVE if is_config_drive else NOCLOUD
    files = {**nocloud.files(whole), **config_drive.files(whole)}
    return Seed(label, files, offline.order(whole, row.image_properties))
