# SPDX-License-Identifier: Apache-2.0
import pytest

from tools.set_version import with_version

SETUP = """\
[metadata]
name = synnefo-volume
version = 0.1.0
[options]
install_requires =
    requests >= 2.31
    synnefo-core[server] ~= 0.1.0
    synnefo-image ~= 0.1.0
"""


@pytest.mark.parametrize(
    "new,lowest",
    [("0.1.7", "0.1.0"), ("0.2.0", "0.2.0"), ("1.0.0", "1.0.0"), ("1.0.0rc1", "1.0.0rc1")],
)
def test_siblings_follow_the_minor_version(new, lowest):
    setup = with_version(SETUP, new)

    assert f"version = {new}\n" in setup
    assert f"synnefo-core[server] ~= {lowest}\n" in setup
    assert f"synnefo-image ~= {lowest}\n" in setup


def test_strangers_keep_their_ranges():
    assert "requests >= 2.31\n" in with_version(SETUP, "0.2.0")
