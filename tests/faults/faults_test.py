#!/usr/bin/env python3
"""Hostile clients against a rosterd of its own, and what others see of it meanwhile.

  faults_test.py ROSTERD ROSTERCTL [--seconds N] [--strict] [--short] [--proxy haproxy] [--source ADDRESS] [CASE...]

--seconds N: how long each attack lasts (default 1.5). --strict: judges how long the calls of others took too, which
says something of the server only where nothing else runs. Without it their calls must succeed. --short: leaves out
cases that the tests of the API have too. --proxy: calls go through the proxy of deploy/, health and metrics do not.
--source: the address of loopback from which the attacks come; others call from 127.0.0.1, as the attacks do unless
there is a proxy, which tells callers apart by their addresses. CASE: the end of its name is enough.
"""

import argparse
import collections
import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import typing

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import proxies  # noqa: E402
import server as servers  # noqa: E402
import witness as witnesses  # noqa: E402

MIB = 1 << 20
GRACE_SECONDS = 35.0
CALM_SECONDS = 60.0


class Case(typing.NamedTuple):
    attacks: list  # that run together
    files: int = None  # most open files of the server
    memory: int = 1 << 30  # most bytes of the server, which has 40 MiB when nothing happens
    short: bool = True  # also where time is short


CASES = {
    "AC1_huge_masks": Case(["huge_masks"] * 2),
    "AC2_gzip_bomb": Case(["gzip_bomb"] * 2),
    "AC2_empty_items": Case(["empty_items"] * 2),
    "AC3_idle_connections": Case(["idle"], files=1024),
    "AH1_renames": Case(["renames"]),
    "AH2_mappings": Case(["mappings"] * 4, short=False, memory=384 * MIB),
    "AH3_commas": Case(["commas"] * 2, memory=384 * MIB),
    "AH4_unread_lists": Case(["unread_lists"]),
    "AH4_many_lists": Case(["many_lists"]),
    "AH4_waits": Case(["waits"]),
    "AH4_silent_streams": Case(["silent_streams"], short=False),
    "AH4_creations": Case(["creations"]),
    "AH5_certificates": Case(["certificates"], short=False),
    "AH6_revocation": Case(["revocation"]),
    "AH7_erasures": Case(["erasures"]),
    "AH8_rapid_reset": Case(["rapid_reset"]),
    "AM10_long_rows": Case(["long_rows"] * 2, short=False),
    "AM3_partial_uploads": Case(["partial_uploads"]),
    "AM6_half_scrapes": Case(["half_scrapes"]),
}

# gRPC 1.51 can't keep these from others: a proxy in front does. The server must survive them, and end as it should.
ONLY_SURVIVED = {"AH8_rapid_reset"}

# What others may see at most while an attack runs.
LIMITS = {"check": 0.25, "create": 1.0, "health": 0.1, "metrics": 1.0}


def attack(server, name, seconds, source):
    target = {"port": server.port, "health_port": server.health_port, "metrics_port": server.metrics_port,
              "account": server.attacker.id, "token": server.attacker.token, "user": server.attacker.user,
              "seconds": seconds, "source": source}
    return subprocess.Popen([sys.executable, str(HERE / "attacks.py"), name, json.dumps(target)], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def report(name, process, wrong, told):
    """Adds what an attack tells when it ends."""
    text, _ = process.communicate(timeout=30)
    if process.returncode != 0:
        wrong.append(f"{name} broke off")
        return
    its = json.loads(text)
    wrong += its["wrong"]
    for what, text in its["told"].items():
        told.setdefault(what, []).append(text)


def run(server, case, options):
    """What was wrong, and what was measured."""
    victim, wrong, told = server.victim, [], {}
    before, own = witnesses.memory(server.pid), witnesses.own_memory(server)
    attacks = [attack(server, name, options.seconds, options.source) for name in case.attacks]
    try:
        for process in attacks:
            process.stdout.readline()  # it is prepared
        watching = witnesses.Witness(server, victim.id, victim.token, victim.user)
        for process in attacks:
            process.stdin.write("begin\n")
            process.stdin.flush()
        time.sleep(options.seconds)
        for name, process in zip(case.attacks, attacks):
            report(name, process, wrong, told)
    finally:
        for process in attacks:
            process.kill()
        watching.stop()
    for name, series in watching.series.items():
        if series.errors:
            wrong.append(f"{name}: {len(series.errors)} failed")
        elif options.strict and series.p99() > LIMITS[name]:
            wrong.append(f"{name}: p99 {series.p99():.3f} s > {LIMITS[name]}")
    if watching.peak > case.memory:
        wrong.append(f"memory: {watching.peak // MIB} MiB > {case.memory // MIB}")
    calm = await_calm(server, own * 1.5 + 32 * MIB) if options.strict else 0.0
    if calm is None:
        kept = witnesses.own_memory(server)
        wrong.append(f"memory is not given back: {own // MIB} -> {kept // MIB} MiB beside the store")
    told = {what: "; ".join(texts) for what, texts in told.items()}
    told.update({name: series.told() for name, series in watching.series.items()})
    told["memory"] = f"{before // MIB} MiB, at most {watching.peak // MIB}, after {witnesses.memory(server.pid) // MIB}"
    told["calm after"] = "never" if calm is None else f"{calm:.1f} s"
    return wrong, told


def await_calm(server, most):
    """Seconds until the memory is back; nothing when it does not come."""
    began = time.monotonic()
    while witnesses.own_memory(server) > most:
        if time.monotonic() - began > CALM_SECONDS:
            return None
        time.sleep(0.1)
    return time.monotonic() - began


def end(server):
    """What was wrong with the end of the server."""
    took = server.stop(GRACE_SECONDS)
    if took is None:
        return ["it does not end"], "never"
    verified = server.verify()
    return [] if verified.returncode == 0 else [verified.stderr], f"{took:.1f} s, {verified.stdout.strip()}"


def run_case(name, options):
    """What was wrong, and what was measured."""
    case = CASES[name]
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(servers.Server(options.rosterd, options.rosterctl, folder, case.files))
        proxy = None
        if options.proxy:
            proxy = stack.enter_context(proxies.Haproxy(folder, server.port))
            server.port = proxy.port
        wrong, told = run(server, case, options)
        if name in ONLY_SURVIVED and not options.strict and not proxy:
            wrong = []
        if proxy:
            told["proxy"] = f"at most {proxy.most_memory() // MIB} MiB"
        at_end, told["end"] = end(server)
        return wrong + at_end, told


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("rosterd")
    parser.add_argument("rosterctl")
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--proxy", choices=["haproxy"])
    parser.add_argument("--source")
    options = parser.parse_intermixed_args()
    wanted = tuple(options.cases) or ("",)
    options.cases = [name for name, case in CASES.items()
                     if name.endswith(wanted) and (case.short or not options.short)]
    if not options.cases:
        parser.error("no case has such a name")
    options.source = options.source or ("127.0.0.2" if options.proxy else "127.0.0.1")
    return options


def main():
    options = parse()
    if options.proxy and not proxies.haproxy():
        print("skipped: haproxy is not installed")
        return 0
    failed = []
    for case in options.cases:
        wrong, told = run_case(case, options)
        print(f"{'ok' if not wrong else 'FAILED'} {case}")
        for name, text in told.items():
            print(f"    {name}: {text}")
        for text, times in collections.Counter(wrong).items():
            print(f"  ! {text[:500]}" + (f" ({times} times)" if times > 1 else ""))
        sys.stdout.flush()
        if wrong:
            failed.append(case)
    print(f"{len(failed)} of {len(options.cases)} failed {' '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
