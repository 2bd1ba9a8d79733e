#pragma once
// What refusals say, in the reader's language. Sentences are made in English; this is their
// Japanese (base/phrase.h). Pure, any thread.

#include <string>
#include <string_view>

#include "wire/refusal.h"

namespace sekisho::wire {

// As it is where the language is English or there is no phrase.
std::string in_language(std::string_view english, Language language);

// Of Refusal::scope and Refusal::who: "key bob-laptop", "an administrator".
std::string scope_in_language(std::string_view english, Language language);

}  // namespace sekisho::wire
