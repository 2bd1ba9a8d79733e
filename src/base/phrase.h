#pragma once
// Sentences for people in Japanese, found by their English form: code makes its sentences in one
// language, and where they leave the process they are looked up. A sentence without a phrase stays
// as it is. Pure, any thread.

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sekisho {

// "{}" in `english` is what varies; "{*}" is itself a sentence that is looked up (and stays as it
// is when there is none). `japanese` takes them in order by "{}", or by number: "{1} … {0}".
struct Phrase {
  std::string_view english, japanese;
};

// Nothing when no phrase fits the whole of `sentence`. The first that fits counts.
std::optional<std::string> find_phrase(std::span<const Phrase> phrases, std::string_view sentence);

}  // namespace sekisho
