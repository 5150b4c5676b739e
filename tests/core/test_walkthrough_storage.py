# SPDX-License-Identifier: Apache-2.0
"""The walkthrough "Write a storage driver" works as it stands there."""

import json
import os
import re
import subprocess
import sys
import textwrap
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs/plugins/write-a-storage-driver.rst"
BLOCK = re.compile(
    r"^\.\. code-block:: \w+\n   :caption: (?P<name>\S+)\n\n(?P<content>(?:(?:   .*)?\n)+)",
    re.MULTILINE,
)


def files_of_the_document(folder):
    """Write the files of the document into a new folder and return it."""
    folder.mkdir()
    for block in BLOCK.finditer(DOCUMENT.read_text()):
        content = textwrap.dedent(block["content"]).strip() + "\n"
        (folder / block["name"]).write_text(content)
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The distribution of the document."""
    return files_of_the_document(tmp_path_factory.mktemp("walkthrough") / "acme-storage-ram")


@pytest.fixture(scope="module")
def run(project):
    """Install the distribution aside and return how to run Python with it."""
    if not (find_spec("pip") and find_spec("setuptools")):
        pytest.skip("installing a distribution needs pip and setuptools")
    target = project.parent / "installed"
    environment = os.environ | {
        "PYTHONPATH": str(target),
        "PYTHONDONTWRITEBYTECODE": "1",
        "XDG_CACHE_HOME": str(project.parent / "cache"),
    }

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=project.parent,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    # --no-deps: what it needs is what runs this test.
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    installing = run("-m", "pip", "install", *options, "--target", target, f"./{project.name}")
    assert 0 == installing.returncode, installing.stderr
    return run


def test_the_document_has_the_files_it_names(project):
    files = {"acme_ram.py", "setup.cfg", "pyproject.toml", "test_acme_ram.py", "synnefo.conf"}

    assert files == {path.name for path in project.iterdir() if path.is_file()}


def test_the_driver_is_found_by_its_name(run):
    code = """
from stevedore import DriverManager
print(DriverManager("synnefo.storage", "ram").driver.__qualname__)
"""
    found = run("-c", code)

    assert "RamStorage\n" == found.stdout, found.stderr


def test_the_driver_is_listed(run):
    code = "import sys; from synnefo_core.commands import main; sys.exit(main(sys.argv[1:]))"

    listing = run("-c", code, "plugin", "list", "-f", "json")

    assert 0 == listing.returncode, listing.stderr
    assert {
        "Kind": "storage",
        "Name": "ram",
        "Distribution": "acme-storage-ram",
        "Version": "1.0",
        "Status": "ok",
    } in json.loads(listing.stdout)


def test_the_driver_passes_the_suite(run, project):
    test = project / "test_acme_ram.py"

    suite = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", project, test)

    assert 0 == suite.returncode, suite.stdout
    assert " passed" in suite.stdout
    assert "failed" not in suite.stdout


def test_a_cloud_uses_the_driver(run, project):
    code = """
import sys
from pathlib import Path
from synnefo_core.cloud import assemble
from synnefo_core.contracts.storage import Kind
cloud = assemble(data_dir=Path("cloud"), files=(Path(sys.argv[1]),))
store = cloud.store()
store.blocks.put(Kind.BLOCK, bytes(32), b"content")
print(type(store).__name__, store.blocks.limit_bytes >> 20, store.blocks.used_bytes)
cloud.close()
"""
    used = run("-c", code, project / "synnefo.conf")

    assert "RamStorage 512 7\n" == used.stdout, used.stderr
