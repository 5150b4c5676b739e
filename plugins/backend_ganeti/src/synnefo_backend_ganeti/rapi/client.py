# SPDX-License-Identifier: Apache-2.0
"""The remote API of one Ganeti cluster, call by call.

Calls that change the cluster submit a job and return its id; almost all that can
go wrong then (an unknown name, a wrong state, no room) is told by the job, not by
the call. Every call takes a ``deadline``: the instant of ``time.monotonic()`` by
which it has ended, with its answer or one of :mod:`~synnefo_backend_ganeti.rapi.errors`.

Source: Ganeti manual, "Ganeti remote API"; where 3.0 answers differently from its
manual, a comment or a docstring here says so.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from synnefo_backend_ganeti.rapi import queries
from synnefo_backend_ganeti.rapi.cluster import (
    NODE_FIELDS,
    NODE_LIVE_FIELDS,
    ClusterInfo,
    Node,
    info_from,
    node_from,
)
from synnefo_backend_ganeti.rapi.consoles import Console, Display, console_from, display_from
from synnefo_backend_ganeti.rapi.errors import JobUnfinished, MalformedAnswer, ServerError, TimedOut
from synnefo_backend_ganeti.rapi.instances import (
    INSTANCE_FIELDS,
    Instance,
    NewInstance,
    devices_from,
    instance_from,
)
from synnefo_backend_ganeti.rapi.jobs import JOB_FIELDS, Job, JobStatus, job_from, jobs_from
from synnefo_backend_ganeti.rapi.networks import (
    NETWORK_FIELDS,
    Network,
    NewNetwork,
    network_from,
)
from synnefo_backend_ganeti.rapi.records import Json, Record, integer, items
from synnefo_backend_ganeti.rapi.transport import Endpoint, Query, Transport


class RapiClient:
    """A client of one cluster. It holds no connection while idle; threads may share it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._transport = Transport(endpoint)

    # The cluster

    def info(self, *, deadline: float | None = None) -> ClusterInfo:
        """Return the cluster's settings."""
        return info_from(Record.of(self._get("/2/info", deadline)))

    def nodes(self, *, is_live: bool = False, deadline: float | None = None) -> list[Node]:
        """Return the nodes; their figures only if ``is_live``, which asks every node."""
        fields = NODE_LIVE_FIELDS if is_live else NODE_FIELDS
        return [node_from(row) for row in self.query("node", fields, deadline=deadline)]

    # Instances

    def instance(self, name: str, *, deadline: float | None = None) -> Instance:
        """Return an instance.

        Raises:
            NotFound: There is none of this name.
        """
        answer = self._get(f"/2/instances/{quote(name, safe='')}", deadline)
        return instance_from(Record.of(answer))

    def instances(
        self, chosen: queries.Filter | None = None, *, deadline: float | None = None
    ) -> list[Instance]:
        """Return the instances that a filter chooses, or all."""
        rows = self.query("instance", INSTANCE_FIELDS, chosen, deadline=deadline)
        return [instance_from(row) for row in rows]

    def devices(self, name: str, *, deadline: float) -> list[str]:
        """Return where the block devices of an instance on such are, in the order of its disks.

        No query tells that, only a job, which is waited for.
        """
        path = f"/2/instances/{quote(name, safe='')}/info"
        job_id = self._submit("GET", path, query=[("static", "1")], deadline=deadline)
        job = self.wait_for_job(job_id, deadline=deadline)
        if job.error or not job.operations:
            raise MalformedAnswer(f"the cluster did not tell of the disks of {name}")
        return devices_from(job.operations[0].result, name)

    def create_instance(self, instance: NewInstance, *, deadline: float | None = None) -> int:
        """Submit the making of an instance."""
        return self._submit("POST", "/2/instances", body=instance.body(), deadline=deadline)

    def delete_instance(
        self, name: str, *, shutdown_timeout_s: int, deadline: float | None = None
    ) -> int:
        """Submit the removal of an instance with its disks."""
        path = f"/2/instances/{quote(name, safe='')}"
        body: Json = {"shutdown_timeout": shutdown_timeout_s}
        return self._submit("DELETE", path, body=body, deadline=deadline)

    def start_instance(self, name: str, *, deadline: float | None = None) -> int:
        """Submit the start of an instance; one that runs already stays as it is."""
        path = f"/2/instances/{quote(name, safe='')}/startup"
        return self._submit("PUT", path, deadline=deadline)

    def stop_instance(
        self, name: str, *, timeout_s: int | None = None, deadline: float | None = None
    ) -> int:
        """Submit the shutdown of an instance, which is killed after ``timeout_s`` (120)."""
        path = f"/2/instances/{quote(name, safe='')}/shutdown"
        body: Json = {} if timeout_s is None else {"timeout": timeout_s}
        return self._submit("PUT", path, body=body, deadline=deadline)

    def reboot_instance(
        self, name: str, *, shutdown_timeout_s: int | None = None, deadline: float | None = None
    ) -> int:
        """Submit a restart through the hypervisor, after a shutdown of at most so long (120)."""
        path = f"/2/instances/{quote(name, safe='')}/reboot"
        body: Json = {}
        if shutdown_timeout_s is not None:
            body = {"shutdown_timeout": shutdown_timeout_s}
        return self._submit("POST", path, query=[("type", "hard")], body=body, deadline=deadline)

    def resize_instance(
        self, name: str, *, vcpus: int, ram_mib: int, deadline: float | None = None
    ) -> int:
        """Submit other processors and memory; an instance that runs has them after a restart."""
        path = f"/2/instances/{quote(name, safe='')}/modify"
        body: Json = {"beparams": {"vcpus": vcpus, "minmem": ram_mib, "maxmem": ram_mib}}
        return self._submit("PUT", path, body=body, deadline=deadline)

    def add_nic(self, name: str, nic: Mapping[str, Json], *, deadline: float | None = None) -> int:
        """Submit one more network card; as :class:`NewInstance` has them, and as little checked."""
        return self._change_nics(name, ["add", -1, dict(nic)], deadline)

    def remove_nic(self, name: str, nic: str, *, deadline: float | None = None) -> int:
        """Submit that a network card of this name goes."""
        return self._change_nics(name, ["remove", nic, {}], deadline)

    def _change_nics(self, name: str, change: list[Json], deadline: float | None) -> int:
        """Submit a change that takes effect in what runs, too, if the hypervisor can do that."""
        path = f"/2/instances/{quote(name, safe='')}/modify"
        body: Json = {"nics": [change], "hotplug_if_possible": True, "conflicts_check": False}
        return self._submit("PUT", path, body=body, deadline=deadline)

    def add_disk(
        self, name: str, disk: Mapping[str, Json], *, deadline: float | None = None
    ) -> int:
        """Submit one more disk; as :class:`NewInstance` has them."""
        return self._change_disks(name, ["add", -1, dict(disk)], deadline)

    def remove_disk(self, name: str, disk: str, *, deadline: float | None = None) -> int:
        """Submit that a disk of this name goes."""
        return self._change_disks(name, ["remove", disk, {}], deadline)

    def _change_disks(self, name: str, change: list[Json], deadline: float | None) -> int:
        """Submit a change that takes effect in what runs, too, if the hypervisor can do that."""
        path = f"/2/instances/{quote(name, safe='')}/modify"
        body: Json = {"disks": [change], "hotplug_if_possible": True, "wait_for_sync": False}
        return self._submit("PUT", path, body=body, deadline=deadline)

    def grow_disk(
        self, name: str, *, disk: int, size_mib: int, deadline: float | None = None
    ) -> int:
        """Submit the growth of a disk, which does not wait for mirrors to be in sync."""
        path = f"/2/instances/{quote(name, safe='')}/disk/{disk}/grow"
        body: Json = {"amount": size_mib, "absolute": True, "wait_for_sync": False}
        return self._submit("POST", path, body=body, deadline=deadline)

    def reinstall_instance(
        self,
        name: str,
        *,
        os_type: str | None = None,
        osparams: Mapping[str, str] | None = None,
        is_started: bool = True,
        deadline: float | None = None,
    ) -> int:
        """Submit a shutdown, the creation script of the OS definition, and a start, as one job.

        Without a type or parameters the instance's own are used. The API takes none that the
        cluster would not keep.
        """
        path = f"/2/instances/{quote(name, safe='')}/reinstall"
        body: dict[str, Json] = {"start": is_started}
        if os_type is not None:
            body["os"] = os_type
        if osparams is not None:
            body["osparams"] = dict(osparams)
        return self._submit("POST", path, body=body, deadline=deadline)

    def set_private_parameters(
        self, name: str, parameters: Mapping[str, str], *, deadline: float | None = None
    ) -> int:
        """Submit parameters for the OS definition that no record of a job shows.

        They are in the cluster's configuration until a reinstallation, which uses them, puts those
        of its own request in their place: the remote API's has none.
        """
        path = f"/2/instances/{quote(name, safe='')}/modify"
        body: Json = {"osparams_private": dict(parameters)}
        return self._submit("PUT", path, body=body, deadline=deadline)

    def set_parameters(
        self,
        name: str,
        parameters: Mapping[str, str | int | bool],
        *,
        deadline: float | None = None,
    ) -> int:
        """Submit parameters of the hypervisor for an instance, which its next start uses.

        "default" is the cluster's.
        """
        path = f"/2/instances/{quote(name, safe='')}/modify"
        body: Json = {"hvparams": dict(parameters)}
        return self._submit("PUT", path, body=body, deadline=deadline)

    def tag_instance(self, name: str, tags: Iterable[str], *, deadline: float | None = None) -> int:
        """Submit tags to be put on an instance, beside those that it has."""
        path = f"/2/instances/{quote(name, safe='')}/tags"
        query = [("tag", tag) for tag in tags]
        return self._submit("PUT", path, query=query, deadline=deadline)

    def rename_instance(self, name: str, new_name: str, *, deadline: float | None = None) -> int:
        """Submit another name of a stopped instance, which is not looked up in the DNS."""
        path = f"/2/instances/{quote(name, safe='')}/rename"
        body: Json = {"new_name": new_name, "name_check": False, "ip_check": False}
        return self._submit("PUT", path, body=body, deadline=deadline)

    # Consoles

    def console(self, name: str, *, deadline: float | None = None) -> Console:
        """Return how Ganeti would have an operator get at an instance that runs."""
        answer = self._get(f"/2/instances/{quote(name, safe='')}/console", deadline)
        return console_from(Record.of(answer))

    def display(self, name: str, *, deadline: float | None = None) -> Display:
        """Return the VNC display of an instance.

        Raises:
            NotFound: There is none of this name.
        """
        answer = self._get(f"/2/instances/{quote(name, safe='')}", deadline)
        return display_from(Record.of(answer))

    def migrate_instance(
        self, name: str, *, node: str | None = None, deadline: float | None = None
    ) -> int:
        """Submit that an instance moves while it runs; its memory is not made smaller for that."""
        path = f"/2/instances/{quote(name, safe='')}/migrate"
        body: dict[str, Json] = {"mode": "live", "allow_runtime_changes": False}
        if node is not None:
            body["target_node"] = node
        return self._submit("PUT", path, body=body, deadline=deadline)

    def failover_instance(
        self, name: str, *, node: str | None = None, deadline: float | None = None
    ) -> int:
        """Submit that an instance moves; one that runs is shut down, and started there."""
        path = f"/2/instances/{quote(name, safe='')}/failover"
        body: Json = {} if node is None else {"target_node": node}
        return self._submit("PUT", path, body=body, deadline=deadline)

    # Networks

    def networks(
        self, chosen: queries.Filter | None = None, *, deadline: float | None = None
    ) -> list[Network]:
        """Return the networks that a filter chooses, or all."""
        rows = self.query("network", NETWORK_FIELDS, chosen, deadline=deadline)
        return [network_from(row) for row in rows]

    def groups(self, *, deadline: float | None = None) -> list[str]:
        """Return the names of the groups of nodes."""
        return [row.text("name") for row in self.query("group", ("name",), deadline=deadline)]

    def create_network(self, network: NewNetwork, *, deadline: float | None = None) -> int:
        """Submit the making of a network, which is connected to nothing yet."""
        return self._submit("POST", "/2/networks", body=network.body(), deadline=deadline)

    def connect_network(
        self,
        name: str,
        *,
        group: str,
        mode: str,
        link: str,
        after: Iterable[int] = (),
        deadline: float | None = None,
    ) -> int:
        """Submit that a network is connected to a group of nodes, once some jobs have succeeded."""
        path = f"/2/networks/{quote(name, safe='')}/connect"
        body: Json = {
            "group_name": group,
            "network_mode": mode,
            "network_link": link,
            "conflicts_check": False,
            **_after(after),
        }
        return self._submit("PUT", path, body=body, deadline=deadline)

    def disconnect_network(self, name: str, *, group: str, deadline: float | None = None) -> int:
        """Submit that a network is taken from a group of nodes; the job of one in use there fails."""
        path = f"/2/networks/{quote(name, safe='')}/disconnect"
        return self._submit("PUT", path, body={"group_name": group}, deadline=deadline)

    def delete_network(
        self, name: str, *, after: Iterable[int] = (), deadline: float | None = None
    ) -> int:
        """Submit the removal of a network that is connected to nothing then."""
        path = f"/2/networks/{quote(name, safe='')}"
        return self._submit("DELETE", path, body=_after(after), deadline=deadline)

    def reserve_addresses(
        self,
        name: str,
        *,
        add: Iterable[str],
        remove: Iterable[str],
        deadline: float | None = None,
    ) -> int:
        """Submit which addresses are reserved, and which no more; what is so already is no error."""
        path = f"/2/networks/{quote(name, safe='')}/modify"
        body: Json = {"add_reserved_ips": list(add), "remove_reserved_ips": list(remove)}
        return self._submit("PUT", path, body=body, deadline=deadline)

    # Jobs

    def job(self, job_id: int, *, deadline: float | None = None) -> Job:
        """Return a job, also one that is archived.

        Raises:
            JobNotFound: It never existed, or its record was purged.
        """
        return job_from(Record.of(self._get(f"/2/jobs/{job_id}", deadline)))

    def jobs(self, chosen: queries.Filter, *, deadline: float | None = None) -> list[Job]:
        """Return the jobs that a filter chooses, archived ones left out, in no order."""
        return jobs_from(self.query("job", JOB_FIELDS, chosen, deadline=deadline))

    def summaries(
        self, chosen: queries.Filter, *, deadline: float | None = None
    ) -> dict[int, tuple[str, ...]]:
        """Return in a word each what the jobs that a filter chooses do, such as ``INSTANCE_STARTUP(web)``, by id.

        That is a small part of what they are asked to do, and those in the archive are left out.
        """
        rows = self.query("job", ("id", "summary"), chosen, deadline=deadline)
        return {row.integer("id"): row.texts("summary") for row in rows}

    def jobs_by_id(self, job_ids: Iterable[int], *, deadline: float | None = None) -> list[Job]:
        """Return those of some jobs that are known, also archived ones, in one request."""
        chosen = queries.any_of(queries.equal("id", job_id) for job_id in job_ids)
        # Naming this field makes Ganeti look into the archive as well.
        fields = (*JOB_FIELDS, "archived")
        return jobs_from(self.query("job", fields, chosen, deadline=deadline))

    def wait_for_job(self, job_id: int, *, deadline: float) -> Job:
        """Return a job once it has ended.

        Holds one of the cluster's twenty or so connections all the while, and
        needs a user who may write: wait for a few jobs, poll for many.

        Raises:
            JobNotFound: The job is not known.
            JobUnfinished: The deadline came first.
        """
        while True:
            try:
                job = self.job(job_id, deadline=deadline)
                if job.status.is_final:
                    return job
                self._wait_for_change(job, deadline)
            except TimedOut as error:
                raise JobUnfinished(job_id) from error
            except ServerError:
                # A job archived in between can be read but not waited for.
                job = self.job(job_id, deadline=deadline)
                if not job.status.is_final:
                    raise
                return job
            if time.monotonic() >= deadline:
                raise JobUnfinished(job_id)

    def _wait_for_change(self, job: Job, deadline: float) -> None:
        """Block until the job's status changes; Ganeti itself gives up after 10 s."""
        body: Json = {
            "fields": ["status"],
            "previous_job_info": [job.status.value],
            "previous_log_serial": None,
        }
        self._transport.call("GET", f"/2/jobs/{job.id}/wait", body=body, deadline=deadline)

    def cancel_job(self, job_id: int, *, deadline: float | None = None) -> bool:
        """Take back a job that has not begun; return whether it was."""
        answer = items(self._transport.call("DELETE", f"/2/jobs/{job_id}", deadline=deadline))
        if answer[:1] != [True]:
            return False
        # Ganeti says true, and "has been already dead", of a job that has just succeeded too.
        return self.job(job_id, deadline=deadline).status is JobStatus.CANCELED

    # Underneath

    def query(
        self,
        resource: str,
        fields: tuple[str, ...],
        chosen: queries.Filter | None = None,
        *,
        deadline: float | None = None,
    ) -> list[Record]:
        """Return the named fields of those objects that a filter chooses, or of all.

        Args:
            resource: ``instance``, ``node``, ``job``, ``group``, ``network``, …
        """
        body: Json = {"fields": list(fields), "qfilter": chosen}
        path = f"/2/query/{resource}"
        return queries.rows(self._transport.call("PUT", path, body=body, deadline=deadline), fields)

    def _get(self, path: str, deadline: float | None) -> Json:
        return self._transport.call("GET", path, deadline=deadline)

    def _submit(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        body: Json = None,
        deadline: float | None,
    ) -> int:
        """Send a request that makes a job; return the job's id."""
        answer = self._transport.call(method, path, query=query, body=body, deadline=deadline)
        return integer(answer)


def _after(job_ids: Iterable[int]) -> dict[str, Json]:
    """Return what a body says of the jobs that must have succeeded before."""
    depends: list[Json] = [[job_id, ["success"]] for job_id in job_ids]
    return {"depends": depends} if depends else {}
