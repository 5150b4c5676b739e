# SPDX-License-Identifier: Apache-2.0
"""The least that a runtime costs: an application that does nothing, served as ours is.

``python -m tools.bench.floor RUNTIME PORT``. What the generator reaches here it could reach
anywhere, and what our own figures lack of it is our own code.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_BODY = b'{"nothing": true}'
_GUNICORN = [
    *("--worker-class", "gthread", "--threads", "16", "--keep-alive", "75"),
    *("--no-control-socket", "--log-level", "warning"),
]


def application(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer without looking at the request."""
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(_BODY)))]
    start_response("200 OK", headers)
    return [_BODY]


def main(runtime: str, port: int) -> None:
    """Serve until told to end."""
    if runtime == "threads":
        command = [sys.executable, "-m", "gunicorn", *_GUNICORN, "--bind", f"127.0.0.1:{port}"]
        os.execv(sys.executable, [*command, "tools.bench.floor:application"])  # noqa: S606  # our own interpreter
    from synnefo_core import server  # it patches, so it is imported only for this runtime

    server.become_green()
    green = server._GreenServer()  # noqa: SLF001  # the very same settings are the point
    green.serve(green.listen("127.0.0.1", port), application)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
