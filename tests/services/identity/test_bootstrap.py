# SPDX-License-Identifier: Apache-2.0
"""What an empty cloud gets, once."""

import stat
import subprocess

import pytest
import yaml

import synnefo_identity
from synnefo_core.context import for_worker
from synnefo_identity import Reference
from synnefo_identity.bootstrap import bootstrap

QUICK = {("auth_local", "time_cost"): 1, ("auth_local", "memory_kib"): 8}


@pytest.fixture
def bare(make_cloud):
    """Return a cloud whose passwords are generated."""
    return make_cloud(QUICK)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def clouds(cloud):
    return yaml.safe_load((cloud.data_dir / "clouds.yaml").read_text())["clouds"]


def test_secrets_are_readable_by_their_owner_only(bare):
    bootstrap(bare)

    keys = bare.data_dir / "keys" / "fernet"
    private = [
        bare.data_dir / "clouds.yaml",
        bare.data_dir / "admin-openrc",
        keys / "0",
        keys / "1",
    ]
    assert [0o600] * 4 == [mode(path) for path in private]
    assert [0o700] * 3 == [mode(path) for path in (bare.data_dir, keys.parent, keys)]


def test_the_generated_passwords_are_random_and_log_in(bare, make_cloud):
    other = make_cloud(QUICK)
    bootstrap(bare)
    bootstrap(other)

    passwords = {entry["auth"]["password"] for c in (bare, other) for entry in clouds(c).values()}
    assert 4 == len(passwords)
    assert all(len(password) >= 20 for password in passwords)


def test_clouds_yaml_leads_a_client_to_its_project(home):
    entry = clouds(home.cloud)["synnefo-admin"]

    assert {
        "username": "admin",
        "password": "a password of tests",
        "project_name": "admin",
        "user_domain_id": "default",
        "project_domain_id": "default",
        "auth_url": "http://127.0.0.1:8774/identity/v3",
    } == entry["auth"]
    assert "RegionOne" == entry["region_name"]


def test_a_shell_can_read_admin_openrc_whatever_the_password(make_cloud):
    password = """it's `more` \\ "and" ;#!"""
    cloud = make_cloud({**QUICK, ("identity", "admin_password"): password})
    bootstrap(cloud)

    script = f". {cloud.data_dir / 'admin-openrc'}; printf '%s|%s' \"$OS_PASSWORD\" $OS_USERNAME"
    output = subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True)

    assert f"{password}|admin" == output.stdout


def test_the_first_people_have_their_roles(home):
    assert {"admin", "manager", "member", "reader"} == home.caller("admin").roles
    assert {"member", "reader"} == home.caller("demo").roles


def test_the_administrator_has_a_role_on_the_system(home):
    token = synnefo_identity.issue_token(home.admin, home.prove("admin"), synnefo_identity.SYSTEM)

    assert home.claims(token.text).is_system
    assert "admin" in home.claims(token.text).roles


def test_a_second_start_changes_nothing(home):
    keys = home.cloud.data_dir / "keys" / "fernet"
    before = [(keys / name).read_bytes() for name in "01"], clouds(home.cloud)

    bootstrap(home.cloud)

    assert before == ([(keys / name).read_bytes() for name in "01"], clouds(home.cloud))


def test_what_an_operator_removed_stays_removed(home):
    synnefo_identity.delete_user(home.admin, home.user_id("demo"))

    bootstrap(home.cloud)

    assert ["admin"] == [user.name for user in synnefo_identity.list_users(home.admin)]


def test_a_start_at_another_address_tells_clients_and_keeps_what_people_changed(home, make_cloud):
    path = home.cloud.data_dir / "clouds.yaml"
    content = yaml.safe_load(path.read_text())
    content["clouds"]["synnefo"]["auth"]["password"] = "changed by hand"
    content["clouds"]["elsewhere"] = {"auth": {"auth_url": "http://example.org"}}
    path.write_text(yaml.safe_dump(content))

    bootstrap(make_cloud({("DEFAULT", "public_url"): "https://cloud.example"}, like=home.cloud))

    found = clouds(home.cloud)
    assert "https://cloud.example/identity/v3" == found["synnefo"]["auth"]["auth_url"]
    assert "changed by hand" == found["synnefo"]["auth"]["password"]
    assert "http://example.org" == found["elsewhere"]["auth"]["auth_url"]


def test_a_file_that_was_removed_is_not_made_again(home):
    (home.cloud.data_dir / "clouds.yaml").unlink()

    bootstrap(home.cloud)

    assert not (home.cloud.data_dir / "clouds.yaml").exists()


@pytest.mark.parametrize("is_terminal, times", [(True, 1), (False, 0)])
def test_the_password_is_printed_once_and_on_a_terminal_only(
    bare, capsys, monkeypatch, is_terminal, times
):
    monkeypatch.setattr("sys.stdout.isatty", lambda: is_terminal)

    bootstrap(bare)
    bootstrap(bare)

    password = clouds(bare)["synnefo-admin"]["auth"]["password"]
    assert times == capsys.readouterr().out.count(password)


def test_a_cloud_whose_bootstrap_was_cut_off_gets_a_password_that_works(bare, monkeypatch):
    class PowerCutError(BaseException):
        pass

    def cut(*_arguments):
        raise PowerCutError

    with monkeypatch.context() as patch:
        patch.setattr("synnefo_identity.bootstrap._people", cut)
        with pytest.raises(PowerCutError):
            bootstrap(bare)
    bootstrap(bare)

    password = clouds(bare)["synnefo-admin"]["auth"]["password"]
    credentials = synnefo_identity.Credentials(
        Reference(name="admin", domain_id="default"), password
    )
    assert synnefo_identity.with_password(for_worker(bare), credentials).user_id
