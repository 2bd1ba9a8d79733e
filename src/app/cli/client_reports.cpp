#include "app/cli/client_table.h"

// Commands that report, and those of the catalogue.

namespace sekisho::app::cli {
namespace {

using K = ArgumentKind;
using Arguments = std::vector<Argument>;
using Columns = std::vector<Column>;

constexpr Column kId{{"ID", "ID"}, "id", Show::kNumber};
constexpr Column kName{{"NAME", "名前"}, "name"};

Arguments operator+(Arguments a, const Arguments& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// Whose calls, for reports.
Arguments of_whom() {
  return {{"--unit", "unit", K::kUnit, {"This unit and all below", "この部門と下位"}},
          {"--user", "user", K::kUser, {"Id or name", "ID または名前"}},
          {"--key", "key", K::kKey, {"Id or alias", "ID または別名"}},
          {"--model", "model", K::kText, {"Name", "名前"}}};
}

std::vector<Command> spend_commands() {
  Columns spend{{{"DAY", "日"}, "day"},
                {{"UNIT", "部門"}, "unit.name"},
                {{"USER", "ユーザー"}, "user.name"},
                {{"KEY", "キー"}, "key.name"},
                {{"MODEL", "モデル"}, "model.name"},
                {{"DEPLOYMENT", "デプロイメント"}, "deployment.name"},
                {{"REQUESTS", "件数"}, "requests", Show::kNumber},
                {{"TOKENS", "トークン"}, "total_tokens", Show::kNumber},
                {{"COST", "金額"}, "cost", Show::kMoney}};
  return {
      {"spend",
       "",
       {},
       "GET",
       "/api/v1/spend",
       Arguments{{"--by",
                  "group_by",
                  K::kList,
                  {"day, unit, user, key, model, deployment; several by comma",
                   "day, unit, user, key, model, deployment（カンマ区切り）"},
                  "day unit user key model deployment"},
                 {"--from", "from", K::kText, {"First day, 2026-11-01", "開始日"}},
                 {"--to", "to", K::kText, {"Last day, included", "終了日（含む）"}}} +
           of_whom(),
       "rows",
       spend},
  };
}

std::vector<Command> request_commands() {
  Columns calls{{{"TIME", "時刻"}, "at", Show::kTime},
                {{"USER", "ユーザー"}, "user.name"},
                {{"KEY", "キー"}, "key.name"},
                {{"MODEL", "モデル"}, "model_asked"},
                {{"STATUS", "状態"}, "status", Show::kNumber},
                {{"OUTCOME", "結果"}, "outcome"},
                {{"COST", "金額"}, "cost", Show::kMoney},
                {{"REQUEST", "リクエスト ID"}, "request_id"}};
  return {
      {"requests",
       "list",
       {"List, newest first", "一覧（新しい順）"},
       "GET",
       "/api/v1/requests",
       of_whom() +
           Arguments{{"--outcome",
                      "outcome",
                      K::kText,
                      {"ok, refused, upstream_error, client_gone, cut, internal", "結果で絞り込み"},
                      "ok refused upstream_error client_gone cut internal"},
                     {"--session", "session", K::kText, {"The client's session", "セッション"}},
                     {"--from", "from", K::kTime, {"First moment", "開始"}},
                     {"--until", "until", K::kTime, {"End", "終了"}},
                     {"--limit", "limit", K::kNumber, {"Rows of one page", "1 ページの行数"}},
                     {"--before",
                      "before",
                      K::kNumber,
                      {"The next of the page before", "前ページの next"}}},
       "requests",
       calls},
      {"requests",
       "show",
       {"Everything about one", "1 件の詳細"},
       "GET",
       "/api/v1/requests/{id}",
       {{"request", "id", K::kText, {"Request id", "リクエスト ID"}}},
       "",
       {}},
  };
}

std::vector<Command> explain_commands() {
  return {
      {"explain",
       "",
       {},
       "POST",
       "/api/v1/explain",
       {{"model", "model", K::kText, {"As a client would name it", "クライアントが指定する名前"}},
        {"--key", "key", K::kKey, {"Whose call; default: your own", "対象のキー（既定は自分）"}},
        {"--prompt-tokens", "prompt_tokens", K::kNumber, {"Default 1000", "既定は 1000"}},
        {"--max-tokens", "max_tokens", K::kNumber, {"Default: the model's", "既定はモデルの上限"}},
        {"--api",
         "api",
         K::kText,
         {"chat or messages; default: whichever reaches the model",
          "chat または messages（既定はモデルに届く方）"}}},
       "steps",
       {{{"STAGE", "段階"}, "stage"}, {{"PASSED", "通過"}, "passed"}, {{"WHAT", "内容"}, "text"}}},
  };
}

}  // namespace

std::vector<Command> budget_commands() {
  Columns columns{{{"SCOPE", "範囲"}, "scope"},
                  kId,
                  kName,
                  {{"BUDGET", "予算"}, "budget", Show::kMoney},
                  {{"COMMITTED", "使用・予約"}, "committed", Show::kMoney},
                  {{"REMAINING", "残り"}, "remaining", Show::kMoney},
                  {{"WINDOW", "期間"}, "window"},
                  {{"RESETS", "リセット"}, "resets", Show::kTime}};
  return {
      {"budget",
       "list",
       {"List", "一覧"},
       "GET",
       "/api/v1/budgets",
       {{"--scope",
         "scope",
         K::kText,
         {"organisation, unit, user or key", "organisation, unit, user, key"},
         "organisation unit user key"},
        {"--all", "all", K::kFlag, {"Also scopes without limits", "制限のないものも表示"}}},
       "budgets",
       columns},
      {"budget",
       "mine",
       {"The limits that bind this key", "このキーに適用される制限"},
       "GET",
       "/api/v1/me",
       {},
       "limits",
       columns},
  };
}

std::vector<Command> model_commands() {
  Columns columns{kId,
                  kName,
                  {{"CONTEXT", "コンテキスト"}, "context_window", Show::kNumber},
                  {{"MAX OUTPUT", "最大出力"}, "max_output", Show::kNumber},
                  {{"PRICED", "価格"}, "priced"},
                  {{"FROM FILE", "設定ファイル"}, "from_file"}};
  Columns deployments{{{"MODEL", "モデル"}, "model"},
                      {{"ID", "ID"}, "deployment.id", Show::kNumber},
                      {{"UPSTREAM", "上流"}, "deployment.upstream"},
                      {{"REGION", "リージョン"}, "deployment.region"},
                      {{"UPSTREAM MODEL", "上流のモデル"}, "deployment.upstream_model"},
                      {{"INPUT $/M", "入力 $/M"}, "deployment.prices.input", Show::kNumber},
                      {{"OUTPUT $/M", "出力 $/M"}, "deployment.prices.output", Show::kNumber}};
  Arguments id{{"model", "id", K::kModel, {"Id or name", "ID または名前"}}};
  Arguments facts{
      {"--aliases", "aliases", K::kList, {"Other names, comma separated", "別名（カンマ区切り）"}},
      {"--context-window", "context_window", K::kNumber, {"Tokens", "トークン数"}},
      {"--max-output", "max_output", K::kNumber, {"Tokens", "トークン数"}},
      {"--allow-unpriced",
       "allow_unpriced",
       K::kBoolean,
       {"true: serve it without a price; false: not any more",
        "true で価格がなくても許可、false で解除"}},
      {"--auto-prompt-caching",
       "auto_prompt_caching",
       K::kBoolean,
       {"true: set cache points for clients that set none; false: not any more",
        "true でキャッシュ指定のないクライアントにキャッシュポイントを付ける、false で解除"}},
      {"--deployments",
       "deployments",
       K::kJson,
       {"JSON list; replaces all", "JSON の一覧（すべて置き換え）"}}};
  return {
      {"model", "list", {"List", "一覧"}, "GET", "/api/v1/models", {}, "models", columns},
      {"model", "show", {"Show one", "表示"}, "GET", "/api/v1/models/{id}", id, "", columns},
      {"model",
       "deployments",
       {"List deployments with prices", "デプロイメントと価格の一覧"},
       "GET",
       "/api/v1/deployments",
       {},
       "deployments",
       deployments},
      {"model",
       "create",
       {"Make a model", "作成"},
       "POST",
       "/api/v1/models",
       Arguments{
           {"name", "name", K::kText, {"What clients ask for", "クライアントが指定する名前"}}} +
           facts,
       "",
       columns},
      {"model",
       "update",
       {"Change a model", "変更"},
       "PATCH",
       "/api/v1/models/{id}",
       id + Arguments{{"--name", "name", K::kText, {"New name", "新しい名前"}}} + facts,
       "",
       columns},
      {"model", "delete", {"Delete", "削除"}, "DELETE", "/api/v1/models/{id}", id, "", columns},
  };
}

std::vector<Command> report_commands() {
  std::vector<Command> all;
  for (auto part : {spend_commands, request_commands, explain_commands}) {
    for (auto& command : part()) all.push_back(std::move(command));
  }
  return all;
}

}  // namespace sekisho::app::cli
