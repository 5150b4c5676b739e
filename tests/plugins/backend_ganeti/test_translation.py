# SPDX-License-Identifier: Apache-2.0
import pytest

from synnefo_backend_ganeti import rapi, translation
from synnefo_backend_ganeti.rapi.jobs import Operation
from synnefo_core.contracts.compute import Console, ConsoleKind, JobState, PowerState
from tests.plugins.backend_ganeti.rapi_server import Answer, sample


@pytest.fixture
def told_job(server, client):
    """Tell of a recorded job in the words of the contract."""

    def tell(name):
        return translation.job(client.job(server.replay(name)["id"]))

    return tell


@pytest.fixture
def told_power(server, client):
    """Tell of the power of an instance that has a status of Ganeti's."""

    def tell(status):
        body = sample("get-instance-file")["response"]["body"] | {"status": status}
        server.answer = lambda received: Answer.of(body)
        return translation.instance(client.instance("snf-3")).power

    return tell


@pytest.mark.parametrize(
    "status, expected",
    [
        ("running", PowerState.RUNNING),
        ("ADMIN_down", PowerState.STOPPED),
        ("ADMIN_offline", PowerState.STOPPED),
        ("USER_down", PowerState.STOPPED),
        ("ERROR_down", PowerState.CRASHED),
        ("ERROR_up", PowerState.RUNNING),
        ("ERROR_wrongnode", PowerState.RUNNING),
        ("ERROR_nodedown", PowerState.UNKNOWN),
        ("ERROR_nodeoffline", PowerState.UNKNOWN),
        (None, PowerState.UNKNOWN),
    ],
)
def test_power_is_what_the_node_says(told_power, status, expected):
    assert expected is told_power(status)


@pytest.mark.parametrize("status", list(rapi.JobStatus))
def test_a_job_is_final_for_us_when_it_is_for_ganeti(status):
    job = translation.job(rapi.Job(1, status, (), None))

    assert status.is_final == job.state.is_final


def test_a_job_that_found_its_name_in_use_says_so(told_job):
    job = told_job("job-of-post-create-dup")

    assert (JobState.ERROR, "create", True) == (job.state, job.operation, job.already_exists)


def changed(*result) -> rapi.Job:
    """Return a job that Ganeti calls a success, with what it says it did."""
    done = rapi.JobStatus.SUCCESS
    step = Operation("OP_INSTANCE_SET_PARAMS", done, {}, [list(each) for each in result], None)
    return rapi.Job(1, done, (step,), None)


def test_a_job_that_added_what_the_guest_did_not_get_has_failed():
    job = translation.job(changed(("nic.1", "add:mac=aa"), ("nic.1", "hotplug:failed")))

    assert JobState.ERROR is job.state
    assert "nic.1 could not be plugged into the guest" in job.error


@pytest.mark.parametrize(
    "result",
    [
        (("nic.1", "add:mac=aa"), ("nic.1", "hotplug:done")),
        (("nic.1", "add:mac=aa"),),
        # What the guest did not have goes all the same: so a card that it did not get is taken back.
        (("nic.1", "remove"), ("nic.1", "hotplug:failed")),
    ],
    ids=["plugged", "stopped", "removed"],
)
def test_other_changes_are_what_ganeti_says(result):
    assert JobState.SUCCESS is translation.job(changed(*result)).state


def test_a_job_that_broke_says_why(told_job):
    job = told_job("job-of-post-create-os-fail")

    assert "OS create told to fail" in job.error
    assert not job.already_exists
    assert not job.is_transient


@pytest.mark.parametrize("name", ["job-noded-down", "job-of-post-create-autoalloc"])
def test_a_job_without_node_or_room_may_do_better_later(told_job, name):
    assert told_job(name).is_transient


def test_a_reinstallation_is_no_stop(told_job):
    assert "reinstall" == told_job("job-of-post-reinstall").operation


@pytest.fixture
def told_console(server, client):
    """Tell where the console of the recorded instance is, bound to an address of the node."""

    def tell(bound_to, console=None):
        recorded = sample("get-console-kvm")["response"]["body"] if console is None else console
        shown = sample("get-instance-kvm")["response"]["body"]
        shown |= {"hvparams": shown["hvparams"] | {"vnc_bind_address": bound_to}}
        server.answer = lambda received: Answer.of(
            recorded if received.path.endswith("/console") else shown
        )
        return translation.console(client.console("vmb"), client.display("vmb"))

    return tell


@pytest.mark.parametrize(
    "bound_to, host",
    [("0.0.0.0", "node1.c1.test"), ("192.0.2.7", "192.0.2.7"), ("::", "node1.c1.test")],
)
def test_the_display_is_found_though_a_serial_console_is_recommended(told_console, bound_to, host):
    assert Console(ConsoleKind.VNC, host, 11001) == told_console(bound_to)


@pytest.mark.parametrize("bound_to", ["127.0.0.1", "::1", "", None])
def test_a_display_that_only_its_node_reaches_is_none(told_console, bound_to):
    assert told_console(bound_to) is None


def test_a_recommended_display_is_taken(told_console):
    recommended = {"instance": "vmb", "kind": "vnc", "host": "0.0.0.0", "port": 11002}

    assert Console(ConsoleKind.VNC, "node1.c1.test", 11002) == told_console(None, recommended)


def test_an_instance_of_a_hypervisor_without_displays_has_no_console(make_backend, server):
    shown = sample("get-instance-file")["response"]["body"] | {"hvparams": {}}
    told = sample("get-instance-console-fake")["response"]["body"]
    server.answer = lambda received: Answer.of(
        told if received.path.endswith("/console") else shown
    )

    assert make_backend().consoles.console("snf-3") is None
