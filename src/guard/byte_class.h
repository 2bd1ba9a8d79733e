#pragma once
// A set of bytes, written as in a regular expression's brackets: "A-Za-z0-9_-" (a dash at the end
// is itself; no escapes). A value; fit for static tables.

#include <array>
#include <cstddef>
#include <string_view>

namespace sekisho::guard {

class ByteClass {
 public:
  constexpr ByteClass() = default;
  explicit constexpr ByteClass(std::string_view spec) {
    for (std::size_t i = 0; i < spec.size(); ++i) {
      const auto first = static_cast<unsigned char>(spec[i]);
      auto last = first;
      if (i + 2 < spec.size() && spec[i + 1] == '-') {
        last = static_cast<unsigned char>(spec[i + 2]);
        i += 2;
      }
      for (unsigned b = first; b <= last; ++b) member_[b] = true;
    }
  }

  constexpr bool has(char c) const { return member_[static_cast<unsigned char>(c)]; }

  constexpr ByteClass complement() const {
    ByteClass other;
    for (std::size_t b = 0; b < member_.size(); ++b) other.member_[b] = !member_[b];
    return other;
  }

  // The first position in [from, limit) whose byte is not a member, or `limit`.
  constexpr std::size_t run_end(std::string_view text, std::size_t from, std::size_t limit) const {
    while (from < limit && has(text[from])) ++from;
    return from;
  }

 private:
  std::array<bool, 256> member_{};
};

inline constexpr ByteClass kDigits{"0-9"};
inline constexpr ByteClass kHexDigits{"0-9a-fA-F"};
inline constexpr ByteClass kLetters{"A-Za-z"};
inline constexpr ByteClass kAlnum{"A-Za-z0-9"};
inline constexpr ByteClass kWord{"A-Za-z0-9_"};
inline constexpr ByteClass kBase64{"A-Za-z0-9+/="};
inline constexpr ByteClass kBlank{" \t"};

}  // namespace sekisho::guard
