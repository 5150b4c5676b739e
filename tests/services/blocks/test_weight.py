# SPDX-License-Identifier: Apache-2.0
"""The engine runs on Ganeti nodes, which have neither a database nor a web server."""

import json
import subprocess
import sys

HEAVY = {"alembic", "eventlet", "jsonschema", "oslo_policy", "routes", "sqlalchemy", "webob"}


def test_the_engine_loads_no_database_and_no_web():
    code = "import json, sys, synnefo_blocks; print(json.dumps(list(sys.modules)))"

    output = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout

    assert set() == HEAVY & set(json.loads(output))
