#pragma once
// For tests and benchmarks: draws secrets from the templates of the rule tables (RuleSpec::sample)
// and sets them into the surroundings in which they are met.

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "guard/byte_class.h"
#include "guard/checksum.h"
#include "guard/rule.h"

namespace sekisho::guard {

struct Sample {
  std::string text;
  std::size_t begin = 0, end = 0;  // the secret

  std::string secret() const { return text.substr(begin, end - begin); }
};

class SampleDrawer {
 public:
  explicit SampleDrawer(std::uint64_t seed) : random_(seed) {}

  Sample draw(const RuleSpec& spec) {
    Sample sample;
    bool marked = false;
    expand(spec.sample, sample, marked);
    if (!marked) sample.end = sample.text.size();
    return sample;
  }

  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }

  std::string characters(std::string_view spec, std::size_t count) {
    std::string set, text;
    const ByteClass bytes(spec);
    for (int c = 0; c < 256; ++c) {
      if (bytes.has(static_cast<char>(c))) set.push_back(static_cast<char>(c));
    }
    while (text.size() < count) text.push_back(set[below(set.size())]);
    return text;
  }

 private:
  void expand(std::string_view in, Sample& out, bool& marked) {
    for (std::size_t i = 0; i < in.size();) {
      const auto rest = in.substr(i);
      if (rest.starts_with("<<")) {
        out.begin = out.text.size();
        marked = true;
        i += 2;
      } else if (rest.starts_with(">>")) {
        out.end = out.text.size();
        i += 2;
      } else if (rest.starts_with("<crc>")) {
        out.text += base62_checksum(std::string_view(out.text).substr(out.text.size() - 30));
        i += 5;
      } else if (rest[0] == '[') {
        i += expand_class(rest, out);
      } else if (rest[0] == '(') {
        const std::size_t close = rest.find(')');
        expand(one_of(rest.substr(1, close - 1)), out, marked);
        i += close + 1;
      } else {
        out.text.push_back(rest[0]);
        ++i;
      }
    }
  }

  std::size_t expand_class(std::string_view in, Sample& out) {
    const std::size_t close = in.find(']'), end = in.find('}', close);
    const std::string count(in.substr(close + 2, end - close - 2));
    std::size_t least = std::stoul(count), most = least;
    if (const auto comma = count.find(','); comma != std::string::npos) {
      most = std::stoul(count.substr(comma + 1));
    }
    out.text += characters(in.substr(1, close - 1), least + below(most - least + 1));
    return end + 1;
  }

  std::string_view one_of(std::string_view list) {
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0; begin <= list.size();) {
      const std::size_t end = std::min(list.find('|', begin), list.size());
      parts.push_back(list.substr(begin, end - begin));
      begin = end + 1;
    }
    return parts[below(parts.size())];
  }

  std::mt19937_64 random_;
};

// Surroundings: what stands before and after, and whether the sample is escaped as JSON.
struct Carrier {
  std::string_view name, before, after;
  int escapes = 0;
};

inline const std::vector<Carrier>& carriers() {
  static const std::vector<Carrier> all = {
      {"alone", "", ""},
      {"line", "export X=1\n", "\necho done\n"},
      {"json string", R"({"content":"see\n)", R"(\nthanks","n":1})", 1},
      {"tool argument", R"({"arguments":"{\"text\":\"line\\n)", R"(\\n\"}"})", 2},
      {"japanese", "鍵は「", "」です。漏らさないこと"},
      {"japanese, no marks", "これ", "を使う"},
      {"markdown code", "Use `", "` here."},
      {"diff", "+++ b/.env\n+", "\n-OLD=1\n"},
      {"environment", "export THE_VALUE=", "\n"},
      {"url", "https://api.example.net/v1?value=", "&page=2"},
      {"log", "2026-11-25T10:00:00Z INFO value ", " accepted in 12 ms"},
      {"tag", "<value>", "</value>"},
      {"list", "[1, \"a\", ", ", 3]"},
      {"sentence", "The value is ", ". Do not share it."},
  };
  return all;
}

inline std::string escape_json(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (c == '\n') {
      out += "\\n";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

inline Sample carry(const Sample& sample, const Carrier& carrier) {
  std::string head = sample.text.substr(0, sample.begin), body = sample.secret(),
              tail = sample.text.substr(sample.end);
  for (int i = 0; i < carrier.escapes; ++i) {
    head = escape_json(head);
    body = escape_json(body);
    tail = escape_json(tail);
  }
  Sample carried{std::string(carrier.before) + head, 0, 0};
  carried.begin = carried.text.size();
  carried.text += body;
  carried.end = carried.text.size();
  carried.text += tail + std::string(carrier.after);
  return carried;
}

}  // namespace sekisho::guard
