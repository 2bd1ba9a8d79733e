"""Processes of a benchmark run: started on one core, measured from /proc, stopped by their id."""
import os
import pathlib
import socket
import subprocess
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process tree that serves a port of the loopback interface."""

    def __init__(self, name, command, port, core, log_path, env=None):
        self.name, self.port = name, port
        self.log_path = pathlib.Path(log_path)
        with open(log_path, "wb") as log:
            self.process = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=env, preexec_fn=lambda: os.sched_setaffinity(0, {core}))
        self._wait_for_port()

    def _wait_for_port(self, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended at start: {self.log_tail()}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"{self.name} does not listen on port {self.port}: {self.log_tail()}")

    def log_tail(self):
        return self.log_path.read_text(errors="replace")[-1500:]

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    # Figures of the whole tree.

    def pids(self):
        tree, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            tree.append(pid)
            for task in _tasks(pid):
                children = task / "children"
                if children.exists():
                    todo += [int(child) for child in children.read_text().split()]
        return tree

    def cpu_ns(self):
        """User and system time of all threads (run time as the scheduler counts it)."""
        return sum(int((task / "schedstat").read_text().split()[0])
                   for pid in self.pids() for task in _tasks(pid))

    def major_faults(self):
        return sum(int(_stat(pid)[9]) for pid in self.pids())

    def rss_mib(self):
        return self._status_mib("VmRSS")

    def peak_rss_mib(self):
        return self._status_mib("VmHWM")

    def _status_mib(self, field):
        total = 0
        for pid in self.pids():
            for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith(field + ":"):
                    total += int(line.split()[1])
        return total / 1024


def _tasks(pid):
    try:
        return sorted(pathlib.Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []


def _stat(pid):
    # The name may hold blanks; fields are counted behind it.
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
