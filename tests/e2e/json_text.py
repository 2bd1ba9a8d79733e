"""Draws JSON texts as no serializer writes them: odd spacing, key order, number spellings, escapes.
`Mark` values stand where a gateway may edit; `render` fills them, so that the expected bytes come
from the same drawing as the client's."""

import json
import random

NUMBERS = ["0", "-0", "12345678901234567890", "1e2", "1E+2", "-1.50", "0.10", "1e-7",
           "123456789012345678901234567890.000", "9007199254740993"]
PIECES = ["plain", "日本語", "\\u3042", "\\ud83d\\ude00", "😀", "a\\/b", "tab\\there", "q\\\"q", "back\\\\",
          "\\u0041\\u0000", "line\\nline", " ", "<tag>&amp;", "\\b\\f\\r", "\x7f", "x" * 40]


class Drawer:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def space(self):
        return self.random.choice(["", "", "", " ", "\n", "\t", " \r\n ", "   "])

    def string(self):
        return '"' + "".join(self.random.choice(PIECES)
                             for _ in range(self.random.randint(0, 4))) + '"'

    def value(self, depth=0):
        kind = self.random.randint(0, 7 if depth < 4 else 5)
        if kind <= 1:
            return self.string()
        if kind <= 3:
            return self.random.choice(NUMBERS)
        if kind <= 5:
            return self.random.choice(["true", "false", "null"])
        if kind == 6:
            return self.array([self.value(depth + 1) for _ in range(self.random.randint(0, 4))])
        return self.object([(f'"k{i}{self.random.choice(PIECES)}"', self.value(depth + 1))
                            for i in range(self.random.randint(0, 4))])

    def array(self, items):
        return "[" + self.space() + ",".join(
            self.space() + item + self.space() for item in items) + "]"

    def object(self, members, shuffle=True):
        members = list(members)
        if shuffle:
            self.random.shuffle(members)
        if not members:
            return "{" + self.space() + "}"
        return "{" + ",".join(
            self.space() + name + self.space() + ":" + self.space() + value + self.space()
            for name, value in members) + "}"

    def maybe(self, name, *values, chance=0.5):
        return [(f'"{name}"', self.random.choice(values))] if self.random.random() < chance else []

    def unknown(self):
        return [(f'"x_{i}_{self.random.choice(["a", "名", "e" * 30])}"', self.value())
                for i in range(self.random.randint(0, 3))]


def quoted(text):
    return json.dumps(text)
