# SPDX-License-Identifier: Apache-2.0
"""A small Ganeti for the RAPI server of these tests.

It does what the recorded answers of a real one show, as far as the driver asks for it. Its
time passes with each request: the oldest open job goes one step on.
"""

import itertools
import re
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from tests.plugins.backend_ganeti.fake_networks import FakeNetworks
from tests.plugins.backend_ganeti.rapi_server import Answer, Received, sample

Row = dict[str, Any]

NOT_FOUND = Answer.of({"code": 404, "message": "Not Found"}, 404)
STEPS = {"queued": "waiting", "waiting": "running"}


class FakeCluster:
    """Instances, jobs and nodes; called with each request of a server."""

    def __init__(self) -> None:
        self.nodes: dict[str, Row] = {}
        self.instances: dict[str, Row] = {}
        self.jobs: dict[int, Row] = {}
        self.devices: set[str] = set()
        self.networks = FakeNetworks()
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._routes: list[tuple[str, str, Callable[..., Any]]] = [
            ("GET", "/2/info", lambda body: sample("get-info")["response"]["body"]),
            ("POST", "/2/instances", self._create),
            ("GET", "/2/instances/([^/]+)", lambda body, name: self.instances.get(name)),
            ("GET", "/2/instances/([^/]+)/console", self._console),
            ("GET", r"/2/instances/([^/]+)/info\?static=1", self._info),
            ("DELETE", "/2/instances/([^/]+)", self._submitter("REMOVE")),
            ("PUT", "/2/instances/([^/]+)/startup", self._submitter("STARTUP")),
            ("PUT", "/2/instances/([^/]+)/shutdown", self._submitter("SHUTDOWN")),
            ("POST", r"/2/instances/([^/]+)/reboot\?type=hard", self._submitter("REBOOT")),
            ("PUT", "/2/instances/([^/]+)/modify", self._submitter("SET_PARAMS")),
            ("POST", r"/2/instances/([^/]+)/disk/(\d+)/grow", self._grow),
            ("POST", "/2/instances/([^/]+)/reinstall", self._reinstall),
            ("PUT", r"/2/instances/([^/]+)/tags\?(.+)", self._tag),
            ("PUT", "/2/instances/([^/]+)/rename", self._submitter("RENAME")),
            ("PUT", "/2/instances/([^/]+)/migrate", self._submitter("MIGRATE")),
            ("PUT", "/2/instances/([^/]+)/failover", self._submitter("FAILOVER")),
            ("GET", r"/2/jobs/(\d+)", lambda body, job_id: self._job(int(job_id))),
            ("DELETE", r"/2/jobs/(\d+)", self._cancel),
            ("POST", "/2/networks", self._of_network("ADD")),
            ("PUT", "/2/networks/([^/]+)/connect", self._of_network("CONNECT")),
            ("PUT", "/2/networks/([^/]+)/disconnect", self._of_network("DISCONNECT")),
            ("PUT", "/2/networks/([^/]+)/modify", self._of_network("SET_PARAMS")),
            ("DELETE", "/2/networks/([^/]+)", self._of_network("REMOVE")),
            ("PUT", "/2/query/(instance|job|node|network|group)", self._query),
        ]

        self.add_node("node1")

    def add_node(self, name: str) -> None:
        """Add a node that takes instances."""
        self.nodes[name] = {
            "name": name,
            "offline": False,
            "drained": False,
            "vm_capable": True,
            "role": "R" if self.nodes else "M",
            "ctotal": 2,
            "mtotal": 24105,
            "mfree": 22632,
            "dtotal": 258019,
            "dfree": 74897,
        }

    def __call__(self, received: Received) -> Answer:
        with self._lock:
            self._advance()
            for method, path, action in self._routes:
                match = re.fullmatch(path, received.path)
                if match and method == received.method:
                    value = action(received.body, *match.groups())
                    return NOT_FOUND if value is None else Answer.of(value)
        return NOT_FOUND

    def _create(self, body: Row) -> int:
        return self._submit({"OP_ID": "OP_INSTANCE_CREATE", **body})

    def _submitter(self, word: str) -> Callable[[Any, str], int]:
        return lambda body, name: self._submit(
            {"OP_ID": f"OP_INSTANCE_{word}", "instance_name": name, **(body or {})}
        )

    def _of_network(self, word: str) -> Callable[..., int]:
        return lambda body, name="": self._submit(self.networks.operation(word, body, name))

    def _console(self, _body: None, _name: str) -> Row:
        recorded: Row = sample("get-instance-console-fake")["response"]["body"]
        return recorded

    def _info(self, _body: None, name: str) -> int:
        job_id = self._submit({"OP_ID": "OP_INSTANCE_QUERY_DATA", "instances": [name]})
        disks = [{"logical_id": ["manual", each]} for each in self.instances[name]["devices"]]
        self._end(self.jobs[job_id], "success", {name: {"name": name, "disks": disks}})
        return job_id

    def _grow(self, body: Row, name: str, disk: str) -> int:
        return self._submitter("GROW_DISK")({**body, "disk": int(disk)}, name)

    def _tag(self, _body: None, name: str, query: str) -> int:
        tags = [tag for _, tag in parse_qsl(query)]
        return self._submit(
            {"OP_ID": "OP_TAGS_SET", "kind": "instance", "name": name, "tags": tags}
        )

    def _reinstall(self, body: Row, name: str) -> int:
        words = ["SHUTDOWN", "REINSTALL", *(["STARTUP"] if body["start"] else [])]
        return self._submit(
            *({"OP_ID": f"OP_INSTANCE_{word}", "instance_name": name} for word in words)
        )

    def _submit(self, *operations: Row) -> int:
        job_id = next(self._numbers)
        self.jobs[job_id] = {
            "id": job_id,
            "ops": list(operations),
            "status": "queued",
            "opstatus": ["queued"] * len(operations),
            "opresult": [None] * len(operations),
            "end_ts": None,
            "summary": [_summary(operation) for operation in operations],
            "archived": False,
        }
        return job_id

    def _job(self, job_id: int) -> Row:
        unknown = dict.fromkeys(("ops", "status", "opstatus", "opresult", "end_ts"))
        return self.jobs.get(job_id, {"id": job_id, **unknown})

    def _cancel(self, body: None, job_id: str) -> list[Any]:
        job = self._job(int(job_id))
        if job["status"] != "queued":
            return [False, f"Job {job_id} not found in queue"]
        self._end(job, "canceled", None)
        return [True, f"Dequeued job {job_id}"]

    def _advance(self) -> None:
        job = next((job for job in self.jobs.values() if not job["end_ts"]), None)
        if job is None:
            return
        if job["status"] in STEPS:
            job["status"] = STEPS[job["status"]]
            job["opstatus"] = [job["status"]] * len(job["ops"])
            return
        problem = next(filter(None, map(self._perform, job["ops"])), None)
        self._end(job, "error" if problem else "success", problem)

    def _end(self, job: Row, status: str, result: Any) -> None:
        seconds, fraction = divmod(time.time(), 1)
        end_ts = [int(seconds), int(fraction * 1e6)]
        count = len(job["ops"])
        job.update(
            status=status, opstatus=[status] * count, opresult=[result] * count, end_ts=end_ts
        )

    def _perform(self, operation: Row) -> Any:
        lacking = [job for job, _ in operation.get("depends", ()) if not self._succeeded(job)]
        if lacking:
            return ["OpExecError", [f"Job dependencies {lacking} failed"]]
        if operation["OP_ID"].startswith("OP_NETWORK_"):
            return self.networks.perform(operation, list(self.instances.values()))
        word = operation["OP_ID"].removeprefix("OP_INSTANCE_")
        name = operation["name" if word == "OP_TAGS_SET" else "instance_name"]
        if word == "CREATE":
            if name in self.instances:
                text = f"Instance '{name}' is already in the cluster"
                return ["OpPrereqError", [text, "already_exists"]]
            wanted = {disk["adopt"] for disk in operation["disks"] if "adopt" in disk}
            if absent := wanted - self.devices:
                return ["OpPrereqError", [f"Missing block device(s): {absent}", "wrong_input"]]
            if problem := self.networks.missing(operation["nics"]):
                return problem
            node = operation.get("pnode") or next(iter(self.nodes))
            self.instances[name] = _instance(operation, node)
        elif name not in self.instances:
            return ["OpPrereqError", [f"Instance '{name}' not known", "unknown_entity"]]
        elif word == "REMOVE":
            del self.instances[name]
        elif word == "SET_PARAMS":
            self.instances[name]["beparams"] |= operation.get("beparams", {})
            own = self.instances[name]["custom_hvparams"]
            own |= operation.get("hvparams", {})
            for inherited in [each for each in own if own[each] == "default"]:
                del own[inherited]
            problems = [
                *(self._change_nic(name, *change) for change in operation.get("nics", ())),
                *(self._change_disk(name, *change) for change in operation.get("disks", ())),
            ]
            return next(filter(None, problems), None)
        elif word in ("MIGRATE", "FAILOVER"):
            others = [node for node in self.nodes if node != self.instances[name]["pnode"]]
            node = operation.get("target_node", *others[:1])
            if node not in others:
                return ["OpPrereqError", [f"Node '{node}' not known", "unknown_entity"]]
            self.instances[name]["pnode"] = node
        elif word == "GROW_DISK":
            sizes = self.instances[name]["disk.sizes"]
            if sizes[operation["disk"]] > operation["amount"]:
                return ["OpPrereqError", ["Requested size is smaller", "wrong_state"]]
            sizes[operation["disk"]] = operation["amount"]
        elif word == "OP_TAGS_SET":
            tags = self.instances[name]["tags"]
            tags += [tag for tag in operation["tags"] if tag not in tags]
        elif word == "RENAME":
            return self._rename(name, operation["new_name"])
        elif word != "REINSTALL":
            self.instances[name]["status"] = "ADMIN_down" if word == "SHUTDOWN" else "running"
        return None

    def _succeeded(self, job_id: int) -> bool:
        return bool(self.jobs[job_id]["status"] == "success")

    def _change_nic(self, name: str, action: str, which: Any, nic: Row) -> Any:
        row = self.instances[name]
        names = row["nic.names"]
        if action == "add":
            if nic["name"] in names:
                return ["OpPrereqError", ["NIC names must be unique", "wrong_input"]]
            for field, values in _cards([nic]).items():
                row[field] += values
        elif which in names:
            place = names.index(which)
            for field in _cards([]):
                del row[field][place]
        else:
            return ["OpPrereqError", [f"Cannot find NIC with identifier {which}", "wrong_input"]]
        return None

    def _change_disk(self, name: str, action: str, which: Any, disk: Row) -> Any:
        row = self.instances[name]
        names, sizes = row["disk.names"], row["disk.sizes"]
        if action == "add":
            if disk["name"] in names:
                return ["OpPrereqError", ["Disk names must be unique", "wrong_input"]]
            names.append(disk["name"])
            sizes.append(disk["size"])
        elif which in names:
            del sizes[names.index(which)]
            names.remove(which)
        else:
            return ["OpPrereqError", [f"Cannot find disk with identifier {which}", "wrong_input"]]
        return None

    def _rename(self, name: str, new_name: str) -> Any:
        if self.instances[name]["status"] == "running":
            return ["OpPrereqError", [f"Instance '{name}' is marked to be up", "wrong_state"]]
        if new_name in self.instances:
            text = f"Instance '{new_name}' is already in the cluster"
            return ["OpPrereqError", [text, "already_exists"]]
        self.instances[new_name] = {**self.instances.pop(name), "name": new_name}
        return None

    def _query(self, body: Row, resource: str) -> Row:
        chosen, fields = body["qfilter"], body["fields"]
        if resource == "node":
            used = [instance["pnode"] for instance in self.instances.values()]
            rows = [node | {"pinst_cnt": used.count(node["name"])} for node in self.nodes.values()]
        elif resource == "instance":
            rows = list(self.instances.values())
        elif resource == "network":
            rows = self.networks.told(list(self.instances.values()))
        elif resource == "group":
            rows = [{"name": group} for group in self.networks.groups]
        else:
            named = {part[2] for part in (chosen or [])[1:] if part[1] == "id"}
            rows = [self._job(job_id) for job_id in {*self.jobs, *named}]
            # Naming this field makes a real one look into the archive as well.
            rows = [row for row in rows if "archived" in fields or not row.get("archived")]
        kept = [row for row in rows if chosen is None or _holds(chosen, row)]
        return {"data": [[[0, row.get(field)] for field in fields] for row in kept]}


def _holds(chosen: list[Any], row: Row) -> bool:
    """Whether a filter of Ganeti's query language chooses a row."""
    match chosen:
        case ["|", *filters]:
            return any(_holds(one, row) for one in filters)
        case ["=", field, value]:
            return bool(row[field] == value)
        case ["=~", field, pattern]:
            return bool(re.search(pattern, row[field]))
    raise AssertionError(f"unknown filter {chosen}")


def _summary(operation: Row) -> str:
    word = operation["OP_ID"].removeprefix("OP_")
    return f"{word}({operation['instance_name']})" if "instance_name" in operation else word


def _instance(operation: Row, node: str) -> Row:
    """Return an instance with the fields of a real one, which a query and a GET name alike."""
    nics, disks = operation["nics"], operation["disks"]
    return {
        "name": operation["instance_name"],
        "uuid": str(uuid.uuid4()),
        "status": "running" if operation["start"] else "ADMIN_down",
        "pnode": node,
        "beparams": operation["beparams"],
        "disk_template": operation.get("disk_template", "file"),
        "devices": [disk.get("adopt", "") for disk in disks],
        "disk.names": [disk["name"] for disk in disks],
        "disk.sizes": [disk["size"] for disk in disks],
        **_cards(nics),
        "network_port": None,
        "hvparams": {},
        "custom_hvparams": {},
        "tags": operation["tags"],
        "ctime": time.time(),
    }


def _cards(nics: list[Row]) -> Row:
    """Return what a real one tells of network cards: a list for each field."""
    return {
        "nic.names": [nic["name"] for nic in nics],
        "nic.macs": [nic["mac"] for nic in nics],
        "nic.ips": [nic.get("ip") for nic in nics],
        "nic.links": [nic.get("link", "gbr0") for nic in nics],
        "nic.networks.names": [nic.get("network") for nic in nics],
    }
