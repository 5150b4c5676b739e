# SPDX-License-Identifier: Apache-2.0
"""The APIs of a deployment over HTTP, for tests that need more than a stock client does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import requests

from tests.system.deployment import Deployment
from tests.system.labs.waiting import until

COMPUTE = "/compute/v2.1"
NETWORK = "/network/v2.0"


class Client:
    """One user's session.

    Attributes:
        token: Sent with each request.
        project_id: What the token is scoped to.
        user_id: Who it is.
    """

    def __init__(
        self,
        deployment: Deployment,
        cloud: str = "synnefo",
        *,
        microversion: str = "",
        body: Mapping[str, Any] | None = None,
    ) -> None:
        """Log in as DIR/clouds.yaml says, or with the ``body`` of a login.

        A microversion of Compute's is asked for each time.
        """
        self._url, self._session = deployment.url, requests.Session()
        self._credentials = body or credentials(deployment, cloud)
        self._session.trust_env = False
        if microversion:
            self._session.headers["OpenStack-API-Version"] = f"compute {microversion}"
        told = self.log_in()
        self.project_id: str = told["project"]["id"]
        self.user_id: str = told["user"]["id"]

    def log_in(self) -> dict[str, Any]:
        """Get a token, another one if it ended; return what is told of it."""
        anonymous = {"X-Auth-Token": None}
        body, path = self._credentials, "/identity/v3/auth/tokens"
        answer = self.call("POST", path, json=body, headers=anonymous)
        self.token = answer.headers["X-Subject-Token"]
        self._session.headers["X-Auth-Token"] = self.token
        told: dict[str, Any] = answer.json()["token"]
        return told

    def ask(self, method: str, path: str, **arguments: Any) -> requests.Response:
        """Make a request, whatever the answer."""
        return self._session.request(method, self._url + path, timeout=60, **arguments)

    def call(self, method: str, path: str, **arguments: Any) -> requests.Response:
        """Make a request that must succeed."""
        answer = self.ask(method, path, **arguments)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    def get(self, path: str) -> Any:
        """Return what a path shows."""
        return self.call("GET", path).json()

    def agree_to_terms(self) -> None:
        """Agree to the terms of use that were published since the user came."""
        unscoped = {"auth": self._credentials["auth"] | {"scope": "unscoped"}}
        anonymous = {"X-Auth-Token": None}
        made = self.call("POST", "/identity/v3/auth/tokens", json=unscoped, headers=anonymous)
        token = {"X-Auth-Token": made.headers["X-Subject-Token"]}
        terms = self.call("GET", "/account/v1.0/terms", headers=token).json()["terms"]
        body = {"version": terms["version"]}
        self.call("POST", "/account/v1.0/terms/agreement", json=body, headers=token)

    # -- Servers ------------------------------------------------------------------------

    def create_server(self, name: str = "web", flavor: str = "1") -> str:
        """Ask for a server; return its id."""
        body = {"server": {"name": name, "flavorRef": flavor}}
        made = self.call("POST", f"{COMPUTE}/servers", json=body).json()
        return str(made["server"]["id"])

    def server(self, server_id: str) -> dict[str, Any] | None:
        """Return a server, None when there is none."""
        answer = self.ask("GET", f"{COMPUTE}/servers/{server_id}")
        if answer.status_code == 404:
            return None
        shown: dict[str, Any] = answer.json()["server"]
        return shown

    def act(self, server_id: str, action: str) -> None:
        """Have a server started ("os-start") or stopped ("os-stop")."""
        self.call("POST", f"{COMPUTE}/servers/{server_id}/action", json={action: None})

    def delete_server(self, server_id: str) -> None:
        """Ask for a server's removal."""
        self.call("DELETE", f"{COMPUTE}/servers/{server_id}")

    def settle(
        self, server_id: str, within_s: float = 60, watch: Callable[[], None] | None = None
    ) -> str:
        """Wait until nothing is being done to a server; return its status."""
        status = ""

        def is_idle() -> bool:
            nonlocal status
            shown = self.server(server_id)
            status = shown["status"] if shown else "DELETED"
            return not shown or shown["OS-EXT-STS:task_state"] is None

        until(is_idle, f"the server {server_id} to settle", within_s=within_s, watch=watch)
        return status


def credentials(deployment: Deployment, cloud: str = "synnefo") -> dict[str, Any]:
    """Return the body of a login as DIR/clouds.yaml says."""
    login = deployment.login(cloud)
    user = {"name": login["username"], "password": login["password"]}
    user_domain, domain = {"id": login["user_domain_id"]}, {"id": login["project_domain_id"]}
    return {
        "auth": {
            "identity": {
                "methods": ["password"],
                "password": {"user": user | {"domain": user_domain}},
            },
            "scope": {"project": {"name": login["project_name"], "domain": domain}},
        }
    }
