# SPDX-License-Identifier: Apache-2.0
"""Passwords are in no message, log or trace."""

import logging
import traceback

import pytest

from synnefo_bus_amqp.options import Options
from synnefo_core.contracts.bus import BusUnavailable, Message
from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from tests.plugins.bus_amqp.brokers import url

SECRET = "hunter2hunter2"


@pytest.mark.system
def test_a_refused_password_is_shown_nowhere(make, broker, caplog):
    caplog.set_level(logging.DEBUG)
    bus = make(url(broker, "east", password=SECRET))

    with pytest.raises(BusUnavailable) as refusal:
        bus.publish(Message("tests.a", {}), timeout_s=5)
    bus.receive(timeout_s=0.5)

    shown = "".join(traceback.format_exception(refusal.value))
    assert "east@127.0.0.1" in shown
    assert SECRET not in shown + caplog.text


@pytest.mark.parametrize(
    "address",
    [
        f"http://user:{SECRET}@broker/vhost",
        f"user:{SECRET}@broker",
        f"amqp://user:{SECRET}@broker:port/vhost",
        f"amqp://:{SECRET}@broker/vhost",
        "nonsense",
        "",
    ],
)
def test_an_address_that_can_not_be_is_refused_without_showing_it(address, tmp_path):
    with pytest.raises(Misconfigured) as refusal:
        Options.of(DriverSetup("amqp", {"urls": [address]}, tmp_path))

    shown = "".join(traceback.format_exception(refusal.value))
    assert "urls" in str(refusal.value)
    assert SECRET not in shown


def test_settings_and_addresses_are_shown_without_passwords(tmp_path):
    told = Options.of(DriverSetup("amqp", {"urls": [f"amqps://u:{SECRET}@b/v"]}, tmp_path))

    assert SECRET not in repr(told) + repr(told.brokers) + str(told.brokers[0][0])


def test_no_address_at_all_is_refused(tmp_path):
    with pytest.raises(Misconfigured):
        Options.of(DriverSetup("amqp", {}, tmp_path))
