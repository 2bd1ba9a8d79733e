#pragma once
// A text for people in both languages.

#include <string_view>

namespace sekisho::app::cli {

enum class Language : unsigned char { kEnglish, kJapanese };

struct Text {
  std::string_view english, japanese;
  std::string_view in(Language language) const {
    return language == Language::kJapanese && !japanese.empty() ? japanese : english;
  }
};

}  // namespace sekisho::app::cli
