# SPDX-License-Identifier: Apache-2.0
"""The cloud's own filters and weighers."""

from __future__ import annotations

from synnefo_backends import words
from synnefo_core.contracts.placement import Candidate, Demand, Filter, Weigher


def _is_open(candidate: Candidate, _demand: Demand) -> str:
    return candidate.closed_as


def _is_known(candidate: Candidate, _demand: Demand) -> str:
    return "" if candidate.is_known else f"not known yet: {candidate.problem or 'never asked'}"


def _is_for_project(candidate: Candidate, demand: Demand) -> str:
    """Keep a project on its own clusters if it has any, all others on the public ones (GNT-010)."""
    if demand.project_id in candidate.projects:
        return ""
    if candidate.has_project_elsewhere:
        return "the project has clusters of its own"
    return "" if candidate.is_public else "reserved for other projects"


def _is_in_zone(candidate: Candidate, demand: Demand) -> str:
    return "" if demand.zone in ("", candidate.zone) else f"in the zone {candidate.zone}"


def _is_where_wanted(candidate: Candidate, demand: Demand) -> str:
    if candidate.id in demand.apart_from:
        return "the server must be apart from one that is here"
    if demand.together_with and candidate.id not in demand.together_with:
        return "the server must be with one that is elsewhere"
    return ""


def _suits_company(candidate: Candidate, demand: Demand) -> str:
    """Hold strict groups to their policy as far as clusters go; nodes are the cluster's affair."""
    company = demand.company
    if company is None or not company.is_strict or not company.members:
        return ""
    here = company.members.get(candidate.id, 0)
    if not company.is_apart:
        return "" if here else "the server's group is elsewhere"
    is_full = here >= candidate.nodes * company.most_per_node
    return f"each of its {candidate.nodes} nodes has servers of the group" if is_full else ""


def _has_words(candidate: Candidate, demand: Demand) -> str:
    """Want what a flavor asks of the aggregates that a cluster is in."""
    for word, asked in demand.words.items():
        said = candidate.words.get(word, ())
        if not words.suits(said, asked):
            return f"its aggregates say {', '.join(said) or 'nothing'} of {word}, not {asked}"
    return ""


def _has_template(candidate: Candidate, demand: Demand) -> str:
    if demand.disk_template in ("", *candidate.disk_templates):
        return ""
    return f"has no disk template {demand.disk_template}"


def _has_vcpus(candidate: Candidate, demand: Demand) -> str:
    left = candidate.free.vcpus
    return "" if demand.vcpus <= left else f"{left:.0f} virtual processors left"


def _has_ram(candidate: Candidate, demand: Demand) -> str:
    left = candidate.free.ram_mib
    return "" if demand.ram_mib <= left else f"{left:.0f} MiB of memory left"


def _has_disk(candidate: Candidate, demand: Demand) -> str:
    left = candidate.free.disk_mib
    return "" if demand.booked_disk_mib <= left else f"{left:.0f} MiB of disk left"


FILTERS = (
    Filter("open", _is_open, "closed for new servers"),
    Filter("known", _is_known, "out of reach"),
    Filter("project", _is_for_project, "not for this project"),
    Filter("zone", _is_in_zone, "in another availability zone"),
    Filter("hints", _is_where_wanted, "not where the hints want it"),
    Filter("group", _suits_company, "where the server group can't be"),
    Filter("aggregates", _has_words, "not of the kind that the flavor wants"),
    Filter("disk-template", _has_template, "without this kind of disk"),
    Filter("vcpus", _has_vcpus, "without enough processors"),
    Filter("ram", _has_ram, "without enough memory"),
    Filter("disk", _has_disk, "without enough disk space"),
)


def _fullness(candidate: Candidate, _demand: Demand) -> float:
    """Return half of the processors' share, and half of the scarcer of memory and disk (GNT-011)."""
    whole, booked = candidate.whole, candidate.booked
    room = max(booked.ram_mib / max(whole.ram_mib, 1), booked.disk_mib / max(whole.disk_mib, 1))
    return 0.5 * booked.vcpus / max(whole.vcpus, 1) + 0.5 * room


def _failing(candidate: Candidate, _demand: Demand) -> float:
    """Return 1 for a cluster that did not answer last time."""
    return 1.0 if candidate.problem else 0.0


def _company(candidate: Candidate, demand: Demand) -> float:
    """Return the share of the server's group that is here, or that is not if it is to be together."""
    company = demand.company
    if company is None or not company.members:
        return 0.0
    share = company.members.get(candidate.id, 0) / sum(company.members.values())
    return share if company.is_apart else 1.0 - share


WEIGHERS = (
    Weigher("fullness", _fullness),
    Weigher("failing", _failing),
    Weigher("group", _company),
)
