#include "gateway/quoted_text.h"

#include <algorithm>
#include <unordered_set>

#include "base/limits.h"

namespace sekisho::gateway {

std::string without_quotes(std::string_view message, std::string_view body) {
  message = message.substr(0, limits::kUpstreamMessageBytes);
  if (message.size() < kQuoteBytes || body.size() < kQuoteBytes) return std::string(message);
  std::unordered_set<std::string_view> grams;
  for (std::size_t i = 0; i + kQuoteBytes <= message.size(); ++i) {
    grams.insert(message.substr(i, kQuoteBytes));
  }
  std::unordered_set<std::string_view> quoted;
  for (std::size_t i = 0; i + kQuoteBytes <= body.size(); ++i) {
    if (auto found = grams.find(body.substr(i, kQuoteBytes)); found != grams.end()) {
      quoted.insert(*found);
    }
  }
  std::string out;
  std::size_t covered = 0;  // message bytes before this are quotes
  for (std::size_t i = 0; i < message.size(); ++i) {
    if (quoted.contains(message.substr(i, kQuoteBytes))) {
      if (covered <= i) out += "…";
      covered = i + kQuoteBytes;
    }
    if (i >= covered) out += message[i];
  }
  return out;
}

}  // namespace sekisho::gateway
