// Private keys as tools show them: numbered, quoted, in diffs, in search results, in source text.
#include <gtest/gtest.h>

#include <functional>

#include "guard/scan_check.h"

namespace sekisho::guard {
namespace {

struct Form {
  std::string_view name;
  std::function<std::string(std::size_t number, const std::string& line)> write;
};

std::string padded(std::size_t number, std::size_t width) {
  return fmt::format("{:>{}}", number, width);
}

const std::vector<Form>& forms() {
  static const std::vector<Form> all = {
      {"bare", [](auto, const auto& l) { return l + "\n"; }},
      {"arrow", [](auto n, const auto& l) { return padded(n, 6) + "→" + l + "\n"; }},
      {"tab", [](auto n, const auto& l) { return padded(n, 6) + "\t" + l + "\n"; }},
      {"pipe", [](auto n, const auto& l) { return fmt::format("{} | {}\n", n, l); }},
      {"bar", [](auto n, const auto& l) { return fmt::format("{:>4} │ {}\n", n, l); }},
      {"colon", [](auto n, const auto& l) { return fmt::format("{}: {}\n", n, l); }},
      {"removed", [](auto, const auto& l) { return "-" + l + "\n"; }},
      {"added", [](auto, const auto& l) { return "+" + l + "\n"; }},
      {"mail", [](auto, const auto& l) { return "> " + l + "\n"; }},
      {"comment", [](auto, const auto& l) { return "# " + l + "\n"; }},
      {"slashes", [](auto, const auto& l) { return "// " + l + "\n"; }},
      {"grep", [](auto n, const auto& l) { return fmt::format("id_rsa:{}:{}\n", n, l); }},
      {"grep path",
       [](auto n, const auto& l) { return fmt::format("home/deploy/keys/prod/id:{}:{}\n", n, l); }},
      {"grep context", [](auto n, const auto& l) { return fmt::format("id_rsa-{}-{}\n", n, l); }},
      {"concatenated", [](auto, const auto& l) { return "  \"" + l + "\\n\" +\n"; }},
      {"php", [](auto, const auto& l) { return "    '" + l + "' .\n"; }},
      {"appended", [](auto, const auto& l) { return "pem += \"" + l + "\\n\";\n"; }},
      {"basic", [](auto, const auto& l) { return "\"" + l + "\" & vbCrLf & _\n"; }},
      {"array", [](auto, const auto& l) { return "  \"" + l + "\",\n"; }},
      {"windows", [](auto n, const auto& l) { return padded(n, 6) + "→" + l + "\r\n"; }},
      {"json", [](auto n, const auto& l) { return padded(n, 6) + "→" + l + "\\n"; }},
      {"json, spelled", [](auto n, const auto& l) { return padded(n, 6) + "\\u2192" + l + "\\n"; }},
      {"json, tab", [](auto n, const auto& l) { return padded(n, 6) + "\\t" + l + "\\n"; }},
      {"json in json", [](auto n, const auto& l) { return padded(n, 6) + "→" + l + "\\\\n"; }},
      {"json of source", [](auto, const auto& l) { return "  \\\"" + l + "\\\\n\\\" +\\n"; }},
  };
  return all;
}

std::vector<std::string> key_lines(SampleDrawer& drawer, std::string_view label, bool fields) {
  std::vector<std::string> lines{fmt::format("-----BEGIN {}-----", label)};
  if (fields) {
    lines.emplace_back("Proc-Type: 4,ENCRYPTED");
    lines.emplace_back("DEK-Info: AES-128-CBC,0123456789ABCDEF0123456789ABCDEF");
    lines.emplace_back("");
  }
  for (int i = 0; i < 11; ++i) lines.push_back(drawer.characters("A-Za-z0-9+/", 64));
  lines.push_back(drawer.characters("A-Za-z0-9+/", 10) + "==");
  lines.push_back(fmt::format("-----END {}-----", label));
  return lines;
}

std::string written(const Form& form, const std::vector<std::string>& lines) {
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) text += form.write(i + 1, lines[i]);
  return text;
}

void expect_gone(const std::string& text, const std::vector<std::string>& lines,
                 std::string_view form) {
  const auto found = scan(text);
  const std::string clean = redact(text, found, rules());
  for (const auto& line : lines) {
    if (line.empty() || line.find(": ") != std::string::npos) continue;
    EXPECT_EQ(clean.find(line), std::string::npos) << form << '\n' << clean;
  }
  EXPECT_NE(clean.find("the words before"), std::string::npos) << form << '\n' << clean;
  EXPECT_NE(clean.find("and those behind"), std::string::npos) << form << '\n' << clean;
}

TEST(KeyBlock, IsFoundInEveryFormOfListing) {
  SampleDrawer drawer(31);
  for (const auto& form : forms()) {
    for (const std::string_view label : {"RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY"}) {
      for (const bool fields : {false, true}) {
        const auto lines = key_lines(drawer, label, fields);
        const std::string text =
            "the words before\n" + written(form, lines) + "and those behind are no key.\n";
        expect_gone(text, lines, form.name);
      }
    }
  }
}

TEST(KeyBlock, IsFoundInEveryFormAtEveryCut) {
  SampleDrawer drawer(37);
  for (const auto& form : forms()) {
    const auto lines = key_lines(drawer, "RSA PRIVATE KEY", form.name.size() % 2 == 0);
    const std::string text = "x\n" + written(form, lines) + "and those behind.\n";
    const auto whole = scan(text);
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      const auto parted = stream(text, std::array{cut});
      ASSERT_EQ(parted.broken, "") << form.name << " cut at " << cut;
      ASSERT_EQ(parted.found, whole) << form.name << " cut at " << cut;
    }
    for (const std::size_t step : {1, 3, 7, 40}) {
      const auto parted = stream_in_steps(text, step);
      ASSERT_EQ(parted.broken, "") << form.name << " step " << step;
      ASSERT_EQ(parted.found, whole) << form.name << " step " << step;
    }
  }
}

// A listing that was cut off: what there is of the key goes, what follows it stays.
TEST(KeyBlock, CutOffKeepsWhatFollows) {
  SampleDrawer drawer(41);
  for (const auto& form : forms()) {
    auto lines = key_lines(drawer, "RSA PRIVATE KEY", false);
    lines.resize(5);
    const std::string text = "the words before\n" + written(form, lines) +
                             "\nPlease tell me whether it is good, and those behind it too.\n"
                             "See /usr/share/doc/openssl/README.txt and internationalisation.\n";
    expect_gone(text, lines, form.name);
  }
}

TEST(KeyBlock, LeavesProseAndCodeAlone) {
  for (const std::string_view text :
       {"12→if (pem.startsWith(\"-----BEGIN PRIVATE KEY-----\")) {\n"
        "13→  return createPrivateKeyFromPemString2(pem);\n14→}\n",
        "\"-----BEGIN PRIVATE KEY-----\\n\" +\n  base64EncodedPrivateKeyBodyOfTheAccount2 +\n"
        "  \"\\n-----END PRIVATE KEY-----\"",
        "src/a.java:12: \"-----BEGIN PRIVATE KEY-----\"\n"
        "src/main/java/com/example/security/PrivateKeyLoaderFactory.java:14: other\n",
        "    1→-----BEGIN RSA PRIVATE KEY-----\n    2→(base64)\n    3→-----END RSA PRIVATE "
        "KEY-----\n",
        "1 | -----BEGIN RSA PRIVATE KEY-----\n2 | ...\n3 | -----END RSA PRIVATE KEY-----\n"
        "4 | 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n",
        "-----BEGIN PRIVATE KEY-----\nA line: with a colon\nand another one of words here\n"}) {
    const auto found = scan(text);
    EXPECT_TRUE(found.empty()) << describe(text, found);
  }
}

}  // namespace
}  // namespace sekisho::guard
