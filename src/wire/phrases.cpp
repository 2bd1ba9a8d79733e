#include "wire/phrases.h"

#include "base/phrase.h"

namespace sekisho::wire {
namespace {

// Apart from the others: a sentence may begin like a scope.
constexpr Phrase kScopes[] = {
    {"an administrator ({})", "管理者（{}）"},
    {"an administrator", "管理者"},
    {"request", "リクエスト"},
    {"response", "応答"},
    {"key {}", "キー「{}」"},
    {"user {}", "ユーザー「{}」"},
    {"unit {}", "部門「{}」"},
    {"organisation {}", "組織「{}」"},
};

constexpr Phrase kPhrases[] = {
    // Keys
    {"key '{}'", "キー「{}」"},
    {"a key in the query string is refused ({}; it ends up in logs): send it as 'Authorization: "
     "Bearer'; revoke the one that was sent",
     "URL に書かれたキーは受け付けません（{}。ログに残るため）。'Authorization: Bearer' "
     "で送信してください。送信されたキーは無効にしてください"},
    {"no virtual key was sent: expected 'Authorization: Bearer sk-…' or 'x-api-key: sk-…'",
     "仮想キーがありません。'Authorization: Bearer sk-…' または 'x-api-key: sk-…' "
     "で送信してください"},
    {"this virtual key is not known (deleted, or mistyped)",
     "この仮想キーは登録されていません（削除済みか、入力の誤りです）"},
    {"this virtual key is blocked", "この仮想キーは停止されています"},
    {"the owner of this virtual key is blocked", "この仮想キーの所有者は停止されています"},
    {"this virtual key has expired", "この仮想キーは有効期限が切れています"},
    {"there is no such virtual key", "その仮想キーはありません"},
    {"this AWS access key id is none of a virtual key (deleted, or mistyped, or of an AWS account)",
     "この AWS アクセスキー ID は仮想キーのものではありません（削除済み、入力の誤り、または AWS "
     "アカウントのもの）"},
    {"a session token was sent, but a virtual key's AWS credentials have none: unset "
     "AWS_SESSION_TOKEN",
     "セッショントークンが送られましたが、仮想キーの AWS 認証情報にはありません。"
     "AWS_SESSION_TOKEN を外してください"},
    {"AWS signature: {*}", "AWS 署名: {}"},
    {"the AWS signature does not cover {}", "AWS 署名に {} が含まれていません"},
    {"x-amz-content-sha256 must be the SHA-256 of the body; unsigned bodies are refused",
     "x-amz-content-sha256 には本文の SHA-256 が必要です。署名されていない本文は受け付けません"},
    {"x-amz-content-sha256 is not the hash of the body",
     "x-amz-content-sha256 が本文のハッシュと一致しません"},
    // Models and money
    {"{*}; did you mean '{}'?", "{}（「{}」のことでしょうか）"},
    {"there is no model named '{}'", "「{}」というモデルはありません"},
    {"model '{}' is not allowed", "モデル「{}」は許可されていません"},
    {"model '{}' has no price, so its cost cannot be bounded; give it one or allow unpriced models",
     "モデル「{}」は単価が登録されていないため、費用の上限を決められません。単価を登録するか、"
     "単価のないモデルを許可してください"},
    {"model '{}' has no price", "モデル「{}」は単価が登録されていません"},
    {"tokens of model '{}' cannot be counted here",
     "モデル「{}」のトークン数をここで数えることはできません"},
    {"this request may cost up to {}", "このリクエストの費用は最大 {} です"},
    {"this request needs {} tokens, the limit is {} a minute; ask for fewer max_tokens or send a "
     "shorter prompt",
     "このリクエストには {} トークンが必要ですが、1 分あたりの上限は {} です。max_tokens "
     "かプロンプトを小さくしてください"},
    {"'{}' runs at the provider, so its cost cannot be bounded and nothing of it can be inspected",
     "「{}」はプロバイダー側で動くため、費用の上限を決められず、検査もできません"},
    {"the context window of model '{}' is not known, and nothing else bounds the tokens of a file, "
     "document or recording",
     "モデル「{}」のコンテキスト長が登録されていないため、ファイル・文書・音声のトークン数の上限を"
     "決められません"},
    {"this value of '{}' has no price here, so its cost cannot be bounded; leave it out",
     "'{}' のこの値には単価がなく、費用の上限を決められません。指定を外してください"},
    // Content
    {"the request holds a secret ({}): take it out and send it again",
     "リクエストに秘密情報（{}）が含まれています。取り除いて送り直してください"},
    {"the model's answer held a secret ({})", "モデルの応答に秘密情報（{}）が含まれていました"},
    {"model is missing", "model がありません"},
    {"messages is missing", "messages がありません"},
    {"{} is missing or empty", "{} がないか、空です"},
    {"body: not a JSON object", "本文が JSON オブジェクトではありません"},
    {"messages: this model takes no images", "messages: このモデルは画像に対応していません"},
    {"tools: this model has no tools", "tools: このモデルはツールに対応していません"},
    {"JSON: not valid UTF-8", "JSON: UTF-8 ではありません"},
    // Upstreams
    {"upstream '{}' is not configured", "上流「{}」は設定されていません"},
    {"upstream '{}' has no AWS credentials", "上流「{}」の AWS 認証情報がありません"},
    {"upstream '{}': {*}", "上流「{}」: {}"},
    {"model '{}' is served by upstream '{}', which cannot be reached through this API yet; use a "
     "model whose upstream speaks {}",
     "モデル「{}」の上流「{}」は、この API からはまだ利用できません。上流の API が {} "
     "であるモデルを使ってください"},
    {"{}: Amazon Bedrock does not offer this; leave it out, or use a model whose upstream is "
     "Anthropic",
     "{}: Amazon Bedrock では利用できません。指定を外すか、上流が Anthropic "
     "のモデルを使ってください"},
    {"{}: Amazon Bedrock does not offer this; send its bytes as base64, or use a model whose "
     "upstream is Anthropic",
     "{}: Amazon Bedrock では利用できません。内容を base64 で送るか、上流が Anthropic "
     "のモデルを使ってください"},
    {"the model provider does not accept the gateway's own credentials or access ({}), an "
     "infrastructure administrator must look into it",
     "プロバイダーがゲートウェイの認証情報またはアクセスを拒否しました（{}）。インフラ担当者に"
     "ご連絡ください"},
    {"the provider answered {}, an infrastructure administrator must look into it",
     "プロバイダーの応答: {}。インフラ担当者にご連絡ください"},
    {"the provider answered {}", "プロバイダーの応答: {}"},
    {"the provider broke off its answer with {}, an infrastructure administrator must look into it",
     "プロバイダーが応答を中断しました: {}。インフラ担当者にご連絡ください"},
    {"the provider broke off its answer with {}", "プロバイダーが応答を中断しました: {}"},
    {"the provider broke off its answer", "プロバイダーが応答を中断しました"},
    {"the provider sent no stream, though one was asked for",
     "プロバイダーがストリームではない応答を返しました"},
    {"the model's answer was malformed ({})", "モデルの応答の形式が壊れていました（{}）"},
    {"the gateway could not write its answer", "ゲートウェイが応答を書き出せませんでした"},
    {"the provider's answer ended before its end", "プロバイダーの応答が途中で終わりました"},
    {"the upstream's stream ended early", "上流のストリームが途中で終わりました"},
    {"the journal's next segment is not ready yet", "ジャーナルの次の領域を準備中です"},
    {"disk full: {}", "ディスクの空きがありません（disk full）: {}"},
    // Steps of an explanation
    {"model group {}", "モデルグループ「{}」"},
    {"worst case {}", "費用は最大 {}"},
    {"every budget and limit has room", "すべての予算と制限に余裕があります"},
    {"first choice: upstream {}", "第一候補: 上流「{}」"},
    {"models_allowed", "許可モデル"},
    {"budget", "予算"},
    {"requests_per_minute", "1 分あたりのリクエスト数"},
    {"tokens_per_minute", "1 分あたりのトークン数"},
    {"parallel_requests", "同時リクエスト数"},
};

}  // namespace

std::string in_language(std::string_view english, Language language) {
  if (language == Language::kJapanese) {
    if (auto found = find_phrase(kPhrases, english)) return *std::move(found);
  }
  return std::string(english);
}

std::string scope_in_language(std::string_view english, Language language) {
  if (language == Language::kJapanese) {
    if (auto found = find_phrase(kScopes, english)) return *std::move(found);
  }
  return std::string(english);
}

}  // namespace sekisho::wire
