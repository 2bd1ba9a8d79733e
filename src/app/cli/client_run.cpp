#include "app/cli/client_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/query_text.h"
#include "app/cli/answer_view.h"
#include "app/cli/client_request.h"
#include "app/cli/display_width.h"
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

int complain(std::ostream& err, std::string_view sentence, int code) {
  err << "sekisho: " << sentence << '\n';
  return code;
}

}  // namespace

int run_command(const Invocation& invocation, const Ask& ask, std::ostream& out,
                std::ostream& err) {
  auto request = make_request(invocation, ask);
  if (!request) {
    bool usage = request.error().code == Code::kInvalidArgument;
    return complain(err, request.error().detail, usage ? 2 : 1);
  }
  auto answer = ask(invocation.command->method, request->target, request->body);
  if (!answer) return complain(err, answer.error().detail, 1);
  if (answer->status >= 400) return complain(err, sentence_of(*answer, invocation.language), 1);
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
