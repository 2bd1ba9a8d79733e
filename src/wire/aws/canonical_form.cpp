#include "wire/aws/canonical_form.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <vector>

#include <fmt/core.h>

#include "http/percent.h"
#include "wire/aws/sigv4.h"

namespace sekisho::wire::aws {
namespace {

std::string encoded_again(std::string_view escaped) {
  return http::percent_encode(http::percent_decode(escaped));
}

}  // namespace

void append_trimmed(std::string_view value, std::string& out) {
  bool gap = false;
  const std::size_t start = out.size();
  for (const char c : value) {
    if (c == ' ' || c == '\t') {
      gap = out.size() > start;
      continue;
    }
    if (gap) out += ' ';
    gap = false;
    out += c;
  }
}

// Dot segments and empty segments go first, then each segment is encoded once more: what is
// already percent-encoded on the wire gets its percent sign encoded.
std::string canonical_uri(std::string_view raw_path) {
  std::vector<std::string_view> segments;
  for (std::size_t begin = 0; begin <= raw_path.size();) {
    const std::size_t end = std::min(raw_path.find('/', begin), raw_path.size());
    const std::string_view segment = raw_path.substr(begin, end - begin);
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
    begin = end + 1;
  }
  std::string out;
  for (const std::string_view segment : segments) {
    out += '/';
    http::append_percent_encoded(segment, out);
  }
  if (out.empty() || raw_path.ends_with('/')) out += '/';
  return out;
}

std::string canonical_query(std::string_view raw_query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t begin = 0; begin < raw_query.size();) {
    const std::size_t end = std::min(raw_query.find('&', begin), raw_query.size());
    const std::string_view pair = raw_query.substr(begin, end - begin);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (!pair.empty()) {
      pairs.emplace_back(encoded_again(pair.substr(0, equals)),
                         encoded_again(pair.substr(std::min(equals + 1, pair.size()))));
    }
    begin = end + 1;
  }
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    out += name;
    out += '=';
    out += value;
  }
  return out;
}

std::string amz_date(WallTime time) {
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::optional<WallTime> parse_amz_date(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t digits, int low, int high) {
    int value = -1;
    const char* const begin = text.data() + at;
    const auto [end, error] = std::from_chars(begin, begin + digits, value);
    return error == std::errc{} && end == begin + digits && value >= low && value <= high ? value
                                                                                          : -1;
  };
  const int year = number(0, 4, 1970, 9999), month = number(4, 2, 1, 12), day = number(6, 2, 1, 31);
  const int hour = number(9, 2, 0, 23), minute = number(11, 2, 0, 59),
            second = number(13, 2, 0, 59);
  if (std::min({year, month, day, hour, minute, second}) < 0) return std::nullopt;
  const std::chrono::year_month_day civil{std::chrono::year{year},
                                          std::chrono::month{static_cast<unsigned>(month)},
                                          std::chrono::day{static_cast<unsigned>(day)}};
  if (!civil.ok() || year > 2200) return std::nullopt;  // int64 nanoseconds end in 2262
  return WallTime(std::chrono::sys_days(civil)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

}  // namespace sekisho::wire::aws
