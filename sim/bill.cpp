#include "sim/bill.h"

namespace sekisho::sim {

std::int64_t charge(const Model& model, const SimUsage& usage) {
  const bool is_long = model.long_above > 0 && usage.prompt() > model.long_above;
  const Rates& rates = is_long ? model.long_rates : model.rates;
  const auto part = [](std::int64_t tokens, std::int64_t rate) {
    return static_cast<__int128>(tokens) * rate;
  };
  const __int128 pico = part(usage.input, rates.input) + part(usage.cache_read, rates.cache_read) +
                        part(usage.cache_write_5m, rates.cache_write_5m) +
                        part(usage.cache_write_1h, rates.cache_write_1h) +
                        part(usage.output, rates.output);
  return static_cast<std::int64_t>((pico + 500) / 1000);
}

std::string dollars(std::int64_t nano_usd) {
  std::string fraction = std::to_string(nano_usd % 1'000'000'000);
  fraction.insert(0, 9 - fraction.size(), '0');
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  std::string out = std::to_string(nano_usd / 1'000'000'000);
  if (!fraction.empty()) out += "." + fraction;
  return out;
}

void Bill::book(BilledCall call) {
  total_ += call.nano_usd;
  calls_.push_back(std::move(call));
}

void Bill::clear() {
  calls_.clear();
  total_ = 0;
}

Json Bill::json() const {
  Json list = Json::array();
  for (const BilledCall& call : calls_) {
    list.push(Json::object({
        {"id", call.id},
        {"unix_ms", call.unix_ms},
        {"provider", provider_name(call.provider)},
        {"account", call.account},
        {"model", call.model},
        {"stream", call.stream},
        {"complete", call.complete},
        {"usage", Json::object({{"input", call.usage.input},
                                {"cache_read", call.usage.cache_read},
                                {"cache_write_5m", call.usage.cache_write_5m},
                                {"cache_write_1h", call.usage.cache_write_1h},
                                {"output", call.usage.output},
                                {"reasoning", call.usage.reasoning}})},
        {"nano_usd", call.nano_usd},
        {"usd", dollars(call.nano_usd)},
    }));
  }
  return Json::object({{"calls", std::move(list)},
                       {"count", static_cast<std::int64_t>(calls_.size())},
                       {"total_nano_usd", total_},
                       {"total_usd", dollars(total_)}});
}

}  // namespace sekisho::sim
