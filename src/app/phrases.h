#pragma once
// What the program's commands tell people, in their language: sentences are made in English, this
// is their Japanese (base/phrase.h), those of the API and of refusals included. Pure, any thread.

#include <string>
#include <string_view>

namespace sekisho::app {

// As it is where the language is English or there is no phrase.
std::string for_people(std::string_view english, bool japanese);

}  // namespace sekisho::app
