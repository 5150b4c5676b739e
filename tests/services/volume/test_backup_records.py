# SPDX-License-Identifier: Apache-2.0
"""Backups that a cloud has forgotten are known again by what their owners kept of them."""

import base64
import json
from dataclasses import replace

import pytest

import synnefo_object_store as objects
import synnefo_quota
import synnefo_volume as service
from synnefo_core.errors import Forbidden, Invalid, InvalidField, InvalidState, NotFound
from synnefo_core.signatures import Signer
from synnefo_volume import backup_records
from synnefo_volume.models import BackupRow

pytestmark = pytest.mark.usefixtures("standard")


@pytest.fixture
def backup(member, make, worker, node):
    volume = make()
    node.write(volume, b"then")
    spec = service.BackupSpec(volume.id, name="nightly", metadata={"kept": "long"})
    made = service.create_backup(member, spec)
    worker.drain(patience_s=30.0)
    return service.show_backup(member, made.id)


@pytest.fixture
def forget(context):
    """Return a function that has the cloud forget a backup, as when its database is an older one."""

    def forget(backup):
        with context.unit_of_work() as session:
            session.delete(session.get_one(BackupRow, backup.id))

    return forget


def changed(record, **told):
    """Return a record that says something else, with the signature of what it said."""
    signed = json.loads(base64.b64decode(record.text))
    text = json.dumps({**json.loads(signed["text"]), **told})
    return of(json.dumps({**signed, "text": text}))


def of(signed):
    return service.BackupRecord("synnefo", base64.b64encode(signed.encode()).decode())


def test_a_backup_that_was_forgotten_is_known_again_and_restored(
    member, worker, backup, forget, node
):
    record = service.export_backup(member, backup.id)
    forget(backup)

    found = service.import_backup(member, record)

    assert backup == replace(found, updated_at=backup.updated_at)
    assert [backup.id] == [each.id for each in service.list_backups(member, limit=10)]
    volume = service.restore_backup(member, backup.id)
    worker.drain(patience_s=30.0)
    assert b"then" == node.read(service.show_volume(member, volume.id), 4)


def test_it_is_paid_for_again(context, member, backup, forget):
    record = service.export_backup(member, backup.id)
    before = synnefo_quota.left(member, member.project_id, service.BACKUPS).usage
    forget(backup)

    service.import_backup(member, record)

    usage = synnefo_quota.left(member, member.project_id, service.BACKUPS).usage
    assert before + 1 == usage  # nothing was given back when it was forgotten


def test_one_that_is_known_is_not_imported(member, backup):
    record = service.export_backup(member, backup.id)

    with pytest.raises(Invalid, match="already"):
        service.import_backup(member, record)


@pytest.mark.parametrize(
    "told",
    [{"size_gib": 0}, {"project_id": "other"}, {"content": ""}],
    ids=["size", "project", "content"],
)
def test_what_was_changed_is_not_the_clouds(member, backup, forget, told):
    record = service.export_backup(member, backup.id)
    forget(backup)

    with pytest.raises(InvalidField, match="backup_url"):
        service.import_backup(member, changed(record, **told))


@pytest.mark.parametrize("text", ["", "no base64", "e30=", "/w=="])
def test_what_is_no_record_is_refused(member, text):
    with pytest.raises(InvalidField, match="backup_url"):
        service.import_backup(member, service.BackupRecord("synnefo", text))


def test_records_of_other_clouds_and_services_are_refused(member, backup, forget):
    record = service.export_backup(member, backup.id)
    forget(backup)
    text = json.loads(base64.b64decode(record.text))["text"]
    foreign = Signer(Signer.new_key(), backup_records._PURPOSE).sign(text)

    with pytest.raises(InvalidField, match="backup_url"):
        service.import_backup(member, of(foreign))
    with pytest.raises(InvalidField, match="backup_service"):
        service.import_backup(member, replace(record, service="swift"))


def test_another_project_does_not_get_it_but_an_administrator_gives_it_back(
    member, stranger, admin, backup, forget
):
    record = service.export_backup(member, backup.id)
    forget(backup)

    with pytest.raises(Forbidden):
        service.import_backup(stranger, record)

    service.import_backup(admin, record)
    shown = service.show_backup(member, backup.id)
    assert (backup.user_id, backup.project_id) == (shown.user_id, shown.project_id)


@pytest.mark.parametrize("is_first_forgotten", [True, False])
def test_without_its_object_it_is_lost(member, backup, forget, is_first_forgotten):
    record = service.export_backup(member, backup.id)
    if is_first_forgotten:
        forget(backup)
    objects.delete_object(member, backup.project_id, backup.container, backup.id)

    if is_first_forgotten:
        with pytest.raises(Invalid, match="not there"):
            service.import_backup(member, record)
    else:
        with pytest.raises(InvalidState):
            service.export_backup(member, backup.id)


def test_who_has_no_such_backup_exports_none(member, stranger, backup):
    with pytest.raises(NotFound):
        service.export_backup(stranger, backup.id)
