# SPDX-License-Identifier: Apache-2.0
"""Figures as tables for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_BUSY = 0.8
"""A generator that is busy for more than this share of the time may be what limits a figure."""

_MEASURED = {"sync_ms", "md5_cpu_s_per_gib", "sha256_cpu_s_per_gib"}
"""Facts of a machine that are never the same twice."""

COLUMNS = (
    # heading, width
    ("case", 13),
    ("runtime", 9),
    ("per s", 9),
    ("MiB/s", 8),
    ("p50 ms", 8),
    ("p99 ms", 8),
    ("CPU s/1000", 11),
    ("CPU s/GiB", 10),
    ("database", 9),
    ("spread", 7),
    ("client", 7),
)


def heading() -> str:
    """Return the heading of the table of results."""
    return " ".join(f"{name:>{width}}" for name, width in COLUMNS)


def line(result: Mapping[str, Any]) -> str:
    """Return one result as a line of the table."""
    figures = result["median"]
    share = figures["generator_share"]
    cells = [
        result["case"],
        result["runtime"],
        number(figures["requests_per_s"]),
        number(figures.get("mib_per_s")),
        number(figures["p50_ms"]),
        number(figures["p99_ms"]),
        number(figures["cpu_s_per_1000"]),
        number(figures.get("cpu_s_per_gib")),
        number(figures["database_cpu_s_per_1000"] or None),
        f"{result['spread']:.0%}",
        f"{share:.0%}{'!' if share > _BUSY else ''}",
    ]
    text = " ".join(f"{cell:>{width}}" for cell, (_, width) in zip(cells, COLUMNS, strict=True))
    return f"{text}  PROBLEMS {result['problems']}" if result["problems"] else text


def number(value: float | None) -> str:
    """Return a figure with three digits that count; ``-`` for none."""
    if value is None:
        return "-"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3g}"


def report(run: Mapping[str, Any]) -> str:
    """Return a whole run: the facts, the results, the ratios."""
    verdict = [*run["verdict"], ""] if "verdict" in run else []
    figures = [*facts(run), "", *results(run), "", *ratio_lines(run), ""]
    return "\n".join([*figures, *verdict, *notes()])


def facts(run: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a reader of figures must know first."""
    machine, settings = run["machine"], run["settings"]
    yield f"{run['at']}  revision {run['revision']}  {run['command']}"
    yield (
        f"{machine['cpus']} x {machine['processor']}, kernel {machine['kernel']}, "
        f"load {run['load']['before']} to {run['load']['after']}, "
        f"{run['load']['stolen_s']} CPU s stolen, a 4 KiB sync takes {machine['sync_ms']} ms, "
        f"MD5 {machine['md5_cpu_s_per_gib']} and SHA-256 {machine['sha256_cpu_s_per_gib']} CPU s/GiB"
    )
    yield (
        f"{settings['database']}, {settings['workers']} server process(es), median of "
        f"{settings['rounds']} round(s) of {settings['seconds']} s"
    )


def results(run: Mapping[str, Any]) -> Iterator[str]:
    """Yield the table of results."""
    yield heading()
    for result in run["results"]:
        yield line(result)


def ratio_lines(run: Mapping[str, Any]) -> Iterator[str]:
    """Yield how the runtimes compare."""
    for row in run["ratios"]:
        figures = ", ".join(f"{name} {factor(value)}" for name, value in row["ratios"].items())
        yield f"{row['case']:>13} {row['of']} / {row['to']}: {figures}"


def factor(value: float | None) -> str:
    """Return a ratio; ``-`` for none."""
    return "-" if value is None else f"{value:.2f}x"


def notes() -> Sequence[str]:
    """Return what the columns mean."""
    return (
        "CPU s: of all processes of the cloud, a database server's apart, for 1,000 requests.",
        "spread: range of the rounds as a share of the median. client: how busy the load generator",
        "was; with ! it may be the limit. floor: an application that does nothing, same server.",
    )


def comparison(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Return two runs side by side: for each case new over old."""
    lines = [
        f"old: revision {old['revision']} at {old['at']}",
        f"new: revision {new['revision']} at {new['at']}",
    ]
    lines += [f"not the same: {name}" for name in _differences(old, new)]
    lines.append(f"{'case':>13} {'runtime':>9} {'per s':>24} {'p99 ms':>24} {'CPU s/1000':>24}")
    before = {(each["case"], each["runtime"]): each["median"] for each in old["results"]}
    for each in new["results"]:
        was = before.pop((each["case"], each["runtime"]), None)
        if was is not None:
            cells = [
                _change(was[name], each["median"][name])
                for name in ("requests_per_s", "p99_ms", "cpu_s_per_1000")
            ]
            lines.append(f"{each['case']:>13} {each['runtime']:>9} {' '.join(cells)}")
    return "\n".join(lines)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield what makes two runs hard to compare."""
    for part in ("machine", "settings", "versions"):
        for name in sorted(old[part].keys() | new[part].keys()):
            before, after = old[part].get(name), new[part].get(name)
            if before != after and name not in _MEASURED:
                yield f"{name}: {before}, {after}"


def _change(old: float, new: float) -> str:
    ratio = new / old if old else None
    return f"{f'{number(old)} > {number(new)} {factor(ratio)}':>24}"
