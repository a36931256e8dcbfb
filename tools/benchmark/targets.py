"""What is measured, what it is compared with, and how much is wanted.

A target takes its runs in turn (A B A B …); its figure and its limit come from the medians over the rounds.
"""

import dataclasses
import statistics
from typing import Callable

IN_FLIGHT = 64
BATCH_ITEMS = 100
IMPORT_GROUP_ROWS = 200  # of a commit of ImportUsers
TAIL_ROWS = 5_000  # written before each kill


@dataclasses.dataclass
class Flags:
    seconds: float
    import_rows: int
    groups: int


@dataclasses.dataclass
class Target:
    name: str
    title: str
    unit: str
    runs: dict  # name: run(bed, flags) -> result; in the order in which they are taken
    figure: Callable  # of medians
    limit: Callable
    wanted: float
    at_most: bool  # else at least

    def medians(self, rounds):
        """{run: {field: median over the rounds}} of [{run: result}]."""
        return {run: {field: statistics.median(one[run][field] for one in rounds)
                      for field, value in rounds[0][run].items() if isinstance(value, (int, float))}
                for run in self.runs}

    def row(self, rounds):
        """The line of the table."""
        medians = self.medians(rounds)
        figure, limit = self.figure(medians), self.limit(medians)
        ratio = figure / limit if limit > 0 else float("inf")
        met = ratio <= self.wanted if self.at_most else ratio >= self.wanted
        return {"target": self.title, "figure": figure, "limit": limit, "unit": self.unit, "ratio": ratio,
                "wanted": ("<= " if self.at_most else ">= ") + f"{self.wanted:g}", "met": met, "medians": medians}


def loop(workload, in_flight=IN_FLIGHT):
    return lambda bed, flags: bed.loop(workload, in_flight, flags.seconds)


def synced(commits, users):
    return lambda bed, flags: bed.synced_write(max(flags.groups // (commits * users), 20), commits, users)


def of(run, field):
    return lambda medians: medians[run][field]


TARGETS = [
    Target("check", "Check, server CPU a call : echo", "us",
           {"echo": loop("echo"), "check": loop("check")},
           of("check", "cpu_us"), of("echo", "cpu_us"), 1.15, True),
    Target("get", "GetUser, server CPU a call : echo", "us",
           {"echo": loop("echo"), "get": loop("get")},
           of("get", "cpu_us"), of("echo", "cpu_us"), 1.3, True),
    Target("batch", "BatchCheck of 100, server CPU an item : echo of 100 items", "us",
           {"echo_items": loop("echo_items"), "batch": loop("batch")},
           lambda m: m["batch"]["cpu_us"] / BATCH_ITEMS, lambda m: m["echo_items"]["cpu_us"] / BATCH_ITEMS, 2, True),
    # The limit is the raw scan and the encoding of the page alone: a page over gRPC without its call.
    Target("list", "ListUsers, page of 50, server CPU a call : raw page", "us",
           {"echo": loop("echo"), "page": loop("page"), "list": loop("list")},
           of("list", "cpu_us"), lambda m: m["page"]["cpu_us"] - m["echo"]["cpu_us"], 4, True),
    Target("create", "CreateUser, 64 in flight : echo + synced group of the same rows", "/s",
           {"write": loop("write"), "create": loop("create")},
           of("create", "rate"), of("write", "rate"), 0.6, False),
    Target("create1", "CreateUser, 1 in flight, p50 : echo p50 + synced write p50", "us",
           {"echo": loop("echo", 1), "synced": synced(1, 1), "create": loop("create", 1)},
           of("create", "p50_us"), lambda m: m["echo"]["p50_us"] + m["synced"]["p50_us"], 1.3, True),
    Target("import", "ImportUsers : synced write of the same rows", "/s",
           {"synced": synced(1, IMPORT_GROUP_ROWS), "import": lambda bed, flags: bed.import_people(flags.import_rows)},
           of("import", "rate"), of("synced", "rate"), 0.5, False),
]
NAMES = [target.name for target in TARGETS] + ["ready"]


def measure_ready(bed, rounds):
    """Lines of the table: the slowest start after a kill, the first right after the import of all users, and after a
    clean stop."""
    killed, stopped = [], []
    for number in range(rounds):
        if number > 0:
            bed.import_people(TAIL_ROWS)
        bed.roster.kill()
        killed.append(bed.roster.start())
        bed.roster.stop()
        stopped.append(bed.roster.start())
    return [{"target": f"ready after {how}", "figure": max(seconds) * 1e3, "limit": 1000.0, "unit": "ms",
             "ratio": max(seconds), "wanted": "<= 1", "met": max(seconds) < 1, "medians": {"seconds": seconds}}
            for how, seconds in (("kill -9", killed), ("a clean stop", stopped))]
