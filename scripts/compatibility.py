#!/usr/bin/env python3
"""Makes docs/compatibility.md and docs/ja/compatibility.md from build/compatibility.json, which the
client matrix writes (scripts/run_client_matrix.sh). Without arguments it compares and fails when a
page differs; --write writes them."""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = {"en": ROOT / "docs/compatibility.md", "ja": ROOT / "docs/ja/compatibility.md"}
SIGNS = {"works": "✓", "dropped": "△", "refused": "✗"}
FEATURES_JA = {
    "stream": "ストリーム", "tools": "ツール", "parallel_tools": "並列ツール", "images": "画像",
    "documents": "文書", "thinking": "思考", "caching": "キャッシュ",
    "structured_output": "構造化出力", "count": "トークン計数", "errors": "エラー"}
DIALECTS = {"chat": "OpenAI chat completions", "messages": "Anthropic Messages",
            "responses": "OpenAI Responses", "converse": "Bedrock Converse",
            "invoke": "Bedrock InvokeModel", "gemini": "Gemini generateContent"}
HEAD = {
    "en": """# Compatibility

日本語: [ja/compatibility.md](ja/compatibility.md)

Which client works with which provider, and with what. This page is made by
`make test-clients ARGS=--write`; each cell comes from a test that ran, with the real client or, where
a feature does not depend on the program, with the vendor's SDK in the dialect that the client speaks.

- ✓ works
- △ works, but something that the provider has no place for was left out; the answer's header
  `x-sekisho-dropped-fields` and the trace say what (notes below)
- ✗ refused with a sentence, by the gateway or by the provider, before anything is spent (notes below)
- – the dialect has no such thing

*stream*, *tools* and *errors* of an agent come from its own runs: a task of several tool calls that
writes a file, with the ledger equal to the provider's bill, and a refusal that is shown at once and not
repeated.
""",
    "ja": """# 互換性

English: [../compatibility.md](../compatibility.md)

どのクライアントが、どのプロバイダーと、何を使えるかを示します。このページは
`make test-clients ARGS=--write` が生成します。各欄は実行したテストの結果です。実際のクライアントを使い、
プログラムに依存しない機能は、そのクライアントが話す API をベンダーの SDK で確かめています。

- ✓ 使えます
- △ 使えますが、プロバイダー側に置き場所のない項目は送りません。何を省いたかは応答ヘッダー
  `x-sekisho-dropped-fields` とトレースに残ります（下の注）
- ✗ 費用が発生する前に、ゲートウェイまたはプロバイダーが理由を示して拒否します（下の注）
- – その API にはない機能です

エージェントの「ストリーム」「ツール」「エラー」は、エージェント自身の実行結果です。ファイルを書くまで複数の
ツールを呼ぶ作業を行い、台帳がプロバイダーの請求と一致すること、拒否が一度で表示され再送されないことを
確かめています。
"""}
WORDS = {
    "en": {"client": "client", "provider": "provider", "notes": "Notes", "left out": "left out"},
    "ja": {"client": "クライアント", "provider": "プロバイダー", "notes": "注", "left out": "省いた項目"}}


def cell_of(cells, client, key, provider, feature):
    """The agent's own run if there is one, else its dialect's feature test."""
    return cells.get((key, provider, feature)) or cells.get((client["dialect"], provider, feature))


def rows_of(data, cells):
    for key, client in data["clients"].items():
        for provider, name in data["providers"].items():
            own = client["agent"]
            if not cells.get((key if own else client["dialect"], provider, "tools")):
                continue  # this pair did not run
            yield client, name, [cell_of(cells, client, key, provider, feature)
                                 for feature in data["features"]]


def page(data, language):
    cells = {(c["of"], c["provider"], c["feature"]): c for c in data["cells"]}
    words, notes = WORDS[language], []
    features = data["features"] if language == "en" else FEATURES_JA

    def shown(cell):
        if cell is None:
            return "–"
        if not cell["why"]:
            return SIGNS[cell["outcome"]]
        why = cell["why"]
        if cell["outcome"] == "dropped":
            why = f"{words['left out']}: {', '.join(f'`{field}`' for field in why.split(', '))}"
        if why not in notes:
            notes.append(why)
        return f"{SIGNS[cell['outcome']]} {notes.index(why) + 1}"

    lines = [HEAD[language]]
    spoken = list(dict.fromkeys(client["dialect"] for client in data["clients"].values()))
    rows = list(rows_of(data, cells))
    for dialect in spoken:
        lines.append(f"## {DIALECTS[dialect]}\n")
        lines.append("| " + " | ".join([words["client"], words["provider"],
                                        *(features[f] for f in data["features"])]) + " |")
        lines.append("|---" * (2 + len(data["features"])) + "|")
        for client, provider, row in rows:
            if client["dialect"] != dialect:
                continue
            name = f"[{client['name']}](clients/{client['page']}.md)"
            lines.append("| " + " | ".join([name, provider, *map(shown, row)]) + " |")
        lines.append("")
    if notes:
        lines.append(f"## {words['notes']}\n")
        lines += [f"{number}. {note}" for number, note in enumerate(notes, 1)]
        lines.append("")
    return "\n".join(lines)


def main():
    data = json.loads((ROOT / "build/compatibility.json").read_text())
    differ = []
    for language, file in PAGES.items():
        text = page(data, language)
        if file.exists() and file.read_text() == text:
            continue
        if "--write" in sys.argv[1:]:
            file.write_text(text)
            print(f"wrote {file.relative_to(ROOT)}")
        else:
            differ.append(str(file.relative_to(ROOT)))
    if differ:
        print(f"{' and '.join(differ)}: differs from what the tests found; make test-clients "
              "ARGS=--write")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
