"""The programs of the benchmark as child processes, each ended by its own process id."""

import ctypes
import json
import os
import pathlib
import signal
import subprocess
import time

READY_SECONDS, STOP_SECONDS, RUN_SECONDS = 600, 60, 900
LOOK_SECONDS = 0.0005
LOG_TAIL_BYTES = 2000
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class Failed(Exception):
    """A program did not do what it must."""


def die_with_parent():
    """In the child: it ends with the benchmark, however that ends."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def environment(token=None):
    """Without the variables that would change what a program does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ROSTER_")}
    return {**kept, "ROSTER_TOKEN": token} if token else kept


def run(words, token=None):
    """Runs a program to its end; returns what it printed."""
    words = [str(word) for word in words]
    done = subprocess.run(words, env=environment(token), capture_output=True, text=True, timeout=RUN_SECONDS,
                          preexec_fn=die_with_parent, check=False)
    if done.returncode != 0:
        raise Failed(f"{os.path.basename(words[0])} left with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


class Server:
    """A server that says in its log when it is ready, as a line of JSON."""

    def __init__(self, words, log):
        self.words, self.log = [str(word) for word in words], pathlib.Path(log)
        self.process = self.ready = None

    @property
    def name(self):
        return os.path.basename(self.words[0])

    @property
    def pid(self):
        return self.process.pid

    @property
    def port(self):
        return self.ready["port"]

    def start(self):
        """Returns the seconds from its start until it said that it is ready."""
        began = time.monotonic()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.words, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=environment(), preexec_fn=die_with_parent)
        while not self._find_ready():
            if self.process.poll() is not None:
                raise Failed(f"{self.name} ended at its start: {self._tail()}")
            if time.monotonic() - began > READY_SECONDS:
                raise Failed(f"{self.name} does not get ready: {self._tail()}")
            time.sleep(LOOK_SECONDS)
        return time.monotonic() - began

    def _find_ready(self):
        for line in self.log.read_bytes().splitlines(keepends=True):
            if b'"ready"' in line and line.endswith(b"\n"):
                self.ready = json.loads(line)
                return True
        return False

    def _tail(self):
        return self.log.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace")

    def stop(self):
        self.process.terminate()
        code = self.process.wait(STOP_SECONDS)
        if code != 0:
            raise Failed(f"{self.name} left with {code}: {self._tail()}")

    def kill(self):
        """Ends it at once, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(STOP_SECONDS)


class Machine:
    """How much of the machine other processes took since it was last asked."""

    def __init__(self, servers):
        self.servers = servers
        self.before = self._times()

    def share_of_others(self):
        before, self.before = self.before, self._times()
        total, busy, own = (now - then for now, then in zip(self.before, before))
        return max(busy - own, 0) / total

    def _times(self):
        """Seconds so far: of all processors, of those not idle, of the benchmark and all that it started."""
        with open("/proc/stat", encoding="ascii") as file:
            ticks = [int(word) for word in file.readline().split()[1:9]]
        idle, waiting = ticks[3], ticks[4]
        # The clock of another process, as clock_getcpuclockid(3) makes it.
        own = sum(os.times()[:4]) + sum(time.clock_gettime(~server.pid << 3 | 2) for server in self.servers)
        tick = os.sysconf("SC_CLK_TCK")
        return sum(ticks) / tick, (sum(ticks) - idle - waiting) / tick, own
