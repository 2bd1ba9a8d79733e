#!/usr/bin/env python3
"""Measures the gateway beside nginx on this machine and writes build/bench/results.json.

Method: the gateway (and nginx) on core 0, load generator and mock upstream on core 1. Cost is user
and system time of the whole process tree by completed requests at eight connections, void when any
request failed or a page had to come from disk; latency is what is added to the mock's own at one
connection. Rounds of both proxies alternate; the median counts. Absolute figures hold for this
machine only: the comparison with nginx in the same run is what can be carried elsewhere.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import signal
import subprocess
import sys
import time

import measure
import report
import targets

ROOT = pathlib.Path(__file__).resolve().parent.parent


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3, help="of one run")
    parser.add_argument("--quick", action="store_true", help="one short round: figures are rough")
    parser.add_argument("--only", nargs="*", help="ids of cells: " +
                        " ".join(cell.id for cell in measure.CELLS))
    parser.add_argument("--without-gateway", action="store_true",
                        help="nginx and the mock alone, to check the rig")
    parser.add_argument("--binaries", type=pathlib.Path, default=targets.default_binaries(ROOT))
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build" / "bench")
    args = parser.parse_args()
    if args.quick:
        args.rounds, args.seconds = 1, 1
    return args


def check_machine(args):
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("bench: two cores are needed (one for the gateway, one for load and mock)")
    needed = ["sekisho-bench-load", "sekisho-bench-mock"]
    needed += [] if args.without_gateway else ["sekisho"]
    missing = [name for name in needed if not (args.binaries / name).exists()]
    if missing:
        sys.exit(f"bench: {', '.join(missing)} not in {args.binaries}: run `make build` first")


def tell(cell, number, target, result):
    value = measure.value_of(cell, result)
    text = "void: " + result.get("fault", "?")[:200] if value is None else " ".join(
        f"{key}={figure:.1f}" for key, figure in value.items())
    print(f"  {cell.id} round {number + 1} {target.name}: {text}", file=sys.stderr, flush=True)


def facts_of_run(args):
    def first_line(command):
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
        return (done.stdout + done.stderr).strip().split("\n")[0]

    cpu = [line.split(":")[1].strip() for line in open("/proc/cpuinfo")
           if line.startswith("model name")]
    return {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "commit": first_line(["git", "rev-parse", "HEAD"]),
            "nginx": first_line(["/usr/sbin/nginx", "-v"]), "cpu": cpu[0] if cpu else "?",
            "cores": os.cpu_count(), "kernel": platform.release(),
            "load_average": os.getloadavg()[0], "rounds": args.rounds, "seconds": args.seconds}


def run(args, started):
    args.out.mkdir(parents=True, exist_ok=True)
    mock = targets.start_mock(args.binaries, args.out)
    started.append(mock)
    proxies = [targets.start_nginx(mock, args.out)]
    started.append(proxies[0].server)
    if not args.without_gateway:
        proxies.append(targets.start_gateway(mock, args.out, args.binaries))
        started.append(proxies[1].server)
    time.sleep(1)
    memory = {p.name: {"rss_idle": p.server.rss_mib()} for p in proxies}
    cells = [c for c in measure.CELLS if not args.only or c.id in args.only]
    measured = {}
    for cell in cells:
        group = proxies + ([targets.direct(mock)] if cell.with_direct else [])
        seconds = max(args.seconds, 4) if cell.stream == "pace" else args.seconds
        measured[cell.id] = measure.measure(args.binaries, group, cell, args.rounds, seconds, tell)
    for proxy in proxies:
        memory[proxy.name].update(rss_after=proxy.server.rss_mib(),
                                  rss_peak=proxy.server.peak_rss_mib())
    return report.build_rows(cells, measured, memory), measured, memory


def main():
    args = parse_arguments()
    check_machine(args)
    facts = facts_of_run(args)
    if facts["load_average"] > 0.7:
        print(f"bench: the machine is busy (load {facts['load_average']:.1f}); figures will be "
              "rough", file=sys.stderr)
    # A run that is told to end must not leave its servers behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: told to end"))
    started = []
    try:
        rows, measured, memory = run(args, started)
    except RuntimeError as error:
        sys.exit(f"bench: {error}")
    finally:
        for server in reversed(started):
            server.stop()
    out = args.out / "results.json"
    out.write_text(json.dumps({"run": facts, "rows": rows, "cells": measured, "memory": memory},
                              indent=1, ensure_ascii=False) + "\n")
    print(report.table(rows))
    print(f"written: {out}")
    return 1 if any(r.get("void") for r in rows) else 0


sys.exit(main())
