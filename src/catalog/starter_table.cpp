#include <charconv>
#include <map>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/starter_data.h"

// Turns the text of starter_data.h into rows. The text is ours and a test reads all of it, so a
// mistake in it is a bug that ends the program at once.

namespace sekisho::catalog {
namespace {

constexpr const char* kDate = "2026-11-12";

using Words = std::vector<std::string_view>;

[[noreturn]] void broken(std::string_view line) {
  throw std::logic_error("starter table: " + std::string(line));
}

Words split(std::string_view text, char separator) {
  Words words;
  while (!text.empty()) {
    auto end = text.find(separator);
    if (end != 0) words.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return words;
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) broken(text);
  return value;
}

Price price(std::string_view text) {
  auto value = Price::parse_per_million(text);
  if (!value) broken(text);
  return *value;
}

std::optional<Price> maybe_price(std::string_view text) {
  if (text == "-") return {};
  return price(text);
}

Rates read_rates(const Words& words, std::size_t first) {
  if (words.size() != first + 5) broken(words.empty() ? "" : words[0]);
  return {price(words[first]),           price(words[first + 1]),
          maybe_price(words[first + 2]), maybe_price(words[first + 3]),
          maybe_price(words[first + 4]), {}};
}

struct Model {
  ModelFacts facts;
  std::int64_t fast_percent = 100, us_percent = 100;
};

void add_trait(Model& model, std::string_view trait) {
  auto& target = model.facts.target;
  auto equals = trait.find('=');
  auto name = trait.substr(0, equals);
  auto value = equals == std::string_view::npos ? 0 : number(trait.substr(equals + 1));
  if (name == "reasoning")
    target.reasoning = true;
  else if (name == "no-images")
    target.images = false;
  else if (name == "no-tools")
    target.tools = false;
  else if (name == "no-caching")
    target.prompt_caching = false;
  else if (name == "no-sampling")
    target.forbids_sampling = true;
  else if (name == "no-forced")
    target.forbids_forced_tool = true;
  else if (name == "adaptive")
    target.adaptive_thinking = true;
  else if (name == "no-prefill")
    target.rejects_prefill = true;
  else if (name == "thinks")
    target.always_thinks = target.reasoning = true;
  else if (name == "no-schema")
    target.json_schema = false;
  else if (name == "cache")
    model.facts.cache_minimum_tokens = value;
  else if (name == "image")
    model.facts.image_tokens = value;
  else if (name == "fast")
    model.fast_percent = value;
  else if (name == "us")
    model.us_percent = value;
  else
    broken(trait);
}

std::map<std::string_view, Model> read_models() {
  std::map<std::string_view, Model> models;
  for (auto line : split(starter::kModels, '\n')) {
    auto words = split(line, ' ');
    if (words.size() < 2) broken(line);
    Model model;
    model.facts.name = words[0];
    model.facts.target.family = words[1];
    model.facts.image_tokens = image_tokens_of(words[1]);
    for (auto trait : Words(words.begin() + 2, words.end())) add_trait(model, trait);
    models[words[0]] = std::move(model);
  }
  return models;
}

std::string source_text(std::string_view source) {
  constexpr std::string_view kVia = "price file of litellm 1.109.1";
  if (source == "unstated") return std::string(kVia);
  std::string_view page = source == "aws"         ? "AWS Bedrock price list"
                          : source == "anthropic" ? "Anthropic pricing page"
                          : source == "openai"    ? "OpenAI pricing page"
                          : source == "google"    ? "Gemini API pricing page"
                                                  : "";
  if (page.empty()) broken(source);
  return std::string(page) + ", by the " + std::string(kVia);
}

// Reads one provider's block; `rows` grows by one row per prefix.
class Reader {
 public:
  Reader(std::string_view provider, const std::map<std::string_view, Model>& models,
         std::vector<StarterRow>& rows)
      : provider_(provider), models_(models), rows_(rows) {}

  void read(std::string_view text) {
    for (auto line : split(text, '\n')) {
      auto words = split(line, ' ');
      if (line.starts_with("    >")) {
        add_tier(words);
      } else if (line.starts_with("  ")) {
        add_prices(words);
      } else {
        begin_model(words);
      }
    }
  }

 private:
  void begin_model(const Words& words) {
    auto known = words.size() == 4 ? models_.find(words[1]) : models_.end();
    if (known == models_.end()) broken(words.empty() ? "" : words[0]);
    id_ = words[0];
    model_ = known->second;
    model_.facts.context_window = number(words[2]);
    model_.facts.max_output = model_.facts.target.max_output = number(words[3]);
  }

  void add_prices(const Words& words) {
    first_ = rows_.size();
    Prices prices;
    prices.base = read_rates(words, 2);
    prices.source = source_text(words[1]);
    prices.effective_date = kDate;
    if (provider_ == "anthropic") {
      prices.fast_percent = model_.fast_percent;
      prices.us_percent = model_.us_percent;
    }
    for (auto prefix : split(words[0], ',')) {
      auto id = prefix == "." ? std::string(id_) : std::string(prefix) + "." + std::string(id_);
      rows_.push_back({std::string(provider_), std::move(id), model_.facts, prices});
    }
  }

  void add_tier(const Words& words) {
    PriceTier tier{number(words[0].substr(1)), read_rates(words, 1)};
    for (auto i = first_; i < rows_.size(); ++i) rows_[i].prices.tiers.push_back(tier);
  }

  std::string_view provider_, id_;
  const std::map<std::string_view, Model>& models_;
  std::vector<StarterRow>& rows_;
  Model model_;
  std::size_t first_ = 0;
};

std::vector<StarterRow> read_table() {
  auto models = read_models();
  std::vector<StarterRow> rows;
  Reader("bedrock", models, rows).read(starter::kBedrock);
  Reader("anthropic", models, rows).read(starter::kAnthropic);
  Reader("openai", models, rows).read(starter::kOpenAi);
  Reader("gemini", models, rows).read(starter::kGemini);
  return rows;
}

}  // namespace

// Claude: 4,784 at most, by Anthropic's page on vision (older models 1,600). Llama: 4 tiles of
// 1,601. Nova: AWS's table ends at 2,600, without saying that nothing is above it.
std::int64_t image_tokens_of(std::string_view family) {
  if (family == "claude") return 4'800;
  if (family == "nova") return 6'000;
  if (family == "llama") return 6'404;
  return kMostImageTokens;
}

const std::vector<StarterRow>& starter_table() {
  static const std::vector<StarterRow> table = read_table();
  return table;
}

const StarterRow* find_starter(std::string_view provider, std::string_view upstream_model) {
  for (const auto& row : starter_table()) {
    if (row.provider == provider && row.upstream_model == upstream_model) return &row;
  }
  return nullptr;
}

}  // namespace sekisho::catalog
