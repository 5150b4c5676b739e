# SPDX-License-Identifier: Apache-2.0
"""Projects as tests speak of them: demo applies, jane and joan join."""

from __future__ import annotations

import threading

import synnefo_identity
import synnefo_quota
from synnefo_core.contracts.quota import Charge
from synnefo_core.errors import CloudError, InvalidState
from synnefo_identity import project_life
from synnefo_identity.project_life import Wish


class Life:
    """A cloud with its projects."""

    def __init__(self, home):
        self.home = home
        home.user("jane", email="jane@example.org", default_project_id=None)
        home.user("joan", email="joan@example.org")
        self.demo, self.jane, self.joan = (self.caller(n) for n in ("demo", "jane", "joan"))
        self._made = 0

    def caller(self, name):
        user_id = self.home.user_id(name)
        return self.home.caller(name, "demo" if name == "demo" else f"system:{user_id}")

    def give_address(self, name, email):
        user_id = self.home.user_id(name)
        synnefo_identity.update_user(self.home.admin, user_id, {"email": email})

    def wish(self, name=None, **values):
        self._made += 1
        values.setdefault("ends_at", self.home.cloud.clock.now() + 1000)
        values = {"name": name or f"p{self._made}.example.org", **values}
        return Wish(**values)

    def apply(self, name=None, **values):
        return project_life.apply(
            self.demo, self.wish(**({"name": name} if name else {}), **values)
        )

    def approved(self, name=None, **values):
        asked = self.apply(name, **values)
        project_life.resolve(self.home.admin, asked.project_id, "approve")
        return project_life.show(self.demo, asked.project_id)

    def join(self, project):
        return project_life.join(self.jane, project.id)

    def charge(self, project, name, amount):
        user_id = self.home.user_id(name)
        synnefo_quota.charge(self.home.admin, [Charge(project.id, user_id, "cyclades.vm", amount)])

    def held(self, project, resource):
        """Return (limit, usage) of the project and its members by name."""
        project_id = getattr(project, "project_id", None) or project.id
        names = {f"user:{self.home.user_id(n)}": n for n in ("demo", "jane", "joan")}
        return {
            names.get(h.holder, "project"): (h.limit, h.usage)
            for h in synnefo_quota.holdings(self.home.admin, project_id)
            if h.resource == resource
        }

    def at_once(self, *calls):
        """Make calls in threads; return the states that they led to and the errors' names."""
        outcomes, start = [], threading.Barrier(len(calls))

        def run(call):
            start.wait()
            try:
                outcomes.append(call().state)
            except CloudError as error:
                outcomes.append(type(error).__name__)

        threads = [threading.Thread(target=run, args=(call,)) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    def put(self, model, key, state):
        """Have a row be in a state, whatever was before."""
        with self.home.admin.unit_of_work() as session:
            session.get(model, key).state = state

    def state(self, model, key):
        """Return the state of a row."""
        with self.home.admin.reading() as session:
            return session.get(model, key).state

    def outcome(self, call):
        """Return what a call returns, or "-" when the state does not allow it."""
        try:
            return call()
        except InvalidState:
            return "-"
