#include "app/cli/client_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "app/cli/answer_view.h"
#include "app/cli/client_request.h"
#include "app/cli/display_width.h"
#include "app/phrases.h"
#include "identity/world.h"
#include "wire/json_slice.h"

namespace sekisho::app::cli {
namespace {

// The server's own sentence where there is one.
std::string sentence_of(const ApiAnswer& answer, Language language) {
  wire::JsonDocument document;
  if (document.parse(answer.body)) {
    auto message = document.root().find("error").find("message").text();
    if (!message.empty()) return printable(message);
  }
  constexpr Text kNoSentence{"the server answered with status {}", "サーバーの応答: ステータス {}"};
  return fmt::format(fmt::runtime(kNoSentence.in(language)), answer.status);
}

// The API speaks of its fields; who sits at a command line knows options.
std::string with_options(std::string sentence, const Command& command) {
  auto replace = [&sentence](const std::string& from, std::string_view option) {
    if (auto at = sentence.find(from); at != std::string::npos) {
      sentence.replace(at, from.size(), option);
    }
  };
  for (const auto& argument : command.arguments) {
    std::string field(argument.field);
    replace("field '" + field + "'", argument.option);
    replace("項目「" + field + "」", argument.option);
    if (sentence.starts_with(field + ": ")) sentence.replace(0, field.size(), argument.option);
  }
  return sentence;
}

int complain(std::ostream& err, std::string_view sentence, int code) {
  err << "sekisho: " << sentence << '\n';
  return code;
}

// The gateway takes names of models that are not there yet; a person has more often mistyped one.
void warn_of_models(const Invocation& invocation, const Ask& ask, std::ostream& err) {
  auto given = invocation.given.find("--models");
  if (given == invocation.given.end() || given->second == "none") return;
  auto answer = ask("GET", "/api/v1/models", "");
  wire::JsonDocument document;
  if (!answer || answer->status != 200 || !document.parse(answer->body)) return;
  std::vector<std::string> names;
  for (auto model : document.root().find("models")) {
    names.push_back(model.find("name").text());
    for (auto alias : model.find("aliases")) names.push_back(alias.text());
  }
  std::istringstream patterns(given->second);
  for (std::string pattern; std::getline(patterns, pattern, ',');) {
    auto fits = [&](const auto& name) { return identity::matches_pattern(pattern, name); };
    if (pattern.empty() || std::ranges::any_of(names, fits)) continue;
    constexpr Text kNone{"no model matches '{}' at present",
                         "「{}」に一致するモデルは現在ありません"};
    err << "sekisho: "
        << fmt::format(fmt::runtime(kNone.in(invocation.language)), printable(pattern)) << '\n';
  }
}

}  // namespace

int run_command(const Invocation& invocation, const Ask& ask, std::ostream& out,
                std::ostream& err) {
  bool japanese = invocation.language == Language::kJapanese;
  auto request = make_request(invocation, ask);
  if (!request) {
    bool usage = request.error().code == Code::kInvalidArgument;
    return complain(err, for_people(request.error().detail, japanese), usage ? 2 : 1);
  }
  auto answer = ask(invocation.command->method, request->target, request->body);
  if (!answer) return complain(err, for_people(answer.error().detail, japanese), 1);
  if (answer->status >= 400) {
    auto sentence = sentence_of(*answer, invocation.language);
    return complain(err, with_options(std::move(sentence), *invocation.command), 1);
  }
  warn_of_models(invocation, ask, err);
  if (invocation.json) {
    out << answer->body << '\n';
    return 0;
  }
  wire::JsonDocument document;
  if (!document.parse(answer->body))
    return complain(err, sentence_of(*answer, invocation.language), 1);
  show_answer(*invocation.command, document.root(), invocation.language, out, err);
  return 0;
}

}  // namespace sekisho::app::cli
