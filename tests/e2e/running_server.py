"""A rosterd that a test starts, and stops as an operator would."""

import json
import pathlib
import signal
import subprocess
import time

FREE = "127.0.0.1:0"
START_SECONDS = STOP_SECONDS = 30


class Server:
    """A rosterd on free ports, or on the one given."""

    def __init__(self, rosterd, data, *flags, listen=FREE):
        self.log_path = f"{data}.log"
        with open(self.log_path, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [rosterd, "--data-dir", data, "--listen", listen, "--health-listen", FREE, "--metrics-listen", FREE,
                 *flags],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.ready = self._await_ready()
        self.address, self.health, self.metrics = (
            f"127.0.0.1:{self.ready[name]}" for name in ("port", "health_port", "metrics_port"))

    def log(self):
        return pathlib.Path(self.log_path).read_text(encoding="utf-8")

    def _await_ready(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            ended = self.process.poll() is not None
            for line in self.log().splitlines(keepends=True):
                if line.endswith("\n") and '"message":"ready"' in line:
                    return json.loads(line)
            if ended:
                break
            time.sleep(0.02)
        self.kill()
        raise AssertionError("rosterd is not ready:\n" + self.log())

    def stop(self):
        """Stops it as an operator would; returns how it left."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
