#!/usr/bin/env python3
"""Runs every fuzzer of a build, or replays the kept corpus.

  fuzz/run.py --seconds 300           each fuzzer for five minutes
  fuzz/run.py --smoke                 every seed once, then a few thousand mutations
  fuzz/run.py --seconds 60 sse        some of them only

Seeds are fuzz/corpus/NAME/; what a run finds interesting goes to BUILD/corpus/NAME/, and an input
that breaks a law to BUILD/crashes/. Exit 1 when one was found.
"""
import argparse
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def run(binary, build, args):
    name = binary.name.removeprefix("fuzz-")
    found = build / "corpus" / name
    crashes = build / "crashes"
    found.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(exist_ok=True)
    limit = ["-runs=5000"] if args.smoke else [f"-max_total_time={args.seconds}"]
    command = [binary, *limit, "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1",
               f"-artifact_prefix={crashes}/{name}-", found]
    seeds = ROOT / "fuzz" / "corpus" / name
    if seeds.is_dir():
        command.append(seeds)
    dictionary = ROOT / "fuzz" / f"{name}.dict"
    if dictionary.is_file():
        command.append(f"-dict={dictionary}")
    result = subprocess.run(command, capture_output=True, text=True, errors="replace")
    stats = dict(line.removeprefix("stat::").split(":", 1)
                 for line in result.stderr.splitlines() if line.startswith("stat::"))
    runs = stats.get("number_of_executed_units", "?").strip()
    ok = result.returncode == 0
    print(f"{'ok    ' if ok else 'FAILED'} {name:16} {runs:>10} inputs", flush=True)
    if not ok:
        print("\n".join(result.stderr.splitlines()[-40:]))
    return ok


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "fuzz")
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    binaries = sorted(args.build.glob("bin/fuzz-*"))
    if args.names:
        binaries = [b for b in binaries if b.name.removeprefix("fuzz-") in args.names]
    if not binaries:
        sys.exit(f"no fuzzers in {args.build}/bin: build the preset 'fuzz' first")
    results = [run(binary, args.build, args) for binary in binaries]
    return 0 if all(results) else 1


sys.exit(main())
