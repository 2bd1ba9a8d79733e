#include "sim/blank_text.h"

#include <algorithm>
#include <array>

namespace sekisho::sim {
namespace {

using namespace std::string_view_literals;

// Each as it is spelled in UTF-8.
constexpr std::array kSpaces{" "sv,
                             "\t"sv,
                             "\n"sv,
                             "\v"sv,
                             "\f"sv,
                             "\r"sv,
                             "\x1c"sv,
                             "\x1d"sv,
                             "\x1e"sv,
                             "\x1f"sv,
                             "\xc2\x85"sv,
                             "\xc2\xa0"sv,
                             "\xe1\x9a\x80"sv,
                             "\xe2\x80\x80"sv,
                             "\xe2\x80\x81"sv,
                             "\xe2\x80\x82"sv,
                             "\xe2\x80\x83"sv,
                             "\xe2\x80\x84"sv,
                             "\xe2\x80\x85"sv,
                             "\xe2\x80\x86"sv,
                             "\xe2\x80\x87"sv,
                             "\xe2\x80\x88"sv,
                             "\xe2\x80\x89"sv,
                             "\xe2\x80\x8a"sv,
                             "\xe2\x80\xa8"sv,
                             "\xe2\x80\xa9"sv,
                             "\xe2\x80\xaf"sv,
                             "\xe2\x81\x9f"sv,
                             "\xe3\x80\x80"sv};

}  // namespace

bool is_blank(std::string_view text) {
  while (!text.empty()) {
    const auto* const space =
        std::ranges::find_if(kSpaces, [&](std::string_view one) { return text.starts_with(one); });
    if (space == kSpaces.end()) return false;
    text.remove_prefix(space->size());
  }
  return true;
}

bool ends_blank(std::string_view text) {
  return std::ranges::any_of(kSpaces, [&](std::string_view one) { return text.ends_with(one); });
}

}  // namespace sekisho::sim
