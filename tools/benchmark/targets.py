"""What is measured, what it is compared with, and how much is wanted.

A target takes its runs in turn (A B A B …); its figure and its limit come from the medians over the rounds.
"""

import dataclasses
import statistics
from typing import Callable

from benchmark.processes import Machine

IN_FLIGHT = 64
BATCH_ITEMS = 100
IMPORT_GROUP_ROWS = 200  # of a commit of ImportUsers
TAIL_ROWS = 5_000  # written before each kill
# Of the machine. Where others take more, a single thread waits for its turn and a limit is none.
MOST_OF_OTHERS = 0.1


@dataclasses.dataclass
class Sizes:
    """Of the runs."""

    seconds: float
    import_rows: int
    groups: int  # of synced writes


@dataclasses.dataclass
class Target:
    name: str
    title: str
    unit: str
    runs: dict  # name: run(bed, sizes) -> result; in the order in which they are taken
    figure: Callable  # of medians
    limit: Callable
    wanted: float
    at_most: bool  # else at least
    note: Callable = None  # of medians; what else is worth a line

    def take(self, bed, sizes, rounds):
        """The rounds: [{"others": share of the machine, "runs": {run: result}}]. Takes up to half as many again in the
        place of those that other processes disturbed."""
        machine, taken = Machine([bed.roster, bed.limits]), []
        while sum(one["others"] <= MOST_OF_OTHERS for one in taken) < rounds and len(taken) < rounds + (rounds + 1) // 2:
            runs = {name: run(bed, sizes) for name, run in self.runs.items()}
            taken.append({"others": machine.share_of_others(), "runs": runs})
        return sorted(taken, key=lambda one: one["others"])[:rounds]

    def medians(self, rounds):
        """{run: {field: median over the rounds}}."""
        first = rounds[0]["runs"]
        return {run: {field: statistics.median(one["runs"][run][field] for one in rounds)
                      for field, value in first[run].items() if isinstance(value, (int, float))}
                for run in self.runs}

    def row(self, rounds):
        """The line of the table."""
        others = statistics.median(one["others"] for one in rounds)
        medians = self.medians(rounds)
        figure, limit = self.figure(medians), self.limit(medians)
        ratio = figure / limit if limit > 0 else float("inf")
        met = ratio <= self.wanted if self.at_most else ratio >= self.wanted
        return {"target": self.title, "figure": figure, "limit": limit, "unit": self.unit, "ratio": ratio,
                "wanted": ("<= " if self.at_most else ">= ") + f"{self.wanted:g}", "met": met, "note": self.note(medians) if self.note else "",
                "others": others, "medians": medians}


def loop(workload, in_flight=IN_FLIGHT):
    return lambda bed, sizes: bed.loop(workload, in_flight, sizes.seconds)


def synced_creations(bed, sizes):
    return bed.synced_write(sizes.groups, commits=1, users=1)


def synced_import(bed, sizes):
    return bed.synced_write(sizes.import_rows // IMPORT_GROUP_ROWS, commits=1, users=IMPORT_GROUP_ROWS)


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
    Target("by_name", "ListUsers by name, page of 50, server CPU a call : raw page", "us",
           {"echo": loop("echo"), "page": loop("page"), "by_name": loop("by_name")},
           of("by_name", "cpu_us"), lambda m: m["page"]["cpu_us"] - m["echo"]["cpu_us"], 4, True),
    Target("search", "ListUsers by a word of names, page of 50, server CPU a call : raw page", "us",
           {"echo": loop("echo"), "page": loop("page"), "search": loop("search")},
           of("search", "cpu_us"), lambda m: m["page"]["cpu_us"] - m["echo"]["cpu_us"], 4, True),
    Target("create", "CreateUser, 64 in flight : echo + synced group of the same rows", "/s",
           {"write": loop("write"), "create": loop("create")},
           of("create", "rate"), of("write", "rate"), 0.6, False,
           lambda m: f"server CPU a call: {m['create']['cpu_us']:.1f} us, the limit {m['write']['cpu_us']:.1f} us"),
    Target("create1", "CreateUser, 1 in flight, p50 : echo p50 + synced write p50", "us",
           {"echo": loop("echo", 1), "synced": synced_creations, "write": loop("write", 1), "create": loop("create", 1)},
           of("create", "p50_us"), lambda m: m["echo"]["p50_us"] + m["synced"]["p50_us"], 1.3, True,
           lambda m: f"echo {m['echo']['p50_us']:.0f} us + synced write {m['synced']['p50_us']:.0f} us; both in one "
                     f"server, where a thread hands over to the next: {m['write']['p50_us']:.0f} us"),
    Target("import", "ImportUsers : synced write of the same rows", "/s",
           {"synced": synced_import, "import": lambda bed, sizes: bed.import_people(sizes.import_rows)},
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
             "ratio": max(seconds), "wanted": "<= 1", "met": max(seconds) < 1, "note": "", "others": 0,
             "medians": {"seconds": seconds}}
            for how, seconds in (("kill -9", killed), ("a clean stop", stopped))]
