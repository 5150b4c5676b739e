# SPDX-License-Identifier: Apache-2.0
import pytest
from oslo_config import cfg

from synnefo_core import config
from synnefo_core.config import checked_settings, load
from synnefo_core.contracts.driver import Driver, Misconfigured
from synnefo_core.testing.plugins import answering, core_and


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Return a function that writes a file below a data directory, with no site file."""
    monkeypatch.setattr(config, "SITE_FILE", tmp_path / "etc.conf")

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


def region(number):
    return f"[DEFAULT]\nregion = R{number}\n"


def test_without_files_everything_has_its_default(site, tmp_path):
    assert "RegionOne" == load(core_and(), data_dir=tmp_path).region


def test_later_sources_win(site, tmp_path, monkeypatch):
    def seen(*files, **given):
        return load(core_and(), data_dir=tmp_path, files=files, **given).region

    site("etc.conf", region(1))
    assert "R1" == seen()
    site("conf.d/10-a.conf", region(2))
    assert "R2" == seen()
    site("conf.d/20-b.conf", region(3))
    assert "R3" == seen()
    first, second = site("first", region(4)), site("second", region(5))
    assert "R4" == seen(first)
    assert "R5" == seen(first, second)
    monkeypatch.setenv("OS_DEFAULT__REGION", "R6")
    assert "R6" == seen(first)
    assert "R7" == seen(first, overrides={("DEFAULT", "region"): "R7"})


def test_files_in_conf_d_that_are_not_conf_are_not_read(site, tmp_path):
    site("conf.d/old.conf.orig", region(1))

    assert "RegionOne" == load(core_and(), data_dir=tmp_path).region


def test_the_site_file_may_say_where_the_data_is(site, tmp_path):
    site("etc.conf", f"[DEFAULT]\ndata_dir = {tmp_path / 'data'}\n")
    site("data/conf.d/a.conf", region(1))

    found = load(core_and())

    assert ("R1", str(tmp_path / "data")) == (found.region, found.data_dir)


def test_the_data_directory_that_is_asked_for_wins(site, tmp_path):
    site("etc.conf", "[DEFAULT]\ndata_dir = /nowhere\n")

    assert str(tmp_path) == load(core_and(), data_dir=tmp_path).data_dir


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("[server]\nport = many\n", r"\[server\] port: invalid literal .* 'many'"),
        ("[server]\nworkers = 0\n", r"\[server\] workers: Should be greater than or equal to 1"),
        ("[log]\nformat = xml\n", r"\[log\] format: Valid values are \[text, json\]"),
        ("[server\n", r"Failed to parse .*conf.d/a.conf:1, Invalid section"),
        ("port\n", r"Failed to parse .*conf.d/a.conf:1, No ':' or '='"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_at_once(site, tmp_path, text, sentence):
    site("conf.d/a.conf", text)

    with pytest.raises(Misconfigured, match=sentence):
        load(core_and(), data_dir=tmp_path)


def test_a_wrong_value_in_the_environment_is_said_at_once(site, tmp_path, monkeypatch):
    monkeypatch.setenv("OS_WORKER__POLL_S", "often")

    with pytest.raises(Misconfigured, match=r"\[worker\] poll_s: .*'often'"):
        load(core_and(), data_dir=tmp_path)


def test_a_wrong_override_is_said_at_once(site, tmp_path):
    with pytest.raises(Misconfigured, match=r"\[server\] port: .*'x'"):
        load(core_and(), data_dir=tmp_path, overrides={("server", "port"): "x"})


def test_a_file_that_is_not_there_is_named(site, tmp_path):
    with pytest.raises(Misconfigured, match=r"nowhere\.conf"):
        load(core_and(), data_dir=tmp_path, files=[tmp_path / "nowhere.conf"])


def test_a_plugin_adds_its_own_options(site, tmp_path):
    plugin = answering(options={"compute": [cfg.StrOpt("prefix", default="snf-")]})
    site("conf.d/a.conf", "[compute]\nprefix = x-\n")

    assert "x-" == load(core_and(plugin), data_dir=tmp_path).compute.prefix


def test_plugins_that_declare_one_option_differently_are_refused(site, tmp_path):
    first = answering(options={"compute": [cfg.StrOpt("prefix", default="snf-")]})
    second = answering(options={"compute": [cfg.IntOpt("prefix")]})

    with pytest.raises(Misconfigured, match="duplicate option: prefix"):
        load(core_and(first, second), data_dir=tmp_path)


class Disk(Driver):
    @classmethod
    def options(cls):
        return [
            cfg.StrOpt("path", required=True, help="Where it is."),
            cfg.IntOpt("limit_mib", default=10, min=1),
            cfg.BoolOpt("is_shared", default=False),
            cfg.ListOpt("hosts", default=["a"]),
        ]


def test_settings_from_elsewhere_are_typed_and_completed():
    given = {"path": "/srv", "limit_mib": "20", "is_shared": True, "hosts": ["b", "c"]}

    assert {"path": "/srv", "limit_mib": 20, "is_shared": True, "hosts": ["b", "c"]} == (
        checked_settings(Disk, given)
    )
    assert {"path": "/srv", "limit_mib": 10, "is_shared": False, "hosts": ["a"]} == (
        checked_settings(Disk, {"path": "/srv"})
    )


@pytest.mark.parametrize(
    "given, sentence",
    [
        ({}, "path is missing: Where it is"),
        ({"path": "/srv", "limit_mib": "much"}, "the setting limit_mib: .*'much'"),
        ({"path": "/srv", "limit_mib": 0}, "the setting limit_mib: Should be greater"),
        ({"path": "/srv", "limits": 1}, "unknown settings: limits; known: hosts, is_shared"),
    ],
)
def test_wrong_settings_from_elsewhere_are_worded(given, sentence):
    with pytest.raises(Misconfigured, match=sentence):
        checked_settings(Disk, given)


def test_a_drivers_section_is_read_with_its_types(site, tmp_path):
    site("conf.d/a.conf", "[store_fast]\npath = /srv\nlimit_mib = 3\nhosts = x, y\n")

    found = config.driver_settings(load(core_and(), data_dir=tmp_path), "store_fast", Disk)

    assert {"path": "/srv", "limit_mib": 3, "is_shared": False, "hosts": ["x", "y"]} == found


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("limit_mib = 3", r"section \[store_fast\]: path is missing: Where it is"),
        ("path = /srv\nlimit_mib = x", r"section \[store_fast\]: .*'x'"),
    ],
)
def test_a_drivers_section_that_cannot_work_is_worded(site, tmp_path, text, sentence):
    site("conf.d/a.conf", f"[store_fast]\n{text}\n")

    with pytest.raises(Misconfigured, match=sentence):
        config.driver_settings(load(core_and(), data_dir=tmp_path), "store_fast", Disk)
