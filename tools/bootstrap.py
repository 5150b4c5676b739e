# SPDX-License-Identifier: Apache-2.0
"""Put pip and uv into a virtual environment that was made without either.

Debian and Ubuntu ship Python without ``ensurepip`` (it is in python3-venv),
so nothing but the standard library may be counted on here. Run with the
environment's own Python; the versions are those of constraints.txt.

Environment:
    PIP_INDEX_URL: The package index, if not https://pypi.org/simple.
    PIP_CERT: A file of CA certificates that vouch for it.
"""

import hashlib
import importlib.util
import os
import re
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

CONSTRAINTS = Path(__file__).parent.parent / "constraints.txt"
INDEX_URL = os.environ.get("PIP_INDEX_URL") or "https://pypi.org/simple"
TIMEOUT_S = 60


class BootstrapError(Exception):
    """The environment cannot be prepared; the message says what would help."""


class Links(HTMLParser):
    """The links of one index page (PEP 503)."""

    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hrefs += [value for name, value in attrs if (tag, name) == ("a", "href") and value]


def pinned(project: str) -> str:
    """Return the version of a project in constraints.txt."""
    found = re.search(rf"^{re.escape(project)}==(\S+)", CONSTRAINTS.read_text(), re.MULTILINE)
    if found is None:
        raise BootstrapError(f"{CONSTRAINTS} names no version of {project}")
    return found[1]


def fetch(url: str) -> tuple[bytes, str]:
    """Return the content of a URL and the address that it came from in the end."""
    context = ssl.create_default_context(cafile=os.environ.get("PIP_CERT") or None)
    request = urllib.request.Request(url, headers={"Accept": "text/html"})  # noqa: S310 the index is the operator's choice
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=context) as answer:  # noqa: S310
            return answer.read(), answer.url
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise BootstrapError(
                f"no known authority vouches for {urlsplit(url).hostname}: "
                "install ca-certificates, or name a file of certificates in PIP_CERT"
            ) from error
        raise BootstrapError(
            f"cannot read {url} ({error}); PIP_INDEX_URL names another index"
        ) from error


def wheel_link(page: str, base_url: str, name: str) -> tuple[str, str]:
    """Find a wheel on an index page: its URL and its SHA-256."""
    links = Links()
    links.feed(page)
    for href in links.hrefs:
        url, fragment = urldefrag(urljoin(base_url, href))
        kind, _, digest = fragment.partition("=")
        if url.rpartition("/")[2] == name and kind == "sha256":
            return url, digest
    raise BootstrapError(f"{base_url} has no {name} with a SHA-256")


def download_pip(folder: Path) -> Path:
    """Download pip's wheel and check it against the index."""
    name = f"pip-{pinned('pip')}-py3-none-any.whl"
    page, base_url = fetch(f"{INDEX_URL.rstrip('/')}/pip/")
    url, expected = wheel_link(page.decode(), base_url, name)
    content, _ = fetch(url)
    if hashlib.sha256(content).hexdigest() != expected:
        raise BootstrapError(
            f"{url} is not the file that the index describes; nothing was installed"
        )
    wheel = folder / name
    wheel.write_bytes(content)
    return wheel


def python(*arguments: str) -> None:
    # What pip has to complain of it writes to stderr.
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)


def install_pip() -> None:
    """Install pip, from the standard library if it is there, else from the index."""
    if importlib.util.find_spec("ensurepip"):
        python("-m", "ensurepip", "--default-pip")
        return
    with tempfile.TemporaryDirectory() as folder:
        wheel = download_pip(Path(folder))
        # A wheel is a zip file, and Python runs packages out of zip files: pip installs itself.
        python(f"{wheel}/pip", "install", "--quiet", "--no-index", str(wheel))


def main() -> int:
    try:
        if not importlib.util.find_spec("pip"):
            install_pip()
        python(
            "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"uv=={pinned('uv')}"
        )
    except BootstrapError as error:
        print(f"synnefo: {error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"synnefo: pip failed with exit code {error.returncode} (see above)", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
