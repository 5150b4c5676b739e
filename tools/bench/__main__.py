# SPDX-License-Identifier: Apache-2.0
"""The command line.

python -m tools.bench [--quick] [--database postgresql] [--case NAME]… [--output FILE]
python -m tools.bench PEER [--quick] [--workers N] [--case NAME]… [--output FILE]
python -m tools.bench notices [--number N]
python -m tools.bench scale [--servers N]…
python -m tools.bench container [--objects N]…
python -m tools.bench addresses [--clients N] [--number N] [--processes N]
python -m tools.bench ports [--number N]
python -m tools.bench documents [--number N]
python -m tools.bench starts [--number N]
python -m tools.bench volume [--quick] [--rounds N] [--seconds S] [--case NAME]…
python -m tools.bench compare OLD.json NEW.json
python -m tools.bench profile CASE

PEER is cinder, glance, keystone, neutron, nova or swift.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import Any

from tools.bench import (
    addresses,
    cinder,
    clouds,
    comparison,
    compute,
    container,
    documents,
    facts,
    glance,
    images,
    keystone,
    networks,
    neutron,
    notices,
    nova,
    peers,
    ports,
    profiling,
    promises,
    rounds,
    scale,
    starts,
    storage,
    swift,
    tables,
    volume,
    volumes,
)
from tools.bench.cases import CASES, Case
from tools.bench.databases import KINDS, databases
from tools.bench.promises import MISSED, OURS


def main(argv: Sequence[str]) -> int:
    """Run the command that is asked for; without a name, measure."""
    if not argv or (argv[0].startswith("-") and argv[0] not in ("-h", "--help")):
        argv = ["run", *argv]
    arguments = _parser().parse_args(argv)
    # A polite end takes away what was started, as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    result: int = arguments.call(arguments)
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="measure (the default)")
    _add_extent(run)
    run.add_argument("--database", choices=KINDS, default="sqlite")
    run.add_argument("--workers", type=int, default=1, help="server processes of each runtime")
    run.add_argument("--runtime", choices=clouds.RUNTIMES, action="append")
    run.set_defaults(call=_run)
    for peer, (call, what) in _PEERS.items():
        beside = commands.add_parser(peer, help=f"measure {what} beside {peer.capitalize()}")
        _add_extent(beside)
        beside.add_argument("--workers", type=int, default=2, help="server processes of each side")
        beside.set_defaults(call=call, peer=peer)
    heard = commands.add_parser("notices", help="measure how fast notices of clusters are heard")
    heard.add_argument("--number", type=int, default=6000, help="how many of each kind")
    heard.set_defaults(call=_notices)
    shared = commands.add_parser("addresses", help="measure how fast addresses are taken")
    shared.add_argument("--clients", type=int, default=addresses.CLIENTS, help="how many at once")
    shared.add_argument("--number", type=int, default=addresses.NUMBER, help="how many addresses")
    shared.add_argument("--processes", type=int, default=addresses.PROCESSES, help="clients' own")
    shared.set_defaults(call=_addresses)
    many = commands.add_parser("ports", help="measure ports of a cloud that has very many")
    many.add_argument("--number", type=int, default=ports.NUMBER, help="how many it has")
    many.set_defaults(call=_numbered, measure=ports.measure)
    heard_of = commands.add_parser("documents", help="measure how fast nodes hear what is new")
    heard_of.add_argument("--number", type=int, default=documents.NUMBER, help="ports there are")
    heard_of.set_defaults(call=_documents)
    started = commands.add_parser("starts", help="measure how long a cloud takes to start")
    started.add_argument("--number", type=int, default=starts.NUMBER, help="starts after the first")
    started.set_defaults(call=_numbered, measure=starts.measure)
    grown = commands.add_parser("scale", help="measure a cloud with very many servers")
    grown.add_argument(
        "--servers", type=int, action="append", dest="sizes", metavar="N", help="how many"
    )
    grown.set_defaults(call=_grown, measure=scale.measure, usual=scale.LISTED)
    held = commands.add_parser("container", help="measure a container of very many objects")
    held.add_argument(
        "--objects", type=int, action="append", dest="sizes", metavar="N", help="how many"
    )
    held.set_defaults(call=_grown, measure=container.measure, usual=container.GROWN)
    disk = commands.add_parser("volume", help="measure a volume beside a clone in qcow2")
    disk.add_argument("--quick", action="store_true", help="one short round, under two minutes")
    disk.add_argument("--rounds", type=int, help="how often each case is measured")
    disk.add_argument("--seconds", type=float, help="how long a case lasts in a round")
    disk.add_argument("--case", action="append", help="only cases of this name, may hold *")
    disk.set_defaults(call=_volume)
    compare = commands.add_parser("compare", help="set two runs side by side")
    compare.add_argument("old", type=Path)
    compare.add_argument("new", type=Path)
    compare.set_defaults(call=_compare)
    profile = commands.add_parser("profile", help="say where one case spends its time")
    profile.add_argument("case", choices=[case.key for case in CASES if case.name != "floor"])
    profile.add_argument("--database", choices=KINDS, default="sqlite")
    profile.add_argument("--requests", type=int, default=300)
    profile.add_argument("--top", type=int, default=30)
    profile.set_defaults(call=_profile)
    return parser


def _add_extent(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="one short round, under two minutes")
    parser.add_argument("--rounds", type=int, help="how often each case is measured")
    parser.add_argument("--seconds", type=float, help="how long a round lasts")
    parser.add_argument("--case", action="append", help="only cases of this name, may hold *")
    parser.add_argument("--output", type=Path, help="where the JSON goes")


def _extent(arguments: argparse.Namespace) -> rounds.Extent:
    extent = rounds.QUICK if arguments.quick else rounds.FULL
    return replace(
        extent,
        rounds=arguments.rounds or extent.rounds,
        seconds=arguments.seconds or extent.seconds,
    )


def _run(arguments: argparse.Namespace) -> int:
    run = _measured(arguments, _extent(arguments), _chosen(CASES, arguments.case))
    return _report(run, arguments.output)


def _report(run: dict[str, Any], output: Path | None) -> int:
    sys.stdout.write(f"\n{tables.report(run)}\n")
    if output:
        output.write_text(json.dumps(run, indent=1) + "\n")
    has_problems = any(result["problems"] for result in run["results"])
    is_missed = any(line.startswith(MISSED) for line in run.get("verdict", ()))
    return 1 if has_problems or is_missed else 0


def _chosen(cases: Sequence[Case], patterns: Sequence[str] | None) -> list[Case]:
    chosen = [
        case for case in cases if any(fnmatch(case.key, pattern) for pattern in patterns or ["*"])
    ]
    if not chosen:
        raise SystemExit(f"no case is called that; there are {', '.join(c.key for c in cases)}")
    return chosen


def _keystone(arguments: argparse.Namespace) -> int:
    extent, cases = _extent(arguments), _chosen(comparison.CASES, arguments.case)
    weather, installed = facts.Weather(), peers.install(keystone.NAME)
    with (
        _place() as (place, machine),
        comparison.sides(place, installed, arguments.workers) as (sides, database_cpu_s),
    ):
        _tell(tables.heading())
        results = comparison.measure(
            cases, sides, extent, database_cpu_s=database_cpu_s, tell=_tell_result
        )
    ratios = rounds.ratios(results, [keystone.NAME, OURS])
    run = {
        **_about(arguments, extent, machine, weather),
        "results": results,
        "ratios": ratios,
        "in_process_us": sides.in_process_us,
        "verdict": comparison.verdict(results, ratios, sides.in_process_us),
    }
    run["versions"] |= installed.versions(keystone.REPORTED)
    return _report(run, arguments.output)


def _swift(arguments: argparse.Namespace) -> int:
    cases = _chosen(storage.CASES, arguments.case)
    return _compared(arguments, cases, swift, storage, partial(storage.sides, cases=cases))


def _beside(peer: Any, ours: Any) -> Callable[[argparse.Namespace], int]:
    """Return the command that compares: the modules of a peer and of our side."""

    def call(arguments: argparse.Namespace) -> int:
        cases = _chosen(ours.CASES, arguments.case)
        return _compared(arguments, cases, peer, ours, ours.sides)

    return call


def _compared(
    arguments: argparse.Namespace, cases: Sequence[Case], peer: Any, ours: Any, sides: Any
) -> int:
    """Measure cases on both sides in turn: the modules of a peer and of what ours promises."""
    extent = _extent(arguments)
    weather, installed = facts.Weather(), peers.install(peer.NAME)
    with (
        _place() as (place, machine),
        sides(place, installed, arguments.workers) as (running, database_cpu_s),
    ):
        _tell(tables.heading())
        results = rounds.measure(
            cases, running, extent, database_cpu_s=database_cpu_s, tell=_tell_result
        )
    ratios = rounds.ratios(results, [peer.NAME, OURS])
    run = {
        **_about(arguments, extent, machine, weather),
        "results": results,
        "ratios": ratios,
        "verdict": promises.verdict(ours.PROMISES, results, ratios, peer.NAME),
    }
    run["versions"] |= installed.versions(peer.REPORTED)
    return _report(run, arguments.output)


def _notices(arguments: argparse.Namespace) -> int:
    weather = facts.Weather()
    with _place() as (place, machine):
        _tell(f"{machine}, revision {facts.revision()}")
        rates = notices.measure(place, arguments.number, _tell)
    _tell(f"load: {weather.until_now()}")
    slow = [rate.name for rate in rates if rate.per_s < notices.GOAL_PER_S]
    _tell(f"below {notices.GOAL_PER_S} per s: {', '.join(slow) or 'none'}")
    return 0


def _addresses(arguments: argparse.Namespace) -> int:
    weather = facts.Weather()
    with _place() as (place, machine):
        _tell(f"{machine}, revision {facts.revision()}")
        outcome = addresses.measure(
            place,
            clients=arguments.clients,
            number=arguments.number,
            processes=arguments.processes,
        )
    _tell(f"load: {weather.until_now()}")
    _tell(str(outcome))
    return int(bool(outcome.duplicates or outcome.left or outcome.leaks))


def _documents(arguments: argparse.Namespace) -> int:
    weather = facts.Weather()
    with _place() as (place, machine):
        _tell(f"{machine}, revision {facts.revision()}")
        documents.measure(place, arguments.number, _tell)
    _tell(f"load: {weather.until_now()}")
    return 0


def _numbered(arguments: argparse.Namespace) -> int:
    """Measure something of a number, which says whether its promises are kept."""
    weather = facts.Weather()
    with _place() as (place, machine):
        _tell(f"{machine}, revision {facts.revision()}")
        is_kept = arguments.measure(place, arguments.number, _tell)
    _tell(f"load: {weather.until_now()}")
    return int(not is_kept)


def _volume(arguments: argparse.Namespace) -> int:
    """Measure a volume over NBD."""
    extent, weather = _extent(arguments), facts.Weather()
    patterns = arguments.case or ["*"]
    chosen = [c for c in volume.CASES if any(fnmatch(c.name, pattern) for pattern in patterns)]
    with _place() as (place, machine):
        _tell(f"{machine}, revision {facts.revision()}")
        is_kept = volume.measure(
            place, _tell, rounds=extent.rounds, seconds=extent.seconds, chosen=chosen
        )
    _tell(f"load: {weather.until_now()}")
    return int(not is_kept)


def _grown(arguments: argparse.Namespace) -> int:
    """Measure something while it grows."""
    weather = facts.Weather()
    with _place() as (place, machine):
        _tell(f"{machine}, revision {facts.revision()}")
        arguments.measure(place, _tell, arguments.sizes or arguments.usual)
    _tell(f"load: {weather.until_now()}")
    return 0


@contextmanager
def _place() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Make a directory for what is measured, and tell of the machine."""
    with tempfile.TemporaryDirectory(prefix="synnefo-bench-") as name:
        Path(name).chmod(0o711)  # PostgreSQL and memcached are not root
        yield Path(name), facts.machine(Path(name))


def _tell_result(result: dict[str, Any]) -> None:
    _tell(tables.line(result))


def _measured(
    arguments: argparse.Namespace, extent: rounds.Extent, cases: Sequence[Case]
) -> dict[str, Any]:
    runtimes = arguments.runtime or clouds.RUNTIMES
    weather = facts.Weather()
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="synnefo-bench-")))
        machine = facts.machine(directory)
        database = stack.enter_context(databases(arguments.database))
        running = [
            stack.enter_context(
                clouds.running(
                    directory / runtime,
                    runtime=runtime,
                    database_url=database.url(runtime),
                    workers=arguments.workers,
                )
            )
            for runtime in runtimes
        ]
        _tell(tables.heading())
        results = rounds.measure(
            cases,
            running,
            extent,
            database_cpu_s=database.cpu_s,
            tell=_tell_result,
        )
    return {
        **_about(arguments, extent, machine, weather),
        "results": results,
        "ratios": rounds.ratios(results, runtimes),
    }


def _about(
    arguments: argparse.Namespace,
    extent: rounds.Extent,
    machine: dict[str, Any],
    weather: facts.Weather,
) -> dict[str, Any]:
    """Return what must be known of a run besides its figures."""
    return {
        "format": 1,
        "at": weather.at,
        "revision": facts.revision(),
        "command": " ".join(["python -m tools.bench", *_options(arguments)]),
        "machine": machine,
        "versions": facts.versions(),
        "load": weather.until_now(),
        "settings": {
            **asdict(extent),
            "database": getattr(arguments, "database", "postgresql"),
            "workers": arguments.workers,
        },
    }


def _options(arguments: argparse.Namespace) -> list[str]:
    """Return what the run was asked for, without where its output goes."""
    words = [arguments.peer] if hasattr(arguments, "peer") else []
    words += ["--quick"] if arguments.quick else []
    for name in ("rounds", "seconds", "database", "workers"):
        value = getattr(arguments, name, None)
        words += [f"--{name}", str(value)] if value is not None else []
    for name in ("runtime", "case"):
        for value in getattr(arguments, name, None) or ():
            words += [f"--{name}", value]
    return words


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


_PEERS = {
    cinder.NAME: (_beside(cinder, volumes), "volumes"),
    glance.NAME: (_beside(glance, images), "images"),
    keystone.NAME: (_keystone, "identity"),
    neutron.NAME: (_beside(neutron, networks), "networks"),
    nova.NAME: (_beside(nova, compute), "compute"),
    swift.NAME: (_swift, "object storage"),
}


def _compare(arguments: argparse.Namespace) -> int:
    old, new = (json.loads(path.read_text()) for path in (arguments.old, arguments.new))
    _tell(tables.comparison(old, new))
    return 0


def _profile(arguments: argparse.Namespace) -> int:
    case = next(case for case in CASES if case.key == arguments.case)
    with (
        tempfile.TemporaryDirectory(prefix="synnefo-bench-") as directory,
        databases(arguments.database) as database,
    ):
        profiling.profile(
            case,
            Path(directory),
            database_url=database.url("profile"),
            requests=arguments.requests,
            top=arguments.top,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
