# SPDX-License-Identifier: Apache-2.0
"""Where a client is used: a folder, and an environment that says who its user is."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.system.client import Client
from tests.system.deployment import Deployment

PAGE = Path(__file__).parents[3] / "docs/users/object-storage-clients.rst"
MIB = 2**20
SIZES = {
    "empty": 0,
    "one % of 100%25": 1,
    "almost": 4 * MIB - 1,
    "block": 4 * MIB,
    "with spaces/more & more": 4 * MIB + 1,
    "ünïcödé/αβγ#?'☃": 1000,
    "large": 20 * MIB,
}
"""Files by name; a block of the store is 4 MiB."""


def fill(folder: Path) -> None:
    """Write files that no other folder has a block of."""
    content = random.Random(folder.as_posix())
    for name, size_bytes in SIZES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.randbytes(size_bytes))


def tree(folder: Path) -> dict[str, bytes]:
    """Return what is in the files below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


class Desk:
    """A folder with ``files`` in it, and the environment of the user's programs.

    Attributes:
        folder: Where programs run.
        files: What is kept in object storage.
        environment: Of the programs.
    """

    def __init__(self, cloud: Deployment, folder: Path, login: Mapping[str, str]) -> None:
        self.folder, self.files = folder, folder / "files"
        home = {"HOME": str(folder), "LANG": "C.UTF-8", "RCLONE_CONFIG": "/dev/null"}
        self.environment = cloud.environment() | home | SETTINGS | dict(login)
        self._client = Client(cloud)
        fill(self.files)

    def run(self, command: str) -> str:
        """Run a command that the documentation shows, and return what it prints."""
        return self.output(command).decode()

    def output(self, command: str) -> bytes:
        """Do the same for a command that may print anything."""
        lines = {line.strip() for line in PAGE.read_text().splitlines()}
        assert command in lines, f"{PAGE.name} does not show: {command}"
        done = subprocess.run(
            ["bash", "-euc", command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=180,
            check=False,
        )
        said = (done.stdout + done.stderr).decode(errors="replace")
        assert 0 == done.returncode, f"{command}\n{said[-4000:]}"
        return done.stdout

    def has_same(self, folder: str) -> bool:
        """Say whether a folder has the same files as ``files``.

        pytest would show megabytes of what differs.
        """
        return tree(self.files) == tree(self.folder / folder)

    def objects(self, container: str) -> list[str]:
        """Return the names of the objects in a container."""
        return self._client.call("GET", self._path(container)).text.splitlines()

    def modified(self, container: str) -> dict[str, str]:
        """Return when each object in a container was written, by its name."""
        listed = self._client.get(f"{self._path(container)}?format=json")
        return {each["name"]: each["last_modified"] for each in listed}

    def has(self, container: str) -> bool:
        """Say whether there is a container."""
        return self._client.ask("HEAD", self._path(container)).ok

    def _path(self, container: str) -> str:
        return f"/object-store/v1/AUTH_{self._client.project_id}/{container}"


SETTINGS = {
    "RCLONE_CONFIG_CLOUD_TYPE": "swift",
    "RCLONE_CONFIG_CLOUD_ENV_AUTH": "true",
    "RESTIC_PASSWORD": "secret",
    "RESTIC_REPOSITORY": "swift:restic:/",
}
"""What the programs are told besides the login."""


def password(cloud: Deployment) -> dict[str, str]:
    """Return the environment that logs in with the password of DIR/clouds.yaml."""
    login = cloud.login()
    return {
        "OS_AUTH_URL": login["auth_url"],
        "OS_IDENTITY_API_VERSION": "3",
        "OS_USERNAME": login["username"],
        "OS_PASSWORD": login["password"],
        "OS_PROJECT_NAME": login["project_name"],
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_NAME": "Default",
        "OS_REGION_NAME": "RegionOne",
    }


def credential(cloud: Deployment) -> dict[str, str]:
    """Make an application credential and return the environment that logs in with it."""
    made = cloud.openstack_json("application", "credential", "create", "backup")
    return {
        "OS_AUTH_URL": cloud.login()["auth_url"],
        "OS_AUTH_TYPE": "v3applicationcredential",
        "OS_APPLICATION_CREDENTIAL_ID": made["ID"],
        "OS_APPLICATION_CREDENTIAL_SECRET": made["Secret"],
    }
