#include <array>

#include "wire/phrases.h"
#include "wire/refusal.h"

namespace sekisho::wire {
namespace {

// How a refusal begins. "{}" is where the scope goes, with the words around it if it is known.
struct Opening {
  Code code;
  std::string_view english, japanese;
};

constexpr std::array kOpenings{
    Opening{Code::kInvalidArgument, "The request is not valid",
            "リクエストの形式が正しくありません"},
    Opening{Code::kUnauthenticated, "The virtual key was not accepted",
            "仮想キーを確認できませんでした"},
    Opening{Code::kPermissionDenied, "This is not permitted", "この操作は許可されていません"},
    Opening{Code::kNotFound, "Not found", "見つかりません"},
    Opening{Code::kConflict, "This conflicts with what exists", "既存の内容と競合しています"},
    Opening{Code::kTooLarge, "The request is larger than a fixed cap",
            "リクエストが受け付け可能な大きさを超えています"},
    Opening{Code::kUnsupported, "The request uses a feature that this model cannot serve",
            "このモデルでは対応していない機能が使われています"},
    Opening{Code::kNotOffered, "This model does not offer the operation",
            "このモデルではこの操作に対応していません"},
    Opening{Code::kModelDenied, "This model is not allowed",
            "このモデルの利用は許可されていません"},
    Opening{Code::kModelUnpriced, "This model has no known price and is therefore refused",
            "このモデルは単価が登録されていないため利用できません"},
    Opening{Code::kBudgetExceeded, "The budget does not cover this request",
            "予算の上限に達したため、リクエストを拒否しました"},
    Opening{Code::kRateLimited, "The rate limit is reached",
            "利用制限に達したため、リクエストを一時的に拒否しました"},
    Opening{Code::kGuardrailBlocked, "A guardrail blocked this content",
            "ガードレールにより内容が遮断されました"},
    Opening{Code::kUpstreamUnreachable, "The model provider cannot be reached",
            "プロバイダーに接続できません"},
    Opening{Code::kUpstreamTimeout, "The model provider did not answer in time",
            "プロバイダーから時間内に応答がありませんでした"},
    Opening{Code::kUpstreamRejected, "The model provider refused the request",
            "プロバイダーがリクエストを拒否しました"},
    Opening{Code::kUpstreamThrottled, "The model provider is busy at the moment",
            "プロバイダーが混み合っています"},
    Opening{Code::kUpstreamOverloaded, "The model provider is overloaded at the moment",
            "プロバイダーが過負荷の状態です"},
    Opening{Code::kUpstreamQuota, "The gateway's account at the model provider has no quota left",
            "プロバイダー側のアカウントの利用枠を使い切りました"},
    Opening{Code::kUpstreamFailed, "The model provider failed",
            "プロバイダー側でエラーが発生しました"},
    Opening{Code::kContextOverflow, "The prompt is too long", "プロンプトが長すぎます"},
    Opening{Code::kOverloaded, "The gateway is busy at the moment",
            "ゲートウェイが混み合っています"},
    Opening{Code::kStoreFailed, "The gateway cannot write its records and takes no new calls",
            "ゲートウェイが記録を保存できないため、新しいリクエストを受け付けられません"},
    Opening{Code::kTimeout, "The gateway's time limit was reached", "制限時間を超えました"},
    Opening{Code::kInternal, "The gateway failed", "ゲートウェイ内部でエラーが発生しました"},
};

std::string_view opening(Code code, Language language) {
  for (const Opening& o : kOpenings) {
    if (o.code == code) return language == Language::kJapanese ? o.japanese : o.english;
  }
  return opening(Code::kInternal, language);
}

bool is_providers_word(const Refusal& refusal) {
  return (refusal.verbatim || refusal.code == Code::kContextOverflow ||
          refusal.code == Code::kUpstreamRejected) &&
         !refusal.detail.empty();
}

// "a: b" pairs joined by `separator`.
class Facts {
 public:
  Facts(std::string_view colon, std::string_view separator)
      : colon_(colon), separator_(separator) {}
  void add(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (!text_.empty()) text_ += separator_;
    text_.append(name).append(colon_).append(value);
  }
  const std::string& text() const { return text_; }

 private:
  std::string_view colon_, separator_;
  std::string text_;
};

std::string seconds(const Refusal& refusal, std::string_view unit) {
  if (!refusal.retry_after_s) return {};
  return std::to_string(*refusal.retry_after_s).append(unit);
}

std::string english(const Refusal& r, std::string_view request_id) {
  std::string out(opening(r.code, Language::kEnglish));
  if (!r.scope.empty()) out.append(" (").append(r.scope).append(")");
  if (!r.figure.empty() && !r.limit.empty()) {
    out.append(": ").append(r.figure).append(" of ").append(r.limit);
  } else if (!r.figure.empty() || !r.limit.empty()) {
    out.append(r.figure.empty() ? ": the limit is " : ": at ").append(r.figure + r.limit);
  }
  if (!r.resets.empty()) out.append(", resets at ").append(r.resets);
  if (r.retry_after_s) out.append(", try again in ").append(seconds(r, " s"));
  if (!r.who.empty()) out.append(", can be changed by ").append(r.who);
  if (!r.detail.empty()) out.append(out.find(": ") == out.npos ? ": " : "; ").append(r.detail);
  while (out.ends_with('.')) out.pop_back();
  Facts facts(" ", ", ");
  facts.add("rule", r.rule);
  facts.add("request", request_id);
  if (!facts.text().empty()) out.append(" (").append(facts.text()).append(")");
  return out + ".";
}

std::string japanese(const Refusal& r, std::string_view request_id) {
  std::string out(opening(r.code, Language::kJapanese));
  Facts facts("：", "、");
  facts.add("対象", scope_in_language(r.scope, Language::kJapanese));
  facts.add("ルール", r.rule);
  facts.add("現在", r.figure);
  facts.add("上限", r.limit);
  facts.add("リセット", r.resets);
  facts.add("再試行の目安", seconds(r, " 秒後"));
  facts.add("変更できる方", scope_in_language(r.who, Language::kJapanese));
  facts.add("リクエスト ID", request_id);
  if (!facts.text().empty()) out.append("（").append(facts.text()).append("）");
  out += "。";
  if (r.detail.empty()) return out;
  out += in_language(r.detail, Language::kJapanese);
  bool ascii = static_cast<unsigned char>(out.back()) < 0x80;  // no phrase: as it was made
  if (!out.ends_with("。") && !out.ends_with('.')) out += ascii ? "." : "。";
  return out;
}

}  // namespace

std::string refusal_sentence(const Refusal& refusal, Language language,
                             std::string_view request_id) {
  if (is_providers_word(refusal)) return refusal.detail;
  return language == Language::kJapanese ? japanese(refusal, request_id)
                                         : english(refusal, request_id);
}

}  // namespace sekisho::wire
