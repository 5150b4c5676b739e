# SPDX-License-Identifier: Apache-2.0
"""A client of Ganeti's remote API that needs nothing of the rest of this project.

::

    endpoint = Endpoint("https://cluster:5080", "synnefo", password, PinnedCertificate(digest))
    client = RapiClient(endpoint)
    job_id = client.start_instance("web-1", deadline=time.monotonic() + 35)
    job = client.wait_for_job(job_id, deadline=time.monotonic() + 300)
"""

from synnefo_backend_ganeti.rapi.client import RapiClient
from synnefo_backend_ganeti.rapi.cluster import ClusterInfo, Node
from synnefo_backend_ganeti.rapi.consoles import Console, Display
from synnefo_backend_ganeti.rapi.instances import Instance, NewInstance
from synnefo_backend_ganeti.rapi.jobs import Job, JobStatus, OperationError
from synnefo_backend_ganeti.rapi.networks import Network, NewNetwork
from synnefo_backend_ganeti.rapi.transport import Endpoint
from synnefo_backend_ganeti.rapi.trust import Authority, Insecure, PinnedCertificate, Trust

__all__ = [
    "Authority",
    "ClusterInfo",
    "Console",
    "Display",
    "Endpoint",
    "Insecure",
    "Instance",
    "Job",
    "JobStatus",
    "Network",
    "NewInstance",
    "NewNetwork",
    "Node",
    "OperationError",
    "PinnedCertificate",
    "RapiClient",
    "Trust",
]
