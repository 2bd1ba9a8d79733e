#include <algorithm>
#include <array>
#include <charconv>

#include "wire/envelope_walk.h"
#include "wire/gemini/fields.h"
#include "wire/json_text.h"
#include "wire/named_value.h"

namespace sekisho::wire {

GovernedObject::GovernedObject(EnvelopeWalk& walk, const std::vector<Span>& earlier)
    : w_(walk), object_(walk.c_, JsonObject::Resume{}), base_(walk.keys_.size()) {
  for (Span key : earlier) remember(key, w_.c_.of(key).find('\\') != std::string_view::npos);
}

GovernedObject::~GovernedObject() {
  w_.keys_.resize(base_);
  w_.key_spans_.resize(base_);
}

bool GovernedObject::is_duplicate(std::string_view key) const {
  for (std::size_t i = base_; i < w_.keys_.size(); ++i) {
    if (w_.keys_[i] == key) return true;
  }
  return false;
}

bool GovernedObject::remember(Span span, bool escaped) {
  std::string_view key = w_.c_.of(span);
  if (escaped) key = w_.spelled_.emplace_back(unescape_json(key));
  if (w_.e_.dialect == Dialect::kGemini && key.contains('_')) {
    key = w_.spelled_.emplace_back(gemini::camel_case(key));
  }
  unsigned hash = static_cast<unsigned>(key.size());
  if (!key.empty())
    hash += static_cast<unsigned char>(key.front()) * 7U + static_cast<unsigned char>(key.back());
  std::uint64_t bit = std::uint64_t{1} << (hash & 63);
  if ((seen_ & bit) != 0 && is_duplicate(key)) return w_.c_.refuse_key("duplicate key", span);
  seen_ |= bit;
  if (w_.keys_.size() - base_ == limits::kTopLevelKeys) {
    return w_.c_.refuse(Code::kTooLarge, "more than 256 keys in one object", span.begin);
  }
  w_.keys_.push_back(key);
  w_.key_spans_.push_back(span);
  return true;
}
static_assert(limits::kTopLevelKeys == 256, "the sentence above names it");

std::optional<std::string_view> GovernedObject::next() {
  auto key = object_.next();
  if (!key || !remember(key->raw, key->escaped)) return std::nullopt;
  return w_.keys_.back();
}

bool EnvelopeWalk::add_block(const JsonString& text, BlockKind kind, std::uint16_t named) {
  if (text.raw.empty()) return true;
  if (e_.blocks.size() == limits::kTextBlocks) {
    return c_.refuse(Code::kTooLarge, "more than 100000 texts", text.raw.begin);
  }
  e_.blocks.push_back({text.raw, kind, text.escaped, named, message_});
  return true;
}
static_assert(limits::kTextBlocks == 100'000, "the sentence above names it");

bool EnvelopeWalk::text(BlockKind kind) {
  if (c_.peek() != JsonType::kString) return strings(kind);
  auto value = c_.read_string();
  return value && add_block(*value, kind);
}

bool EnvelopeWalk::strings(BlockKind kind) {
  NamedValues names(c_.text(), key_spans_.empty() ? Span{} : key_spans_.back());
  return c_.walk([&](const JsonString& text, bool is_key) {
    free_text(text, is_key, kind, names.see(text, is_key));
  });
}

bool EnvelopeWalk::unnamed_strings(BlockKind kind) {
  return c_.walk([&](const JsonString& text, bool is_key) { free_text(text, is_key, kind); });
}

void EnvelopeWalk::free_text(const JsonString& text, bool is_key, BlockKind kind,
                             std::uint16_t named) {
  if (text.raw.size() >= limits::kShortestBlock * (is_key ? 2 : 1)) add_block(text, kind, named);
  if (is_key && is_cache_control(text)) e_.cache_life = CacheLife::kOneHour;
}

bool EnvelopeWalk::is_cache_control(const JsonString& key) const {
  auto marks = [](std::string_view name) {
    return name == "cache_control" || name == "cachePoint";
  };
  return key.escaped ? marks(unescape_json(c_.of(key.raw))) : marks(c_.of(key.raw));
}

bool EnvelopeWalk::labels() {
  return c_.walk([&](const JsonString& text, bool) {
    if (text.escaped || text.raw.size() > limits::kIdentifierBytes) {
      add_block(text, BlockKind::kOther);
    }
  });
}

// Short names and ids hold no secret: tokens are longer, and the long ids of tool calls have
// beginnings of their own.
bool EnvelopeWalk::is_plain(const JsonString& name) const {
  constexpr std::size_t kShortestToken = 20;
  constexpr std::array<std::string_view, 5> kKnownIds = {"toolu_", "call_", "tooluse_", "srvtoolu_",
                                                         "chatcmpl-"};
  if (name.escaped || name.raw.size() > limits::kIdentifierBytes) return false;
  if (name.raw.size() < kShortestToken) return true;
  const auto text = c_.of(name.raw);
  return std::ranges::any_of(kKnownIds, [&](auto known) { return text.starts_with(known); });
}

bool EnvelopeWalk::identifier() {
  if (c_.peek() != JsonType::kString) return strings(BlockKind::kOther);
  auto value = c_.read_string();
  if (!value) return false;
  return is_plain(*value) || add_block(*value, BlockKind::kOther);
}

std::string_view EnvelopeWalk::short_text(const JsonString& text) {
  if (!text.escaped) return c_.of(text.raw);
  return spelled_.emplace_back(unescape_json(c_.of(text.raw)));
}

std::optional<std::string> EnvelopeWalk::decoded(BlockKind kind) {
  if (c_.peek() != JsonType::kString) {
    strings(kind);
    return std::nullopt;
  }
  auto value = c_.read_string();
  if (!value || !add_block(*value, kind)) return std::nullopt;
  return unescape_json(c_.of(value->raw));
}

bool EnvelopeWalk::is_null() {
  if (c_.peek() != JsonType::kNull) return false;
  return c_.read_literal().has_value();
}

// What counts tokens or answers is below this: what is reckoned from it does not overflow.
constexpr std::int64_t kMostCounted = 1'000'000'000'000;

bool EnvelopeWalk::integer(const char* what, std::optional<std::int64_t>& value) {
  if (c_.peek() != JsonType::kNumber) return c_.expected(what);
  std::uint32_t at = c_.position();
  auto span = c_.read_number();
  if (!span) return false;
  std::string_view digits = c_.of(*span);
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || number < 0 ||
      number > kMostCounted) {
    return c_.expected_at(what, at);
  }
  value = number;
  return true;
}

bool EnvelopeWalk::boolean(const char* what, bool& value, std::optional<Span>& span) {
  JsonType type = c_.peek();
  if (type != JsonType::kTrue && type != JsonType::kFalse && type != JsonType::kNull) {
    return c_.expected(what);
  }
  span = c_.read_literal();
  value = type == JsonType::kTrue;
  return span.has_value();
}

}  // namespace sekisho::wire
