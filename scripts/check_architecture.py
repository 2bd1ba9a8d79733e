#!/usr/bin/env python3
"""Compares three statements about the folders of the program: what the sources include, what
src/CMakeLists.txt allows, and what docs/architecture.md shows.

  scripts/check_architecture.py            exit 1 and one line per difference
  scripts/check_architecture.py --write    first brings the table in the document up to date

The drawing in the document has one line per layer, the top one first; a folder includes only what
stands on lower lines. The table below it names, for each folder, the folders that it includes.
Both stand between HTML comments (BEGIN and END below). Tests (`*_test.cpp`, and headers that only
they reach) do not count.
"""
import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- {}: begin -->", "<!-- {}: end -->"
MODULE = re.compile(r"^\s*sekisho_module\(\s*(\w+)([^)]*)\)", re.M)
INCLUDE = re.compile(r'^\s*#\s*include\s+"(\w+/[^"]+)"', re.M)


class Problem(Exception):
    """The document or a build file cannot be read as expected."""


def allowed_by_cmake(root):
    """Module → the modules that it names in DEPS, from the build files that declare modules."""
    allowed = {}
    for file in (root / "src/CMakeLists.txt", root / "sim/CMakeLists.txt"):
        if not file.is_file():
            continue
        for name, rest in MODULE.findall(file.read_text()):
            words = re.sub(r"\$\{\w+\}\S*", "", rest).split()
            deps = words[words.index("DEPS") + 1:] if "DEPS" in words else []
            if "LIBS" in deps:
                deps = deps[:deps.index("LIBS")]
            allowed[name] = set(deps)
    return allowed


def closure(direct):
    """Module → everything that it reaches."""
    def reach(name, seen):
        for other in direct.get(name, ()):
            if other not in seen:
                seen.add(other)
                reach(other, seen)
        return seen
    return {name: reach(name, set()) for name in direct}


def folder_of(root, module):
    inside = root / "src" / module
    return inside if inside.is_dir() else root / module


def includes_of_sources(root, modules):
    """Module → {other module: a file that includes it}."""
    texts = {}
    for module in modules:
        folder = folder_of(root, module)
        for file in sorted(folder.rglob("*")):
            if file.suffix in (".h", ".cpp"):
                texts[f"{module}/{file.relative_to(folder).as_posix()}"] = file.read_text()
    found = {module: {} for module in modules}
    for name in sorted(set(texts) - names_of_tests(texts)):
        module = name.split("/")[0]
        for other in INCLUDE.findall(texts[name]):
            other = other.split("/")[0]
            if other != module:
                found[module].setdefault(other, name)
    return found


def names_of_tests(texts):
    """Test sources, and the headers that are there for them: no other source reaches them."""
    tests = {name for name in texts if name.endswith("_test.cpp")}

    def reached(sources):
        seen = set()
        waiting = list(sources)
        while waiting:
            fresh = set(INCLUDE.findall(texts.get(waiting.pop(), ""))) - seen
            seen |= fresh
            waiting += fresh
        return seen
    product = {name for name in texts if name.endswith(".cpp")} - tests
    return tests | (reached(tests) - reached(product))


def section(text, name):
    begin, end = BEGIN.format(name), END.format(name)
    if text.count(begin) != 1 or text.count(end) != 1:
        raise Problem(f"the document needs one '{begin}' and one '{end}'")
    return text.split(begin)[1].split(end)[0]


def layers_of_drawing(text):
    """Module → height. The words left of the bar name the folders of a line."""
    lines = [line.split("│")[0].split() for line in section(text, "picture").splitlines()
             if "│" in line]
    heights = {}
    for depth, names in enumerate(reversed(lines)):
        for name in names:
            if name in heights:
                raise Problem(f"the drawing names '{name}' twice")
            heights[name] = depth
    return heights


def rows_of_table(text):
    rows = {}
    for line in section(text, "includes").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 2 or not re.fullmatch(r"`\w+`", cells[0]):
            continue
        rows[cells[0].strip("`")] = set(re.findall(r"`(\w+)`", cells[1]))
    return rows


def table_of(includes, heights):
    def order(name):
        return heights.get(name, 0), name
    lines = ["", "| folder | includes |", "|---|---|"]
    for module in sorted(includes, key=order, reverse=True):
        others = sorted(includes[module], key=order, reverse=True)
        lines.append(f"| `{module}` | {' '.join(f'`{o}`' for o in others) or '–'} |")
    return "\n".join(lines + [""])


def with_table(text, table):
    old = section(text, "includes")
    mark = BEGIN.format("includes")
    return text.replace(mark + old, mark + "\n" + table.strip("\n") + "\n", 1)


def differences(root, text):
    allowed = allowed_by_cmake(root)
    reachable = closure(allowed)
    includes = includes_of_sources(root, allowed)
    heights = layers_of_drawing(text)
    table = rows_of_table(text)
    for name in sorted(set(allowed) - set(heights)):
        yield f"{name}: a module of the build that the drawing lacks"
    for name in sorted(set(heights) - set(allowed)):
        yield f"{name}: drawn, but no module of the build"
    for module in sorted(allowed):
        for other in sorted(allowed[module]):
            if heights.get(other, -1) >= heights.get(module, 1 << 30):
                yield f"{module} → {other}: allowed by CMake, but the drawing has it upside down"
        for other, file in sorted(includes[module].items()):
            if other not in reachable[module]:
                yield f"{module} → {other}: included by {file}, not allowed by CMake"
            if other not in table.get(module, ()):
                yield f"{module} → {other}: included by {file}, missing in the table"
        for other in sorted(table.get(module, set()) - set(includes[module])):
            yield f"{module} → {other}: in the table, included by no file"
        if module not in table:
            yield f"{module}: has no row in the table"
    for name in sorted(set(table) - set(allowed)):
        yield f"{name}: has a row in the table, but is no module of the build"


def main(arguments=None, root=ROOT):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="rewrite the table first")
    args = parser.parse_args(arguments)
    document = root / "docs/architecture.md"
    try:
        text = document.read_text()
        if args.write:
            includes = includes_of_sources(root, allowed_by_cmake(root))
            text = with_table(text, table_of(includes, layers_of_drawing(text)))
            document.write_text(text)
        found = list(differences(root, text))
    except (OSError, Problem) as problem:
        print(f"check_architecture: {problem}", file=sys.stderr)
        return 1
    for line in found:
        print(line)
    if found:
        print(f"check_architecture: {len(found)} differences; docs/architecture.md must show what "
              "the code does (--write brings the table up to date)", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
