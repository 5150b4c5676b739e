# SPDX-License-Identifier: Apache-2.0
"""The distributions of this tree: what they are called and where they lie.

A folder with a ``setup.cfg`` under services/, apis/ or plugins/ is a member;
nothing else lists them. Needs the standard library only.

Usage:
    python -m tools.members install    print what ``run`` hands to ``uv pip install``
    python -m tools.members stale      print installed members whose folder is gone
"""

import argparse
import configparser
import importlib.metadata
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("services", "apis", "plugins")

# Their libraries come as C source; who wants them installs them.
NOT_EVERYWHERE = {"plugins/auth_ldap"}

CORE_EXTRAS = "server,postgresql"


@dataclass(frozen=True)
class Member:
    """One distribution beside the core.

    Attributes:
        folder: Relative to the root, such as ``plugins/storage_nfs``.
    """

    folder: str

    @property
    def kind(self) -> str:
        return self.folder.split("/")[0]

    @property
    def name(self) -> str:
        return self.folder.split("/")[1]

    @property
    def package(self) -> str:
        """The import name."""
        return f"synnefo_api_{self.name}" if self.kind == "apis" else f"synnefo_{self.name}"

    @property
    def distribution(self) -> str:
        return self.package.replace("_", "-")

    @property
    def path(self) -> Path:
        return ROOT / self.folder

    @property
    def source(self) -> Path:
        return self.path / "src" / self.package

    @property
    def setup(self) -> configparser.ConfigParser:
        return read_setup(self.path)


def read_setup(folder: Path) -> configparser.ConfigParser:
    """Parse the setup.cfg of a folder."""
    setup = configparser.ConfigParser(interpolation=None)
    setup.read_string((folder / "setup.cfg").read_text())
    return setup


def members() -> list[Member]:
    """Every member, in the order of their folders' names."""
    folders = (path.parent for kind in KINDS for path in (ROOT / kind).glob("*/setup.cfg"))
    return [Member(str(folder.relative_to(ROOT))) for folder in sorted(folders)]


def install_arguments() -> list[str]:
    """Return the arguments for ``uv pip install`` of a whole cloud."""
    arguments = ["-e", f".[{CORE_EXTRAS}]"]
    for member in members():
        if member.folder not in NOT_EVERYWHERE:
            arguments += ["-e", f"./{member.folder}"]
    return arguments


def stale() -> Iterator[str]:
    """Name editable members in this interpreter's environment whose folder is gone."""
    for distribution in importlib.metadata.distributions():
        origin = json.loads(distribution.read_text("direct_url.json") or "{}")
        folder = Path(unquote(urlsplit(origin.get("url", "")).path))
        if folder.is_relative_to(ROOT) and not (folder / "setup.cfg").exists():
            yield distribution.name


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("install", "stale"))
    what = parser.parse_args().what
    print(*(install_arguments() if what == "install" else stale()), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
