#include "app/cli/answer_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "api/times.h"
#include "app/cli/display_width.h"
#include "app/cli/text_table.h"
#include "base/money.h"

namespace sekisho::app::cli {
namespace {

using wire::JsonKind;
using wire::JsonValue;

JsonValue walk(JsonValue value, std::string_view path) {
  while (!path.empty()) {
    auto dot = path.find('.');
    value = value.find(path.substr(0, dot));
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  return value;
}

std::string local_time(const std::string& text) {
  auto time = api::parse_time(text);
  if (!time) return text;
  std::time_t seconds = unix_ms(*time) / 1000;
  std::tm local{};
  localtime_r(&seconds, &local);
  char out[48];
  auto size = std::strftime(out, sizeof out, "%Y-%m-%d %H:%M %Z", &local);
  return std::string(out, size);
}

bool used(const Column& column, const std::vector<JsonValue>& rows) {
  auto dot = column.path.find('.');
  for (const auto& row : rows) {
    if (row.find(column.path.substr(0, dot)).exists()) return true;
  }
  return rows.empty();
}

void show_table(const Command& command, const std::vector<JsonValue>& rows, Language language,
                std::ostream& out) {
  std::vector<TextTable::Column> titles;
  std::vector<const Column*> columns;
  for (const auto& column : command.columns) {
    if (!used(column, rows)) continue;  // a dimension that was not asked for
    bool right = column.show == Show::kMoney || column.show == Show::kNumber;
    titles.push_back({std::string(column.title.in(language)), right});
    columns.push_back(&column);
  }
  TextTable table(titles);
  for (const auto& row : rows) {
    std::vector<std::string> cells;
    for (const auto* column : columns) {
      cells.push_back(show_value(walk(row, column->path), column->show, language));
    }
    table.add(std::move(cells));
  }
  out << table.render();
}

using Lines = std::vector<std::pair<std::string, std::string>>;

// Every value with its path: "usage.input"; shown as the command's column of that path says.
void flatten(const JsonValue& value, const std::string& path, const Command& command,
             Language language, Lines& lines) {
  bool object = value.is(JsonKind::kObject), array = value.is(JsonKind::kArray);
  if (!object && !array) {
    auto column = std::ranges::find(command.columns, path, &Column::path);
    auto show = column == command.columns.end() ? Show::kText : column->show;
    lines.emplace_back(path, show_value(value, show, language));
    return;
  }
  std::size_t index = 0;
  for (auto item : value) {
    auto name = object ? item.name_text() : std::to_string(index++);
    flatten(item, path.empty() ? name : path + "." + name, command, language, lines);
  }
  if (index == 0 && array) lines.emplace_back(path, "-");
}

void show_lines(const Command& command, const JsonValue& root, Language language,
                std::ostream& out) {
  Lines lines;
  flatten(root, "", command, language, lines);
  TextTable table({{"", false}, {"", false}});
  for (auto& [name, value] : lines) table.add({name, value});
  auto text = table.render();
  out << text.substr(text.find('\n') + 1);  // without the line of titles
}

// The end of an explanation.
void show_verdict(const JsonValue& root, Language language, std::ostream& out) {
  if (auto refusal = root.find("refusal"); refusal.is(JsonKind::kObject)) {
    constexpr Text kRefused{"refused", "拒否されます"};
    out << kRefused.in(language) << ": " << printable(refusal.find("sentence").text()) << '\n';
    return;
  }
  if (!root.find("allowed").is(JsonKind::kTrue)) return;
  constexpr Text kAllowed{"allowed: at most {}, budgets have {}",
                          "許可されます: 最大 {}、予算の残り {}"};
  out << fmt::format(fmt::runtime(kAllowed.in(language)),
                     show_value(root.find("worst_case"), Show::kMoney, language),
                     show_value(root.find("available"), Show::kMoney, language))
      << '\n';
}

void show_rest(const Command& command, const JsonValue& root, Language language, std::ostream& out,
               std::ostream& err) {
  if (auto total = root.find("total"); total.is(JsonKind::kObject)) {
    constexpr Text kTotal{"total {} in {} requests", "合計 {}（{} 件）"};
    out << fmt::format(fmt::runtime(kTotal.in(language)),
                       show_value(total.find("cost"), Show::kMoney, language),
                       show_value(total.find("requests"), Show::kNumber, language))
        << '\n';
  }
  show_verdict(root, language, out);
  auto next = root.find("next").integer();
  if (!next) return;
  constexpr Text kMore{"more rows: add {} {}", "続きがあります: {} {} を付けてください"};
  auto option = command.group == "requests" ? "--before" : "--after";
  err << fmt::format(fmt::runtime(kMore.in(language)), option, *next) << '\n';
}

}  // namespace

std::string show_value(const JsonValue& value, Show show, Language language) {
  constexpr Text kYes{"yes", "はい"}, kNo{"no", "いいえ"};
  switch (value.kind()) {
    case JsonKind::kNone:
    case JsonKind::kNull:
      return "-";
    case JsonKind::kTrue:
      return std::string(kYes.in(language));
    case JsonKind::kFalse:
      return std::string(kNo.in(language));
    case JsonKind::kString:
      break;
    default:
      return std::string(value.raw());
  }
  auto text = value.text();
  if (show == Show::kTime) return local_time(text);
  if (show != Show::kMoney) return text.empty() ? "-" : text;
  auto money = Money::parse(text);
  return money ? money->display() : text;
}

void show_answer(const Command& command, const JsonValue& root, Language language,
                 std::ostream& out, std::ostream& err) {
  if (command.columns.empty() || command.name == "show") {
    return show_lines(command, root, language, out);
  }
  auto list = command.rows.empty() ? root : root.find(command.rows);
  std::vector<JsonValue> rows;
  if (list.is(JsonKind::kArray)) {
    for (auto row : list) rows.push_back(row);
  } else {
    rows.push_back(list);
  }
  bool only_total = rows.empty() && root.find("total").exists();
  if (!only_total) show_table(command, rows, language, out);
  if (!command.secret.empty()) {
    constexpr Text kOnce{"Keep it now: it is shown only once.",
                         "今すぐ保存してください。表示されるのはこの一度だけです。"};
    out << '\n' << printable(root.find(command.secret).text()) << '\n';
    for (auto [name, variable] : {std::pair("aws_access_key_id", "AWS_ACCESS_KEY_ID"),
                                  std::pair("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY")}) {
      auto value = root.find(name);
      if (value.exists()) out << variable << '=' << printable(value.text()) << '\n';
    }
    err << kOnce.in(language) << '\n';
  }
  show_rest(command, root, language, out, err);
}

}  // namespace sekisho::app::cli
