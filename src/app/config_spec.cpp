#include "app/config_spec.h"

#include <initializer_list>
#include <utility>

namespace sekisho::app {
namespace {

using T = Key::Type;
using Keys = std::initializer_list<Key>;

// What a key is for, in both languages.
struct Meaning {
  std::string_view english, japanese;
};

Key value(T type, std::string_view name, std::string_view fallback, Meaning meaning) {
  return {name, type, fallback, meaning.english, meaning.japanese};
}
Key text(std::string_view name, std::string_view fallback, Meaning meaning) {
  return value(T::kString, name, fallback, meaning);
}
Key flag(std::string_view name, std::string_view fallback, Meaning meaning) {
  return value(T::kBoolean, name, fallback, meaning);
}
Key secret(std::string_view name, Meaning meaning) {
  return value(T::kSecret, name, "", meaning);
}
Key decimal(std::string_view name, Meaning meaning) {
  return value(T::kDecimal, name, "", meaning);
}
struct Bounds {
  long long least = 0, most = 0;
};
Key integer(std::string_view name, std::string_view fallback, Bounds bounds, Meaning meaning) {
  auto key = value(T::kInteger, name, fallback, meaning);
  key.least = bounds.least;
  key.most = bounds.most;
  return key;
}
Key choice(std::string_view name, std::string_view fallback, Meaning meaning,
           std::vector<std::string_view> choices) {
  auto key = value(T::kEnum, name, fallback, meaning);
  key.choices = std::move(choices);
  return key;
}
Key group(T type, std::string_view name, Meaning meaning, Keys keys) {
  auto key = value(type, name, "", meaning);
  key.children = keys;
  return key;
}
Key object(std::string_view name, Meaning meaning, Keys keys) {
  return group(T::kObject, name, meaning, keys);
}
Key list(std::string_view name, Meaning meaning, Keys keys) {
  return group(T::kList, name, meaning, keys);
}
Key required(Key key) {
  key.required = true;
  return key;
}

// What a token costs, and what stands beside it.
Key rates(Key key, Keys more) {
  key.children = {
      required(decimal("input", {"Uncached input.", "キャッシュされない入力。"})),
      required(decimal("output", {"Output.", "出力。"})),
      decimal("cache_read", {"Cache reads.", "キャッシュ読取。"}),
      decimal("cache_write_5m", {"Cache writes kept 5 minutes.", "キャッシュ書込（5 分）。"}),
      decimal("cache_write_1h", {"Cache writes kept 1 hour.", "キャッシュ書込（1 時間）。"}),
      decimal("reasoning", {"Reasoning; default: as output.", "推論（省略時は出力と同じ）。"}),
  };
  key.children.insert(key.children.end(), more);
  return key;
}

Key prices() {
  auto tiers = list("tiers", {"Other rates for long prompts.", "長いプロンプトの単価。"}, {});
  tiers = rates(std::move(tiers),
                {required(integer("above", "", {1},
                                  {"For all tokens of a call whose prompt is larger.",
                                   "プロンプトがこのトークン数を超える呼び出し全体に適用。"}))});
  auto key = object("prices",
                    {"USD per million tokens, exact decimals; overrides the catalogue.",
                     "100 万トークンあたりの USD（正確な小数）。カタログより優先します。"},
                    {});
  return rates(std::move(key),
               {std::move(tiers),
                integer("fast_percent", "100", {1, 10'000},
                        {"Of every rate, with speed: fast; 100: not sold, refused.",
                         "speed: fast のときの割合（%）。100 は提供なしで、拒否します。"}),
                integer("us_percent", "100", {1, 10'000},
                        {"Of every rate, with inference_geo: us; 100: not sold, refused.",
                         "inference_geo: us のときの割合（%）。100 は提供なしで、拒否します。"}),
                text("source", "operator", {"Where the figures come from.", "価格の出典。"}),
                text("effective_date", "", {"Since when (YYYY-MM-DD).", "適用開始日。"})});
}

Key upstreams() {
  return list(
      "upstreams", {"Providers that models are bought from.", "モデルの購入先（プロバイダー）。"},
      {required(
           text("name", "", {"Name used by deployments.", "デプロイメントから参照する名前。"})),
       required(choice("kind", "", {"Which API it speaks.", "プロバイダーの API の種類。"},
                       {"bedrock", "anthropic", "openai", "gemini"})),
       text("endpoint", "",
            {"Base URL. Default: the provider's own (for bedrock from the region).",
             "ベース URL。省略時はプロバイダー標準（bedrock はリージョンから決定）。"}),
       text("region", "", {"AWS region (bedrock).", "AWS リージョン（bedrock）。"}),
       secret("api_key", {"API key; for bedrock a Bedrock API key (bearer).",
                          "API キー。bedrock では Bedrock API キー（Bearer）。"}),
       secret("access_key_id", {"AWS access key id.", "AWS アクセスキー ID。"}),
       secret("secret_access_key", {"AWS secret access key.", "AWS シークレットアクセスキー。"}),
       secret("session_token", {"AWS session token.", "AWS セッショントークン。"}),
       text("profile", "",
            {"AWS profile to read credentials from.", "認証情報を読む AWS プロファイル。"}),
       text("ca_file", "", {"Private certificate authority (PEM).", "プライベート認証局（PEM）。"}),
       flag("usage_in_stream", "true",
            {"openai: the provider accepts stream_options.include_usage.",
             "openai: stream_options.include_usage を受け付けるか。"}),
       choice(
           "max_tokens_field", "max_tokens",
           {"openai: field that carries the output limit.", "openai: 出力上限を書くフィールド。"},
           {"max_tokens", "max_completion_tokens"}),
       choice(
           "reasoning_field", "none",
           {"openai: field in which the provider takes the reasoning of its earlier answers back.",
            "openai: 過去の回答の推論を返送するフィールド。"},
           {"none", "reasoning_content", "reasoning"})});
}

Key deployments() {
  return required(list(
      "deployments", {"Where it is bought, in order of preference.", "購入先（優先順）。"},
      {required(text("upstream", "", {"Name of an upstream.", "上流の名前。"})),
       required(text("model", "", {"The provider's model id.", "プロバイダーのモデル ID。"})),
       text("priced_as", "",
            {"Known model id that describes an opaque one (an ARN).",
             "ARN などの場合に、価格と性質を借りる既知のモデル ID。"}),
       integer("weight", "1", {1, 1'000'000}, {"Share of traffic.", "配分の重み。"}), prices()}));
}

Key models() {
  return list("models",
              {"Model groups: the names that clients ask for. More can be managed through the API.",
               "モデルグループ（クライアントが指定する名前）。API からも管理できます。"},
              {required(text("name", "", {"Name.", "名前。"})),
               list("aliases", {"Other names for it.", "別名。"}, {}),
               integer("context_window", "", {},
                       {"Tokens; default from the catalogue.",
                        "コンテキスト長（トークン）。省略時はカタログの値。"}),
               integer("max_output", "", {},
                       {"Tokens; default from the catalogue.",
                        "最大出力（トークン）。省略時はカタログの値。"}),
               flag("allow_unpriced", "false",
                    {"Serve it without a price (cost 0, marked).",
                     "価格なしでも提供するか（費用 0、印付き）。"}),
               flag("auto_prompt_caching", "false",
                    {"Set cache points for clients that set none.",
                     "キャッシュ指定のないクライアントのためにキャッシュポイントを付けるか。"}),
               deployments()});
}

Key guardrails() {
  auto rules = value(T::kMap, "rules", "", {"Mode per rule id.", "ルール ID ごとの動作。"});
  rules.choices = {"detect", "redact", "block", "off"};
  return object("guardrails", {"Inspection of requests and answers.", "リクエストと応答の検査。"},
                {object("secrets", {"Secrets such as API keys.", "API キーなどの秘密情報。"},
                        {flag("enabled", "true", {"Inspect at all.", "検査するか。"}),
                         choice("mode", "redact", {"What a finding does.", "検出時の動作。"},
                                {"detect", "redact", "block", "off"}),
                         rules})});
}

Key limits() {
  return object(
      "limits", {"Bounds on what is accepted.", "受け入れ量の上限。"},
      {integer("request_body_bytes", "67108864", {1024, 4'000'000'000},
               {"Largest request body.", "リクエスト本文の最大バイト数。"}),
       integer("buffered_bytes", "1073741824", {1'048'576},
               {"All bodies in flight together.", "処理中の本文の合計バイト数。"}),
       integer("connections", "20000", {1, 1'000'000},
               {"Open client connections.", "接続数の上限。"}),
       integer("conversation_memory_bytes", "268435456", {},
               {"Memory for conversations, besides buffered_bytes (0 = off).",
                "会話メモリのバイト数（buffered_bytes とは別枠、0 で無効）。"}),
       integer("output_floor_tokens", "256", {1, 1'000'000},
               {"max_tokens is never lowered below this.", "max_tokens を引き下げる下限。"}),
       integer("drain_seconds", "30", {0, 3600},
               {"Longest wait for open answers at a stop.", "停止時に応答完了を待つ秒数。"}),
       integer("upstream_first_byte_seconds", "600", {1, 86'400},
               {"Longest wait for an upstream to begin its answer.",
                "上流が応答を始めるまでの最長待ち時間（秒）。"}),
       integer("upstream_idle_seconds", "300", {1, 86'400},
               {"Longest silence inside an upstream's answer.",
                "上流の応答が途切れてよい最長時間（秒）。"})});
}

Key journal() {
  return object("journal", {"The money journal.", "台帳ジャーナル。"},
                {integer("sync_interval_ms", "100", {1, 60'000},
                         {"Longest time until records are safe from a power cut.",
                          "電源断に備えて同期する間隔（ミリ秒）。"}),
                 integer("segment_bytes", "4194304", {65'536, 1'073'741'824},
                         {"Size of a journal file; two are kept ready per worker.",
                          "ジャーナルファイルのバイト数（ワーカーごとに 2 つ確保します）。"})});
}

Key tls() {
  return object("tls", {"A second listener with TLS.", "TLS の待ち受け。"},
                {required(text("listen", "", {"Address and port.", "アドレスとポート。"})),
                 required(text("certificate_file", "", {"PEM chain.", "証明書（PEM）。"})),
                 required(text("key_file", "", {"PEM private key.", "秘密鍵（PEM）。"}))});
}

Key log() {
  return object("log", {"Log lines on standard error.", "標準エラーへのログ。"},
                {choice("format", "text", {"Form of a line.", "行の形式。"}, {"text", "json"}),
                 choice("level", "info", {"Least important level.", "最低レベル。"},
                        {"debug", "info", "warning", "error"})});
}

Key make_spec() {
  return object(
      "", {},
      {text("listen", "127.0.0.1:4000", {"Address and port.", "待ち受けるアドレスとポート。"}),
       tls(),
       text("data_directory", "sekisho-data",
            {"Everything that is kept.", "データを置くディレクトリ。"}),
       integer("workers", "0", {0, 256},
               {"Event loops (0 = one per core).", "ワーカー数（0 でコア数）。"}),
       choice("language", "ja",
              {"Language of messages where nothing else says.", "メッセージの既定の言語。"},
              {"ja", "en"}),
       text("time_zone", "Asia/Tokyo",
            {"Zone of the first organisation.", "最初の組織のタイムゾーン。"}),
       text("organisation", "Default", {"Name of the first organisation.", "最初の組織の名前。"}),
       secret("administrator_key", {"Administrator key (sk-…); otherwise `sekisho init` makes one.",
                                    "管理者キー（sk-…）。省略時は `sekisho init` が発行します。"}),
       upstreams(), models(), guardrails(),
       choice("capture", "off", {"Keep contents of calls in traces.", "トレースに内容を残すか。"},
              {"off", "redacted", "full"}),
       flag("allow_unpriced_models", "false",
            {"Serve models without a price.", "価格のないモデルを提供するか。"}),
       list("allow_provider_tools",
            {"Tools that run at the provider (such as web_search, mcp_servers): their cost cannot "
             "be "
             "bounded, so they can exceed a budget. Default: none.",
             "プロバイダー側で動くツール（web_search、mcp_servers など）のうち許可するもの。"
             "費用の上限を決められないため、予算を超えることがあります。既定はなし。"},
            {}),
       limits(), journal(),
       object(
           "traces", {"Trace records.", "トレース。"},
           {integer("retention_days", "90", {1, 36'500}, {"Kept for this long.", "保存日数。"})}),
       log()});
}

}  // namespace

const Key& config_spec() {
  static const Key spec = make_spec();
  return spec;
}

}  // namespace sekisho::app
