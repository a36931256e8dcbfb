#!/usr/bin/env python3
"""Hostile clients against a rosterd of its own, and what others see of it meanwhile.

  faults_test.py ROSTERD ROSTERCTL [--seconds N] [--strict] [--proxy haproxy] [--source ADDRESS] [CASE...]

--seconds N: how long each attack lasts (default 1.5). --strict: judges how long the calls of others took too, which
says something of the server only where nothing else runs. Without it their calls must succeed. --proxy: calls go
through the proxy of deploy/, health and metrics do not. --source: the address of loopback from which the attacks come;
others call from 127.0.0.1, as the attacks do unless there is a proxy, which tells callers apart by their addresses.
CASE: the end of its name is enough.
"""

import argparse
import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import proxies  # noqa: E402
import server as servers  # noqa: E402
import witness as witnesses  # noqa: E402

MIB = 1 << 20
GRACE_SECONDS = 35.0
CALM_SECONDS = 60.0

# Name of the case, attacks that run together, most open files of the server.
CASES = {
    "AC1_huge_masks": (["huge_masks"] * 2, None),
    "AC2_gzip_bomb": (["gzip_bomb"] * 2, None),
    "AC2_empty_items": (["empty_items"] * 2, None),
    "AC3_idle_connections": (["idle"], 1024),
    "AH4_unread_lists": (["unread_lists"], None),
    "AH4_many_lists": (["many_lists"], None),
    "AH4_waits": (["waits"], None),
    "AH4_silent_streams": (["silent_streams"], None),
    "AH4_creations": (["creations"], None),
    "AH8_rapid_reset": (["rapid_reset"], None),
    "AM3_partial_uploads": (["partial_uploads"], None),
    "AM6_half_scrapes": (["half_scrapes"], None),
}

# gRPC 1.51 can't keep these from others: a proxy in front does. The server must survive them, and end as it should.
ONLY_SURVIVED = {"AH8_rapid_reset"}

# What others may see at most while an attack runs.
LIMITS = {"check": 0.25, "create": 1.0, "health": 0.1, "metrics": 1.0}
MEMORY_LIMIT = 1 << 30


def attack(server, name, seconds, source):
    target = {"port": server.port, "health_port": server.health_port, "metrics_port": server.metrics_port,
              "account": server.attacker.id, "token": server.attacker.token, "user": server.attacker.user,
              "seconds": seconds, "source": source}
    return subprocess.Popen([sys.executable, str(HERE / "attacks.py"), name, json.dumps(target)], stdin=subprocess.DEVNULL)


def run(server, names, options):
    """What was wrong, and what was measured."""
    victim = server.victim
    before = witnesses.memory(server.pid)
    watching = witnesses.Witness(server, victim.id, victim.token, victim.user)
    attacks = [attack(server, name, options.seconds, options.source) for name in names]
    try:
        time.sleep(options.seconds)
        for process in attacks:
            process.wait(30)
    finally:
        for process in attacks:
            process.kill()
        watching.stop()
    wrong = []
    for name, series in watching.series.items():
        if series.errors:
            wrong.append(f"{name}: {len(series.errors)} failed")
        elif options.strict and series.p99() > LIMITS[name]:
            wrong.append(f"{name}: p99 {series.p99():.3f} s > {LIMITS[name]}")
    if watching.peak > MEMORY_LIMIT:
        wrong.append(f"memory: {watching.peak // MIB} MiB")
    calm = await_calm(server, before * 1.5 + 32 * MIB) if options.strict else 0.0
    if calm is None:
        wrong.append(f"memory is not given back: {before // MIB} -> {witnesses.memory(server.pid) // MIB} MiB")
    told = {name: series.told() for name, series in watching.series.items()}
    told["memory"] = f"{before // MIB} MiB, at most {watching.peak // MIB}, after {witnesses.memory(server.pid) // MIB}"
    told["calm after"] = "never" if calm is None else f"{calm:.1f} s"
    return wrong, told


def await_calm(server, most):
    """Seconds until the memory is back; nothing when it does not come."""
    began = time.monotonic()
    while witnesses.memory(server.pid) > most:
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


def run_case(case, options):
    """What was wrong, and what was measured."""
    names, files = CASES[case]
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(servers.Server(options.rosterd, options.rosterctl, folder, files))
        proxy = None
        if options.proxy:
            proxy = stack.enter_context(proxies.Haproxy(folder, server.port))
            server.port = proxy.port
        wrong, told = run(server, names, options)
        if case in ONLY_SURVIVED and not options.strict and not proxy:
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
    parser.add_argument("--proxy", choices=["haproxy"])
    parser.add_argument("--source")
    options = parser.parse_intermixed_args()
    options.cases = [name for name in CASES if not options.cases or name.endswith(tuple(options.cases))]
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
        for text in wrong:
            print(f"  ! {text}")
        sys.stdout.flush()
        if wrong:
            failed.append(case)
    print(f"{len(failed)} of {len(options.cases)} failed {' '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
