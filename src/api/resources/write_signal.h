#pragma once
// A signal (gateway/signals.h) in answers: what it says, how sure, by which rule; or null.

#include <string_view>

#include "gateway/signals.h"
#include "wire/json_writer.h"

namespace sekisho::api {

// `value`: what the record has, for rules that tell no value of their own.
void write_signal(wire::JsonWriter& w, std::string_view name, std::uint8_t number,
                  std::string_view value);

}  // namespace sekisho::api
