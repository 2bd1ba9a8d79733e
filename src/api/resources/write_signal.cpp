#include "api/resources/write_signal.h"

namespace sekisho::api {

void write_signal(wire::JsonWriter& w, std::string_view name, std::uint8_t number,
                  std::string_view value) {
  const auto* rule = gateway::signal_rule(number);
  w.key(name);
  if (!rule) {
    w.null();
    return;
  }
  w.begin_object().field("value", rule->value.empty() ? value : rule->value);
  w.field("confidence", std::int64_t{rule->confidence}).field("rule", rule->id).end_object();
}

}  // namespace sekisho::api
