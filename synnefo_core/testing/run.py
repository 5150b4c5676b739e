# SPDX-License-Identifier: Apache-2.0
"""Run pytest on a runtime: ``python -m synnefo_core.testing.run eventlet -- ARGUMENTS``.

Under eventlet everything is patched before pytest and the tests are imported.
"""

from __future__ import annotations

import sys

from synnefo_core.server import become_green


def main(argv: list[str]) -> int:
    """Choose the runtime and run pytest."""
    runtime, arguments = argv[0], [a for a in argv[1:] if a != "--"]
    if runtime not in ("threads", "eventlet"):
        sys.stderr.write(f"no such runtime: {runtime} (threads or eventlet)\n")
        return 2
    if runtime == "eventlet":
        become_green()
    import pytest  # only after the runtime is chosen

    return int(pytest.main(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
