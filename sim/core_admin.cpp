// The simulator's own paths, /_sim/…: for tests and for people, never for the gateway.

#include <algorithm>

#include "sim/base64.h"
#include "sim/core.h"

namespace sekisho::sim {
namespace {

Plan reply(const Json& json, int status = 200) {
  Plan plan;
  plan.status = status;
  plan.headers.add("content-type", "application/json");
  plan.pieces.push_back({json.dump()});
  return plan;
}

Json ok() {
  return Json::object({{"ok", true}});
}
Json failed(std::string_view why) {
  return Json::object({{"error", why}});
}

Json rates_json(const Rates& rates) {
  return Json::object({{"input", rates.input},
                       {"output", rates.output},
                       {"cache_read", rates.cache_read},
                       {"cache_write_5m", rates.cache_write_5m},
                       {"cache_write_1h", rates.cache_write_1h}});
}

Json models_json() {
  Json list = Json::array();
  for (const Model& model : models()) {
    Json row = Json::object({{"provider", provider_name(model.provider)},
                             {"id", model.id},
                             {"context", model.context},
                             {"max_output", model.max_output},
                             {"cache_minimum", model.cache_minimum},
                             {"pico_usd_per_token", rates_json(model.rates)}});
    if (model.long_above > 0) {
      row.set("long_above", model.long_above);
      row.set("long_pico_usd_per_token", rates_json(model.long_rates));
    }
    list.push(std::move(row));
  }
  return Json::object({{"models", std::move(list)}});
}

std::optional<Provider> provider_named(std::string_view name) {
  for (Provider provider :
       {Provider::kBedrock, Provider::kOpenAi, Provider::kAnthropic, Provider::kGemini}) {
    if (provider_name(provider) == name) return provider;
  }
  return std::nullopt;
}

}  // namespace

Plan SimCore::admin(const http::RequestHead& head, std::string_view body) {
  const std::string_view path = head.path().substr(std::string_view("/_sim/").size());
  if (head.method == "GET") {
    if (path == "health") return reply(ok());
    if (path == "bill") return reply(bill_.json());
    if (path == "requests") return reply(requests_json());
    if (path == "models") return reply(models_json());
  }
  if (head.method == "POST") {
    if (path == "scenario") return set_scenario(body);
    if (path == "reset") {
      reset();
      return reply(ok());
    }
    if (path == "clock") {
      const auto json = Json::parse(body);
      const auto seconds = json ? (*json)["advance_s"].as_int() : std::nullopt;
      if (!seconds) return reply(failed("advance_s: an integer is needed"), 400);
      advance_clock(std::chrono::seconds(*seconds));
      return reply(ok());
    }
  }
  return reply(failed("no such path"), 404);
}

Plan SimCore::set_scenario(std::string_view body) {
  const auto json = Json::parse(body);
  if (!json) return reply(failed(json.error().detail), 400);
  const Json& given = (*json)["scenario"];
  const Json& provider = (*json)["provider"];
  auto scenario = given.is_string() ? Scenario::parse(given.text()) : Scenario::from_json(given);
  if (!scenario) return reply(failed(scenario.error().detail), 400);
  if (!provider.is_null() && !provider_named(provider.text())) {
    return reply(failed("provider: bedrock, openai or anthropic"), 400);
  }
  queue_scenario(*std::move(scenario), (*json)["times"].int_or(1), provider_named(provider.text()));
  return reply(ok());
}

Json SimCore::requests_json() const {
  Json list = Json::array();
  for (const Recorded& request : requests_) {
    Json headers = Json::array();
    for (const auto& field : request.headers.fields()) {
      headers.push(Json::array({field.name, field.value}));
    }
    list.push(Json::object({{"provider", request.provider},
                            {"method", request.method},
                            {"target", request.target},
                            {"headers", std::move(headers)},
                            {"body_base64", encode_base64(request.body)}}));
  }
  return Json::object({{"requests", std::move(list)}});
}

}  // namespace sekisho::sim
