#!/usr/bin/env python3
"""Tests of check_architecture.py on small made-up trees, and on this repository itself."""
import contextlib
import io
import pathlib
import tempfile
import unittest

import check_architecture

CMAKE = """\
sekisho_module(base)
sekisho_module(io DEPS base LIBS OpenSSL::SSL)
sekisho_module(app DEPS io sim
  LIBS yaml-cpp)
"""
SIM = "sekisho_module(sim DIR ${CMAKE_CURRENT_SOURCE_DIR} DEPS io)\n"
DOCUMENT = """\
# Picture
<!-- picture: begin -->
```
 app        │ the program, over io
 sim        │
 io         │
 base       │
```
<!-- picture: end -->
<!-- includes: begin -->
| folder | includes |
|---|---|
| `app` | `io` `sim` |
| `sim` | `io` |
| `io` | `base` |
| `base` | – |
<!-- includes: end -->
"""
FILES = {
    "src/CMakeLists.txt": CMAKE,
    "sim/CMakeLists.txt": SIM,
    "docs/architecture.md": DOCUMENT,
    "src/base/error.h": "#include <string>\n",
    "src/io/loop.h": '#include "base/error.h"\n#include "io/task.h"\n',
    "src/app/main.cpp": '#include "io/loop.h"\n#include "sim/server.h"\n',
    "sim/server.h": '#include "io/loop.h"\n',
}


def check(*arguments, **changes):
    """Runs the check over FILES with some of them changed; returns code, output and document."""
    files = {**FILES, **{path.replace("__", "/"): text for path, text in changes.items()}}
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = check_architecture.main(list(arguments), root)
        return code, out.getvalue(), (root / "docs/architecture.md").read_text()


class CheckArchitecture(unittest.TestCase):
    def test_agreement(self):
        self.assertEqual(check()[:2], (0, ""))

    def test_include_that_the_table_lacks(self):
        code, said, _ = check(**{"src/app/main.cpp": '#include "base/error.h"\n' +
                                 FILES["src/app/main.cpp"]})
        self.assertEqual(code, 1)
        self.assertIn("app → base: included by app/main.cpp, missing in the table", said)

    def test_row_that_no_file_bears_out(self):
        code, said, _ = check(**{"sim/server.h": ""})
        self.assertEqual(code, 1)
        self.assertIn("sim → io: in the table, included by no file", said)

    def test_include_against_the_arrow(self):
        code, said, _ = check(**{"src/base/error.h": '#include "io/loop.h"\n'})
        self.assertEqual(code, 1)
        self.assertIn("base → io: included by base/error.h, not allowed by CMake", said)

    def test_drawing_upside_down(self):
        turned = DOCUMENT.replace(" io         │\n base       │", " base       │\n io         │")
        code, said, _ = check(**{"docs/architecture.md": turned})
        self.assertEqual(code, 1)
        self.assertIn("io → base: allowed by CMake, but the drawing has it upside down", said)

    def test_same_line_is_not_below(self):
        beside = DOCUMENT.replace(" io         │\n base       │", " io base    │")
        self.assertEqual(check(**{"docs/architecture.md": beside})[0], 1)

    def test_module_that_the_drawing_lacks(self):
        code, said, _ = check(**{"src/CMakeLists.txt": CMAKE + "sekisho_module(guard DEPS io)\n"})
        self.assertEqual(code, 1)
        self.assertIn("guard: a module of the build that the drawing lacks", said)
        self.assertIn("guard: has no row in the table", said)

    def test_module_that_is_gone(self):
        code, said, _ = check(**{"docs/architecture.md": DOCUMENT.replace(
            " io         │", " io wiki    │")})
        self.assertEqual(code, 1)
        self.assertIn("wiki: drawn, but no module of the build", said)

    def test_tests_do_not_count(self):
        self.assertEqual(check(**{"src/base/error_test.cpp": '#include "sim/server.h"\n'})[0], 0)

    def test_headers_of_tests_do_not_count(self):
        more = {"src/base/error_test.cpp": '#include "base/world.h"\n',
                "src/base/world.h": '#include "base/more_world.h"\n',
                "src/base/more_world.h": '#include "io/loop.h"\n'}
        self.assertEqual(check(**more)[0], 0)
        used = {**more, "src/base/error.cpp": '#include "base/more_world.h"\n'}
        self.assertIn("base → io: included by base/more_world.h", check(**used)[1])

    def test_write_mends_the_table(self):
        main = '#include "base/error.h"\n' + FILES["src/app/main.cpp"]
        code, said, document = check("--write", **{"src/app/main.cpp": main})
        self.assertEqual((code, said), (0, ""))
        self.assertIn("| `app` | `sim` `io` `base` |", document)
        self.assertTrue(document.startswith("# Picture\n"))

    def test_document_without_marks(self):
        code, said, _ = check(**{"docs/architecture.md": "# Picture\n"})
        self.assertEqual(code, 1)
        self.assertIn("the document needs one", said)

    def test_this_repository(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = check_architecture.main([])
        self.assertEqual(code, 0, out.getvalue())


if __name__ == "__main__":
    unittest.main()
