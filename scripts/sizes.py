#!/usr/bin/env python3
"""Counts files, functions and lines of the C++ sources against the figures that we aim at.

  scripts/sizes.py [FOLDER...]     default: src sim
  scripts/sizes.py --check         exit 1 when something is over a hard limit

Functions are found by their braces, which is enough for code that clang-format laid out: at
namespace or class level, a brace after a parameter list opens a function, which counts from the
first line of its head to its closing brace. Lambdas belong to the function around them.
"""
import argparse
import pathlib
import re
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE_LINES, FUNCTION_LINES, COLUMNS = 500, 70, 100
AIM = "aim: file median 120, most 500; function median 5, most 70; test:code 0.80"
DRAWER = re.compile(r"(^|_)(utils?|helpers?|common|misc|stuff)(_|\.|$)")
CONTAINER = re.compile(r"^(inline |export )*(namespace|class|struct|union|extern)\b")
BLANKED = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\\\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'|^[ \t]*#(?:\\\n|[^\n])*", re.S | re.M)
NAME = re.compile(r"([~\w:]+|operator\s*\S+?)\s*\(")


def blank(text):
    """Comments, literals and directives as spaces; newlines stay, so lines keep their numbers."""
    return BLANKED.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def closing(text, opening):
    depth = 0
    for at in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return len(text) - 1


def is_container(head):
    words = re.sub(r"^template\s*<.*?>\s*(?=class|struct|union)", "", " ".join(head.split()))
    return bool(CONTAINER.match(words)) and not ("(" in words and words.endswith(")"))


def functions_of(text):
    """(line, lines, name) of every function body."""
    text, found, at, head = blank(text), [], 0, 0
    while at < len(text):
        mark = text[at]
        if mark in ";}":
            head = at + 1
        elif mark == ":" and re.fullmatch(r"\s*(public|private|protected)\s*", text[head:at]):
            head = at + 1
        elif mark == "{":
            before = text[head:at]
            if at > 0 and (text[at - 1].isalnum() or text[at - 1] in "_>"):
                at = closing(text, at)  # a member or variable initialised by braces
            elif is_container(before):
                head = at + 1
            else:
                end = closing(text, at)
                plain = re.sub(r"\boperator\s*[=!<>]=?|[=!<>]=", "", before)
                if "(" in before and "=" not in re.sub(r"\([^()]*(\([^()]*\)[^()]*)*\)", "", plain):
                    start = head + len(before) - len(before.lstrip())
                    name = NAME.search(before)
                    found.append((text.count("\n", 0, start) + 1,
                                  text.count("\n", start, end) + 1,
                                  name.group(1) if name else "?"))
                    head = end + 1
                at = end
        at += 1
    return found


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0


def is_test(path):
    return bool(re.search(r"(_test|_testing|_test_\w+)\.(h|cpp)$|^test_", path.name))


class Sizes:
    def __init__(self, files):
        self.sources, self.headers, self.tests = [], [], []
        self.functions, self.wide, self.drawers = [], [], []
        for path, text in files:
            self.add(path, text)

    def add(self, path, text):
        lines = text.splitlines()
        if DRAWER.search(path.name):
            self.drawers.append(str(path))
        if is_test(path):  # their lines may be wide: they hold what travels on the wire
            self.tests.append((len(lines), str(path)))
            return
        self.wide += [(len(line), f"{path}:{number}") for number, line in enumerate(lines, 1)
                      if len(line) > COLUMNS]
        (self.headers if path.suffix == ".h" else self.sources).append((len(lines), str(path)))
        self.functions += [(size, f"{path}:{line} {name}")
                           for line, size, name in functions_of(text)]

    def over(self):
        """What is over a hard limit, one line each."""
        for size, path in self.sources + self.headers + self.tests:
            if size > FILE_LINES:
                yield f"{path}: {size} lines (limit {FILE_LINES})"
        for size, where in self.functions:
            if size > FUNCTION_LINES:
                yield f"{where}: {size} lines (limit {FUNCTION_LINES})"
        for size, where in self.wide:
            yield f"{where}: {size} columns (limit {COLUMNS})"
        for path in self.drawers:
            yield f"{path}: named like a drawer"

    def report(self):
        for label, group in (("sources", self.sources), ("headers", self.headers),
                             ("tests", self.tests), ("functions", self.functions)):
            sizes = [size for size, _ in group]
            middle = statistics.median(sizes) if sizes else 0
            yield (f"{label:10}{len(sizes):6}  median {middle:g}  p90 {quantile(sizes, .9)}"
                   f"  p99 {quantile(sizes, .99)}  max {max(sizes, default=0)}")
        code = sum(size for size, _ in self.sources + self.headers)
        tests = sum(size for size, _ in self.tests)
        yield f"code lines {code}, test lines {tests}, test:code {tests / max(code, 1):.2f}"
        yield AIM
        for label, group in (("longest files", self.sources + self.headers + self.tests),
                             ("longest functions", self.functions)):
            yield f"{label}:"
            yield from (f"  {size:5} {where}" for size, where in sorted(group)[:-7:-1])


def read_files(folders, root=ROOT):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".h", ".cpp") and path.is_file():
                yield path.relative_to(root), path.read_text(errors="replace")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit 1 when over a hard limit")
    parser.add_argument("folders", nargs="*", default=["src", "sim"])
    args = parser.parse_args()
    sizes = Sizes(read_files(args.folders))
    over = list(sizes.over())
    print("\n".join(over if args.check else [*sizes.report(), *over]))
    return 1 if args.check and over else 0


if __name__ == "__main__":
    sys.exit(main())
