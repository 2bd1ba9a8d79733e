"""One measurement: a load run against a target, with the target's CPU time around it."""
import dataclasses
import json
import os
import statistics
import subprocess

from targets import LOAD_CORE

KIB = 1024


@dataclasses.dataclass
class Cell:
    """One line of the table that is measured by load."""
    id: str
    label: str
    bytes: int
    fresh: str = "all"           # bytes at the end of each body that are new
    stream: str = ""             # "", "burst" or "pace"
    connections: int = 8
    with_direct: bool = False
    model: str = ""              # of the gateway; what is beside it gets its own kind of answer


CELLS = [
    Cell("cpu_200b", "CPU µs/request, 200 B", 200),
    Cell("cpu_32k_10k_new", "CPU µs/request, 32 KB, 10 KB new", 32 * KIB, str(10 * KIB)),
    Cell("cpu_32k_all_new", "CPU µs/request, 32 KB, all new", 32 * KIB),
    Cell("cpu_300k_10k_new", "CPU µs/request, 300 KB, 10 KB new", 300 * KIB, str(10 * KIB)),
    Cell("cpu_300k_all_new", "CPU µs/request, 300 KB, all new", 300 * KIB),
    Cell("cpu_1m_10k_new", "CPU µs/request, 1 MB, 10 KB new", 1024 * KIB, str(10 * KIB)),
    Cell("cpu_1m_all_new", "CPU µs/request, 1 MB, all new", 1024 * KIB),
    Cell("converse_300k_10k_new", "CPU µs/request, chat → Converse, 300 KB, 10 KB new", 300 * KIB,
         str(10 * KIB), model="bench-converse"),
    Cell("converse_300k_all_new", "CPU µs/request, chat → Converse, 300 KB, all new", 300 * KIB,
         model="bench-converse"),
    Cell("latency_c1", "latency at c=1, 200 B", 200, connections=1, with_direct=True),
    Cell("sse_burst", "CPU µs/event, SSE in bursts", 200, stream="burst"),
    Cell("converse_sse_burst", "CPU µs/event, ConverseStream → SSE in bursts", 200,
         stream="burst", model="bench-converse"),
    Cell("sse_pace", "CPU µs/event, SSE at 20 ms pace", 200, stream="pace"),
]


def model_of(target, cell):
    if cell.model and target.name == "sekisho":
        return cell.model
    return "bench-pace" if cell.stream == "pace" else "bench"


def run_load(binaries, target, cell, seconds, label):
    """Runs the load once; returns its report with the CPU time that the target spent on it."""
    command = [binaries / "sekisho-bench-load", "--wait", "--connections", cell.connections,
               "--bytes", cell.bytes, "--fresh", cell.fresh, "--key", target.key,
               "--conversation", label, "--seconds", seconds,
               "--port", target.stream_port if cell.stream else target.plain_port,
               "--model", model_of(target, cell)]
    if cell.stream:
        command.append("--stream")
    if cell.stream == "pace":
        # Streams of different people do not tick together.
        command += ["--stagger-ms", 2.5, "--warm-up", 1]
    load = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True,
                            preexec_fn=lambda: os.sched_setaffinity(0, {LOAD_CORE}))
    first = load.stdout.readline()
    if first.strip() != "warm":
        load.wait()
        return json.loads(first) if first.strip() else {"failed": 1, "fault": "load ended"}
    server = target.server
    before = (server.cpu_ns(), server.major_faults()) if server else (0, 0)
    report, _ = load.communicate("go\n")
    after = (server.cpu_ns(), server.major_faults()) if server else (0, 0)
    result = json.loads(report)
    result["cpu_ns"] = after[0] - before[0]
    if after[1] > before[1] and not result["failed"]:
        result.update(failed=1, fault=f"{after[1] - before[1]} major page faults", from_disk=True)
    return result


def run_undisturbed(binaries, target, cell, seconds, label):
    """A run in which a page came from disk tells of the disk: it is made again, twice at most."""
    for attempt in range(3):
        result = run_load(binaries, target, cell, seconds, f"{label}-{attempt}")
        if not result.get("from_disk"):
            break
    return result


def value_of(cell, result):
    """The figures of one run: a dictionary, or None when the run is void."""
    if result["failed"] or result["completed"] == 0:
        return None
    if cell.id == "latency_c1":
        return {"p50": result["p50_us"], "p99": result["p99_us"]}
    count = result["frames_sent"] if cell.stream else result["completed"]
    return {"cpu_us": result["cpu_ns"] / 1000 / count}


def measure(binaries, targets, cell, rounds, seconds, tell):
    """Interleaved rounds over all targets. Returns {target name: {"runs", "median", …}}."""
    runs = {target.name: [] for target in targets}
    for number in range(rounds):
        order = targets if number % 2 == 0 else targets[::-1]
        for target in order:
            result = run_undisturbed(binaries, target, cell, seconds, f"{cell.id}-{number}")
            runs[target.name].append(result)
            tell(cell, number, target, result)
    return {name: summary(cell, results) for name, results in runs.items()}


def summary(cell, results):
    faults = [r["fault"] for r in results if r["failed"]]
    values = [value_of(cell, r) for r in results]
    out = {"runs": results, "void": faults[0] if faults else None}
    if not faults and all(values):
        for key in values[0]:
            series = [value[key] for value in values]
            out[key] = statistics.median(series)
            out[key + "_spread"] = (max(series) - min(series)) / out[key] if out[key] else 0
    elif not faults:
        out["void"] = "nothing was completed"
    if cell.stream and not out["void"]:
        lost = sum(r["frames_sent"] - r["frames"] for r in results)
        out["frames_missing"] = lost
        out["longest_gap_us"] = max(r["longest_gap_us"] for r in results)
    return out
