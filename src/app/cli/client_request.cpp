#include "app/cli/client_request.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/amount.h"
#include "api/times.h"
#include "http/percent.h"
#include "wire/json_slice.h"
#include "wire/json_writer.h"

namespace sekisho::app::cli {
namespace {

struct Lookup {
  ArgumentKind kind;
  std::string_view target;  // "{}": the name, encoded
  std::string_view list, member;
  Text what;
};
constexpr Lookup kLookups[] = {
    {ArgumentKind::kUser, "/api/v1/users?name={}", "users", "name", {"user", "ユーザー"}},
    {ArgumentKind::kUnit, "/api/v1/units", "units", "name", {"unit", "部門"}},
    {ArgumentKind::kKey, "/api/v1/keys?alias={}", "keys", "alias", {"virtual key", "仮想キー"}},
    {ArgumentKind::kModel, "/api/v1/models", "models", "name", {"model", "モデル"}},
};

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 19 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Failure wrong(const Argument& argument, std::string_view text, std::string_view wanted) {
  return fail(Code::kInvalidArgument, fmt::format("{}: '{}' {}", argument.option, text, wanted));
}

Result<std::string> look_up(const Lookup& lookup, const std::string& name, const Ask& ask,
                            Language language) {
  auto target = fmt::format(fmt::runtime(lookup.target), http::percent_encode(name));
  TRY(auto answer, ask("GET", target, ""));
  wire::JsonDocument document;
  TRY_VOID(document.parse(answer.body));
  if (answer.status >= 400) {
    return fail(Code::kPermissionDenied, document.root().find("error").find("message").text());
  }
  std::string found;
  for (auto item : document.root().find(lookup.list)) {
    if (!item.find(lookup.member).equals(name)) continue;
    if (!found.empty()) {
      constexpr Text kSeveral{"several {}s are named '{}': give the id",
                              "「{1}」という{0}が複数あります。ID で指定してください"};
      return fail(Code::kConflict,
                  fmt::format(fmt::runtime(kSeveral.in(language)), lookup.what.in(language), name));
    }
    found = item.find("id").raw();
  }
  if (!found.empty()) return found;
  constexpr Text kNone{"there is no {} '{}'", "{}「{}」は見つかりません"};
  return fail(Code::kNotFound,
              fmt::format(fmt::runtime(kNone.in(language)), lookup.what.in(language), name));
}

Result<std::string> json_list(std::string_view text) {
  std::string out;
  wire::JsonWriter w(out);
  w.begin_array();
  while (!text.empty()) {
    auto comma = text.find(',');
    if (comma != 0) w.string(text.substr(0, comma));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  w.end_array();
  return out;
}

std::string json_string(std::string_view text) {
  std::string out;
  wire::JsonWriter(out).string(text);
  return out;
}

// As a JSON value for a body.
Result<std::string> json_value(const Argument& argument, const std::string& text, const Ask& ask,
                               Language language) {
  bool may_be_none = argument.kind != ArgumentKind::kText && argument.kind != ArgumentKind::kFlag;
  if (may_be_none && text == "none") {
    return argument.kind == ArgumentKind::kList ? "[]" : "null";
  }
  for (const auto& lookup : kLookups) {
    if (lookup.kind != argument.kind) continue;
    return is_number(text) ? text : look_up(lookup, text, ask, language);
  }
  switch (argument.kind) {
    case ArgumentKind::kNumber:
      return is_number(text) ? Result<std::string>(text) : wrong(argument, text, "is no number");
    case ArgumentKind::kMoney:
      if (!api::parse_amount(text)) return wrong(argument, text, "is no amount in USD");
      return json_string(text);
    case ArgumentKind::kTime:
      if (!api::parse_time(text)) return wrong(argument, text, "is no time (ISO 8601)");
      return json_string(text);
    case ArgumentKind::kFlag:
      return "true";
    case ArgumentKind::kBoolean:
      if (text != "true" && text != "false") return wrong(argument, text, "is not true or false");
      return text;
    case ArgumentKind::kList:
      return json_list(text);
    case ArgumentKind::kJson: {
      wire::JsonDocument document;
      if (!document.parse(text)) return wrong(argument, text, "is no JSON");
      return text;
    }
    default:
      break;
  }
  return json_string(text);
}

// As text for a path or a query.
Result<std::string> plain_value(const Argument& argument, const std::string& text, const Ask& ask,
                                Language language) {
  if (argument.kind == ArgumentKind::kList || argument.kind == ArgumentKind::kText) return text;
  TRY(auto json, json_value(argument, text, ask, language));
  if (json == "null") return wrong(argument, text, "says nothing here");
  return json.starts_with('"') ? text : json;
}

}  // namespace

Result<ClientRequest> make_request(const Invocation& invocation, const Ask& ask) {
  const auto& command = *invocation.command;
  ClientRequest request{std::string(command.path), ""};
  std::string query;
  wire::JsonWriter body(request.body);
  bool reads = command.method == "GET";
  if (!reads) body.begin_object();
  for (const auto& argument : command.arguments) {
    auto at = invocation.given.find(argument.option);
    if (at == invocation.given.end()) continue;
    auto hole = request.target.find("{" + std::string(argument.field) + "}");
    if (reads || hole != std::string::npos) {
      TRY(auto text, plain_value(argument, at->second, ask, invocation.language));
      auto encoded = http::percent_encode(text);
      if (hole != std::string::npos) {
        request.target.replace(hole, argument.field.size() + 2, encoded);
      } else {
        query += fmt::format("{}{}={}", query.empty() ? "?" : "&", argument.field, encoded);
      }
      continue;
    }
    TRY(auto json, json_value(argument, at->second, ask, invocation.language));
    body.raw_field(argument.field, json);
  }
  if (!reads) body.end_object();
  request.target += query;
  return request;
}

}  // namespace sekisho::app::cli
