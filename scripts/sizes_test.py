#!/usr/bin/env python3
"""Tests of sizes.py: what counts as a function, and what is over a limit."""
import pathlib
import unittest

import sizes


def found(text):
    return [(line, size, name) for line, size, name in sizes.functions_of(text)]


class Functions(unittest.TestCase):
    def test_free_function(self):
        self.assertEqual(found("int f(int x) {\n  return x;\n}\n"), [(1, 3, "f")])

    def test_declarations_and_types_are_none(self):
        self.assertEqual(found("int f();\nenum class E : char { kA, kB };\nstruct S { int x; };\n"),
                         [])

    def test_members_and_namespaces(self):
        text = "namespace a::b {\nclass C : public D {\n public:\n  int f() const { return x_; }\n" \
               " private:\n  int x_ = 0;\n};\nvoid C::g() {\n}\n}  // namespace a::b\n"
        self.assertEqual(found(text), [(4, 1, "f"), (8, 2, "C::g")])

    def test_constructor_with_braced_members(self):
        text = "C::C(int a)\n    : a_{a},\n      b_(a) {\n  run();\n}\n"
        self.assertEqual(found(text), [(1, 5, "C::C")])

    def test_tables_are_none(self):
        self.assertEqual(found("constexpr std::array kRows{\n    Row{1, f(2)},\n};\n"
                               "const std::vector<int> kList = {g(1)};\n"), [])

    def test_lambda_belongs_to_its_function(self):
        self.assertEqual(found("void f() {\n  auto g = [] { return 1; };\n  g();\n}\n"),
                         [(1, 4, "f")])

    def test_operators_templates_and_default_arguments(self):
        text = "template <class T>\nbool operator==(T a, T b) {\n  return true;\n}\n" \
               "void f(int x = g(1)) {\n}\nC& operator=(C&&) { return *this; }\n"
        self.assertEqual([size for _, size, _ in found(text)], [4, 2, 1])

    def test_braces_in_literals_and_comments(self):
        text = "void f() {\n  // }\n  auto s = \"{{\"; auto r = R\"({)\"; char c = '{';\n" \
               "  int n = 1'000;\n}\nvoid g() {\n}\n"
        self.assertEqual(found(text), [(1, 5, "f"), (6, 2, "g")])


class Limits(unittest.TestCase):
    def over(self, name, text):
        return list(sizes.Sizes([(pathlib.Path(name), text)]).over())

    def test_long_file(self):
        self.assertEqual(self.over("src/a/x.cpp", "\n" * 500), [])
        self.assertEqual(self.over("src/a/x.cpp", "\n" * 501),
                         ["src/a/x.cpp: 501 lines (limit 500)"])
        self.assertEqual(len(self.over("src/a/x_test.cpp", "\n" * 501)), 1)

    def test_long_function(self):
        text = "void f() {\n" + "  g();\n" * 69 + "}\n"
        self.assertEqual(self.over("src/a/x.cpp", text),
                         ["src/a/x.cpp:1 f: 71 lines (limit 70)"])

    def test_wide_line(self):
        self.assertEqual(len(self.over("src/a/x.h", "/" * 101)), 1)
        self.assertEqual(self.over("src/a/x_test.cpp", "/" * 101), [])

    def test_drawer(self):
        self.assertEqual(self.over("src/a/string_utils.h", ""),
                         ["src/a/string_utils.h: named like a drawer"])


if __name__ == "__main__":
    unittest.main()
