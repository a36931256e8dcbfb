"""The proxy of deploy/ in front of a rosterd, on a free port of loopback."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

START_SECONDS = 10
CONFIGURATION = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "haproxy" / "roster.cfg"

# Lines that belong to a machine on which haproxy is a service.
OF_THE_MACHINE = re.compile(r"^ *(?:log|chroot|user|group|stats socket) .*\n", re.MULTILINE)


def haproxy():
    """The path of the program, or nothing where it is not installed."""
    return shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin")


def configuration(**lines):
    """The text of the configuration, with other ends of the lines that begin with these words."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    for word, end in lines.items():
        text, times = re.subn(rf"^    {word} .*", f"    {word} {end}", text, flags=re.MULTILINE)
        if times != 1:
            raise ValueError(f"{times} lines of {CONFIGURATION.name} begin with {word}")
    return text


def check(folder, certificate):
    """What haproxy says against the configuration with this certificate; nothing when all is well."""
    path = os.path.join(folder, "checked.cfg")
    with open(path, "w", encoding="utf-8") as file:
        file.write(configuration(bind=f":7443 ssl crt {certificate} alpn h2"))
    done = subprocess.run([haproxy(), "-c", "-q", "-dW", "-f", path], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stderr or f"it leaves with {done.returncode}"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Haproxy:
    """Passes calls from `port` on to the port of a rosterd, without TLS unless there is a certificate. Killed when it
    is left."""

    def __init__(self, folder, backend, certificate=None):
        self.port = free_port()
        text = configuration(
            bind=f"127.0.0.1:{self.port} " + (f"ssl crt {certificate} alpn h2" if certificate else "proto h2"),
            server=f"rosterd 127.0.0.1:{backend} proto h2")
        path = os.path.join(folder, "haproxy.cfg")
        with open(path, "w", encoding="utf-8") as file:
            file.write(OF_THE_MACHINE.sub("", text))
        with open(os.path.join(folder, "haproxy.log"), "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([haproxy(), "-db", "-f", path], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        self._await_start(log.name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def most_memory(self):
        """Resident bytes at the highest so far."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"^VmHWM:\s+(\d+)", file.read(), re.MULTILINE)[1]) * 1024

    def _await_start(self, log):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.02)
        self.process.kill()
        with open(log, encoding="utf-8") as file:
            raise RuntimeError("haproxy does not start: " + file.read())
