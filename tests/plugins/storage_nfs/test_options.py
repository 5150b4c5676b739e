# SPDX-License-Identifier: Apache-2.0
"""How operators learn what can be set."""

from synnefo_core.commands import main


def test_the_sample_configuration_has_the_options_of_a_store(capsys):
    assert 0 == main(["config", "sample"])

    said = capsys.readouterr().out
    (_, _, described) = said.partition("#[store_NAME]\n#driver = nfs\n")
    assert "\n#path =\n" in described
