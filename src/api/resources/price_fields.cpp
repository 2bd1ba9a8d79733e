#include "api/resources/price_fields.h"

#include "api/times.h"

namespace sekisho::api {
namespace {

using catalog::Rates;

std::vector<FieldSpec> rate_fields() {
  return {
      {"input", FieldType::kMoney, "Per million tokens", true},
      {"output", FieldType::kMoney, "Per million tokens", true},
      {"cache_read", FieldType::kMoney, "Per million tokens"},
      {"cache_write_5m", FieldType::kMoney, "Per million tokens"},
      {"cache_write_1h", FieldType::kMoney, "Per million tokens"},
      {"reasoning", FieldType::kMoney, "Per million tokens; default: as output"},
  };
}

Result<std::optional<Price>> read_rate(const Fields& fields, std::string_view name) {
  auto amount = fields.money(name);
  if (!amount) return std::nullopt;
  auto price = Price::parse_per_million(amount->decimal());
  if (price) return *price;
  return fail(Code::kInvalidArgument,
              "prices." + std::string(name) + ": at most six decimals per million tokens");
}

Result<Rates> read_rates(const Fields& fields) {
  Rates rates;
  TRY(auto input, read_rate(fields, "input"));
  TRY(auto output, read_rate(fields, "output"));
  rates.input = input.value_or(Price{});
  rates.output = output.value_or(Price{});
  TRY(rates.cache_read, read_rate(fields, "cache_read"));
  TRY(rates.cache_write_5m, read_rate(fields, "cache_write_5m"));
  TRY(rates.cache_write_1h, read_rate(fields, "cache_write_1h"));
  TRY(rates.reasoning, read_rate(fields, "reasoning"));
  return rates;
}

void write_rate(wire::JsonWriter& w, std::string_view name, const std::optional<Price>& price) {
  w.key(name);
  if (price) {
    w.string(price->per_million());
  } else {
    w.null();
  }
}

void write_rates(wire::JsonWriter& w, const Rates& rates) {
  write_rate(w, "input", rates.input);
  write_rate(w, "output", rates.output);
  write_rate(w, "cache_read", rates.cache_read);
  write_rate(w, "cache_write_5m", rates.cache_write_5m);
  write_rate(w, "cache_write_1h", rates.cache_write_1h);
  write_rate(w, "reasoning", rates.reasoning);
}

}  // namespace

std::vector<FieldSpec> price_fields() {
  auto tier = rate_fields();
  tier.insert(tier.begin(), {"above",
                             FieldType::kInteger,
                             "For all tokens of a call whose prompt is larger",
                             true,
                             {},
                             1});
  auto fields = rate_fields();
  fields.push_back({"tiers", FieldType::kObjectList, "Long prompts", false, {}, 0, tier});
  fields.push_back({"effective_date", FieldType::kDay, "When the source stated it"});
  fields.push_back(
      {"fast_percent", FieldType::kInteger, "Of every rate, with speed: fast", false, {}, 1});
  fields.push_back(
      {"us_percent", FieldType::kInteger, "Of every rate, with inference_geo: us", false, {}, 1});
  return fields;
}

Result<catalog::Prices> read_prices(const Fields& fields) {
  catalog::Prices prices;
  TRY(prices.base, read_rates(fields));
  for (const auto& tier : fields.objects("tiers")) {
    TRY(auto rates, read_rates(tier));
    prices.tiers.push_back({tier.integer("above").value_or(0), rates});
  }
  if (auto day = fields.integer("effective_date")) prices.effective_date = format_day(*day);
  prices.fast_percent = fields.integer("fast_percent").value_or(prices.fast_percent);
  prices.us_percent = fields.integer("us_percent").value_or(prices.us_percent);
  return prices;
}

void write_prices(wire::JsonWriter& w, const catalog::Prices& prices) {
  w.begin_object();
  write_rates(w, prices.base);
  w.key("tiers").begin_array();
  for (const auto& tier : prices.tiers) {
    w.begin_object().field("above", tier.above);
    write_rates(w, tier.rates);
    w.end_object();
  }
  w.end_array();
  w.field("source", prices.source).field("effective_date", prices.effective_date);
  w.field("fast_percent", prices.fast_percent).field("us_percent", prices.us_percent);
  w.end_object();
}

}  // namespace sekisho::api
