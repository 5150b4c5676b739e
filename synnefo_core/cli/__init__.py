# SPDX-License-Identifier: Apache-2.0
"""The core's own commands."""

from synnefo_core.cli import configuration, database, plugins, processes, queues
from synnefo_core.commands import CommandTable

COMMANDS: CommandTable = {
    "bootstrap": processes.Bootstrap,
    "config sample": configuration.Sample,
    "db status": database.Status,
    "db upgrade": database.Upgrade,
    "event list": queues.EventList,
    "event retry": queues.EventRetry,
    "plugin list": plugins.List,
    "run": processes.Run,
    "saga list": queues.SagaList,
    "saga show": queues.SagaShow,
    "serve": processes.Serve,
    "work": processes.Work,
}
