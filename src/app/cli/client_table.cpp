#include <array>

#include "app/cli/client_command.h"
#include "app/cli/client_table.h"

namespace sekisho::app::cli {
namespace {

using K = ArgumentKind;
using Arguments = std::vector<Argument>;
using Columns = std::vector<Column>;

constexpr std::array<Group, 9> kGroups{{
    {"organisation", {"The organisation", "組織"}},
    {"unit", {"Units of the organisation's tree", "部門"}},
    {"user", {"Users", "ユーザー"}},
    {"key", {"Virtual keys", "仮想キー"}},
    {"budget", {"Budgets and limits, with what is used of them", "予算と利用制限、その使用状況"}},
    {"model", {"Models and deployments", "モデルとデプロイメント"}},
    {"spend", {"What was spent", "利用額"}},
    {"requests", {"Recorded calls", "リクエストの記録"}},
    {"explain",
     {"Why a call would be refused or routed so; nothing is sent",
      "リクエストが拒否・振り分けされる理由（何も送信しません）"}},
}};

Arguments operator+(Arguments a, const Arguments& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Arguments limits() {
  return {
      {"--budget",
       "budget",
       K::kMoney,
       {"USD per window; none removes", "期間あたりの予算（USD、none で解除）"}},
      {"--window",
       "window",
       K::kText,
       {"none, day, week or month", "期間: none, day, week, month"},
       "none day week month"},
      {"--rpm",
       "requests_per_minute",
       K::kNumber,
       {"Requests per minute; none removes", "1 分あたりのリクエスト数（none で解除）"}},
      {"--tpm",
       "tokens_per_minute",
       K::kNumber,
       {"Tokens per minute; none removes", "1 分あたりのトークン数（none で解除）"}},
      {"--parallel",
       "parallel",
       K::kNumber,
       {"Calls at once; none removes", "同時実行数（none で解除）"}},
      {"--models",
       "models",
       K::kList,
       {"Allowed models, comma separated", "許可するモデル（カンマ区切り）"}},
  };
}
Columns limit_columns() {
  return {
      {{"BUDGET", "予算"}, "budget", Show::kMoney},
      {{"WINDOW", "期間"}, "window"},
      {{"RPM", "RPM"}, "requests_per_minute", Show::kNumber},
      {{"TPM", "TPM"}, "tokens_per_minute", Show::kNumber},
      {{"PARALLEL", "同時"}, "parallel", Show::kNumber},
  };
}
Columns operator+(Columns a, const Columns& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

constexpr Column kId{{"ID", "ID"}, "id", Show::kNumber};
constexpr Column kName{{"NAME", "名前"}, "name"};
Arguments page() {
  return {
      {"--limit", "limit", K::kNumber, {"Rows of one page", "1 ページの行数"}},
      {"--after", "after", K::kNumber, {"Go on behind this id", "この ID の次から"}},
  };
}

std::vector<Command> organisation_commands() {
  Columns columns =
      Columns{kId, kName, {{"TIME ZONE", "タイムゾーン"}, "time_zone"}} + limit_columns();
  Arguments id{{"id", "id", K::kNumber, {"Number", "ID"}}};
  return {
      {"organisation",
       "list",
       {"List", "一覧"},
       "GET",
       "/api/v1/organisations",
       {},
       "organisations",
       columns},
      {"organisation",
       "show",
       {"Show one", "表示"},
       "GET",
       "/api/v1/organisations/{id}",
       id,
       "",
       columns},
      {"organisation",
       "update",
       {"Change name, time zone, language or limits", "名前・タイムゾーン・言語・制限の変更"},
       "PATCH",
       "/api/v1/organisations/{id}",
       id +
           Arguments{{"--name", "name", K::kText, {"Name", "名前"}},
                     {"--time-zone", "time_zone", K::kText, {"IANA name", "IANA 名"}},
                     {"--language", "language", K::kText, {"ja or en", "ja または en"}, "ja en"}} +
           limits(),
       "",
       columns},
  };
}

std::vector<Command> unit_commands() {
  Columns columns =
      Columns{
          kId, kName, {{"KIND", "種別"}, "kind"}, {{"PARENT", "上位"}, "parent", Show::kNumber}} +
      limit_columns();
  Arguments id{{"unit", "id", K::kUnit, {"Id or name", "ID または名前"}}};
  Arguments place{{"--kind",
                   "kind",
                   K::kText,
                   {"department, section, team, project", "種別"},
                   "department section team project"},
                  {"--parent",
                   "parent",
                   K::kUnit,
                   {"The unit above; none = the organisation", "上位の部門（none は組織直下）"}}};
  Arguments rename{{"--name", "name", K::kText, {"New name", "新しい名前"}}};
  return {
      {"unit", "list", {"List", "一覧"}, "GET", "/api/v1/units", {}, "units", columns},
      {"unit", "show", {"Show one", "表示"}, "GET", "/api/v1/units/{id}", id, "", columns},
      {"unit",
       "create",
       {"Make a unit", "作成"},
       "POST",
       "/api/v1/units",
       Arguments{{"name", "name", K::kText, {"Name", "名前"}}} + place + limits(),
       "",
       columns},
      {"unit",
       "update",
       {"Change or move a unit", "変更・移動"},
       "PATCH",
       "/api/v1/units/{id}",
       id + rename + place + limits(),
       "",
       columns},
      {"unit",
       "delete",
       {"Delete an empty unit", "空の部門を削除"},
       "DELETE",
       "/api/v1/units/{id}",
       id,
       "",
       columns},
  };
}

std::vector<Command> user_commands() {
  Columns columns = Columns{kId,
                            kName,
                            {{"EMAIL", "メール"}, "email"},
                            {{"ROLE", "役割"}, "role"},
                            {{"UNIT", "部門"}, "unit", Show::kNumber},
                            {{"BLOCKED", "停止"}, "blocked"}} +
                    limit_columns();
  Arguments id{{"user", "id", K::kUser, {"Id or name", "ID または名前"}}};
  Arguments facts{{"--email", "email", K::kText, {"E-mail address", "メールアドレス"}},
                  {"--unit", "unit", K::kUnit, {"Id or name", "ID または名前"}},
                  {"--role",
                   "role",
                   K::kText,
                   {"administrator, unit_head, developer or auditor",
                    "役割: administrator, unit_head, developer, auditor"},
                   "administrator unit_head developer auditor"}};
  return {
      {"user",
       "list",
       {"List", "一覧"},
       "GET",
       "/api/v1/users",
       Arguments{{"--unit", "unit", K::kUnit, {"Exactly this unit", "この部門のみ"}}} + page(),
       "users",
       columns},
      {"user", "show", {"Show one", "表示"}, "GET", "/api/v1/users/{id}", id, "", columns},
      {"user",
       "create",
       {"Make a user", "作成"},
       "POST",
       "/api/v1/users",
       Arguments{{"name", "name", K::kText, {"Name", "名前"}}} + facts + limits(),
       "",
       columns},
      {"user",
       "update",
       {"Change a user", "変更"},
       "PATCH",
       "/api/v1/users/{id}",
       id +
           Arguments{
               {"--name", "name", K::kText, {"New name", "新しい名前"}},
               {"--blocked", "blocked", K::kBoolean, {"true or false", "true または false"}}} +
           facts + limits(),
       "",
       columns},
      {"user",
       "delete",
       {"Delete a user and the user's keys", "ユーザーとそのキーを削除"},
       "DELETE",
       "/api/v1/users/{id}",
       id,
       "",
       columns},
  };
}

std::vector<Command> key_commands() {
  Columns columns = Columns{kId,
                            {{"ALIAS", "別名"}, "alias"},
                            {{"KEY", "キー"}, "display"},
                            {{"USER", "ユーザー"}, "user", Show::kNumber},
                            {{"UNIT", "部門"}, "unit", Show::kNumber},
                            {{"EXPIRES", "有効期限"}, "expires", Show::kTime},
                            {{"BLOCKED", "停止"}, "blocked"}} +
                    limit_columns();
  Arguments id{{"key", "id", K::kKey, {"Id or alias", "ID または別名"}}};
  Arguments facts{{"--alias", "alias", K::kText, {"Name", "別名"}},
                  {"--user", "user", K::kUser, {"Owner: id or name", "所有者（ID または名前）"}},
                  {"--unit", "unit", K::kUnit, {"Unit: id or name", "部門（ID または名前）"}},
                  {"--expires",
                   "expires",
                   K::kTime,
                   {"2026-12-31T18:00:00+09:00; none = never", "有効期限（none は無期限）"}},
                  {"--tags", "tags", K::kList, {"Labels, comma separated", "タグ（カンマ区切り）"}},
                  {"--administrator",
                   "administrator",
                   K::kBoolean,
                   {"true: may use the whole management API; false: not any more",
                    "true で管理 API をすべて使用可、false で解除"}}};
  Arguments filter{{"--user", "user", K::kUser, {"Of this user", "このユーザー"}},
                   {"--unit", "unit", K::kUnit, {"Exactly this unit", "この部門のみ"}},
                   {"--alias", "alias", K::kText, {"Exactly this alias", "この別名のみ"}}};
  return {
      {"key", "list", {"List", "一覧"}, "GET", "/api/v1/keys", filter + page(), "keys", columns},
      {"key", "show", {"Show one", "表示"}, "GET", "/api/v1/keys/{id}", id, "", columns},
      {"key",
       "create",
       {"Issue a virtual key", "発行"},
       "POST",
       "/api/v1/keys",
       facts + limits(),
       "virtual_key",
       columns,
       "key"},
      {"key",
       "update",
       {"Change a virtual key", "変更"},
       "PATCH",
       "/api/v1/keys/{id}",
       id + facts + limits(),
       "",
       columns},
      {"key",
       "block",
       {"Block at once", "即時停止"},
       "POST",
       "/api/v1/keys/{id}/block",
       id,
       "",
       columns},
      {"key",
       "unblock",
       {"Unblock", "停止解除"},
       "POST",
       "/api/v1/keys/{id}/unblock",
       id,
       "",
       columns},
      {"key", "delete", {"Delete", "削除"}, "DELETE", "/api/v1/keys/{id}", id, "", columns},
  };
}

}  // namespace

std::span<const Group> client_groups() {
  return kGroups;
}

std::vector<Command> client_commands() {
  std::vector<Command> all;
  for (auto part : {organisation_commands, unit_commands, user_commands, key_commands,
                    budget_commands, model_commands, report_commands}) {
    for (auto& command : part()) all.push_back(std::move(command));
  }
  return all;
}

}  // namespace sekisho::app::cli
