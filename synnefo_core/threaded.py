# SPDX-License-Identifier: Apache-2.0
"""The threads runtime: gunicorn's ``gthread`` workers, configured by us."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from synnefo_core import metrics, processes
from synnefo_core.cloud import Cloud
from synnefo_core.server import GRACE_S
from synnefo_core.worker import Worker
from synnefo_core.wsgi_app import build


class _Log(Logger):
    """Gunicorn's own lines, without the number of a process that :func:`logs.spare` leaves out."""

    error_fmt = "%(asctime)s [%(levelname)s] %(message)s"


class _Gunicorn(BaseApplication):
    """Gunicorn with our settings and, for a whole cloud, a worker beside the server."""

    def __init__(self, make_cloud: Callable[[], Cloud], *, is_whole: bool) -> None:
        self._make_cloud, self._is_whole = make_cloud, is_whole
        self._cloud: Cloud | None = None
        self._worker: Worker | None = None
        super().__init__()

    def load_config(self) -> None:
        cloud = self._make_cloud()
        section = cloud.config.server
        settings = {
            "bind": f"{section.host}:{section.port}",
            "worker_class": "gthread",
            # A whole cloud is one process: its worker lives in it.
            "workers": 1 if self._is_whole else section.workers,
            "threads": section.threads,
            "graceful_timeout": int(GRACE_S),
            "timeout": 0,
            "keepalive": 75,
            "loglevel": "warning",
            "logger_class": _Log,
            "control_socket_disable": True,
            "worker_exit": self._worker_exit,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)
        if not self._is_whole:
            processes.say_where(cloud)
        cloud.close()

    def load(self) -> Any:
        self._cloud = cloud = self._make_cloud()
        if self._is_whole:
            self._worker = processes.begin_work(cloud)
        elif cloud.config.server.workers == 1:
            metrics.listen(cloud)
        return build(cloud)

    def _worker_exit(self, _server: object, _worker: object) -> None:
        if self._worker is not None:
            self._worker.stop(GRACE_S)
        if self._cloud is not None:
            self._cloud.close()


def serve(make_cloud: Callable[[], Cloud], *, is_whole: bool) -> int:
    """Serve until told to end; ``is_whole`` adds the worker."""
    _Gunicorn(make_cloud, is_whole=is_whole).run()
    return 0
