#include "wire/gemini/thought_signature.h"

#include <openssl/evp.h>

#include <limits>

#include "wire/json_slice.h"
#include "wire/json_writer.h"
#include "wire/media.h"

namespace sekisho::wire::gemini {
namespace {

constexpr std::string_view kCarrier = "sekisho-thoughts-1:";
constexpr std::string_view kMark = "gemini#";

std::string base64_of(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

}  // namespace

std::string carry(const std::vector<CarriedThought>& thoughts) {
  std::string out(kCarrier);
  JsonWriter json(out);
  json.begin_array();
  for (const CarriedThought& thought : thoughts) {
    json.begin_object();
    if (thought.redacted.empty()) {
      json.field("text", thought.text).field("signature", thought.signature);
    } else {
      json.field("redacted", thought.redacted);
    }
    json.end_object();
  }
  json.end_array();
  return base64_of(out);
}

std::optional<std::vector<CarriedThought>> carried(std::string_view signature) {
  const auto standard = standard_base64(signature);
  if (standard) signature = *standard;
  const auto head = base64_head(signature, kCarrier.size());
  if (!head || *head != kCarrier) return std::nullopt;
  const auto bytes = base64_head(signature, std::numeric_limits<std::size_t>::max());
  if (!bytes) return std::nullopt;
  const std::string json = bytes->substr(kCarrier.size());
  JsonDocument document;
  if (!document.parse(json) || !document.root().is(JsonKind::kArray)) return std::nullopt;
  std::vector<CarriedThought> thoughts;
  for (const JsonValue one : document.root()) {
    thoughts.push_back(
        {one.find("text").text(), one.find("signature").text(), one.find("redacted").text()});
  }
  return thoughts;
}

std::string marked_signature(std::string_view signature) {
  return std::string(kMark).append(signature);
}

RawText unmarked_signature(RawText signature) {
  return signature.starts_with(kMark) ? signature.substr(kMark.size()) : RawText();
}

}  // namespace sekisho::wire::gemini
