#include "sim/models.h"

#include <array>

namespace sekisho::sim {
namespace {

constexpr Provider kB = Provider::kBedrock, kA = Provider::kAnthropic, kO = Provider::kOpenAi,
                   kG = Provider::kGemini;

// USD per million tokens × 1000, so that a tenth of a cent is 1.
constexpr std::int64_t milli(std::int64_t thousandths) {
  return thousandths * 1000;
}

constexpr Rates rates(std::int64_t in, std::int64_t out, std::int64_t read, std::int64_t write_5m,
                      std::int64_t write_1h) {
  return {milli(in), milli(out), milli(read), milli(write_5m), milli(write_1h)};
}

constexpr Model claude(Provider provider, std::string_view id, Rates price, std::int64_t context,
                       std::int64_t max_output, std::int64_t cache_minimum) {
  Model model{.provider = provider,
              .id = id,
              .rates = price,
              .context = context,
              .max_output = max_output,
              .cache_minimum = cache_minimum};
  model.claude = model.thinking = true;
  return model;
}

constexpr Model budget_only(Model model) {
  model.no_adaptive = true;
  return model;
}
// Opus 4.7 and later, the 5 family: adaptive thinking, no sampling parameters, no prefill.
constexpr Model modern(Model model) {
  model.adaptive_only = model.refuses_sampling = model.refuses_prefill = true;
  return model;
}
constexpr Model no_forced(Model model) {
  model.refuses_forced = true;
  return model;
}
constexpr Model profile_only(Model model) {
  model.needs_profile = true;
  return model;
}
constexpr Model over_200k(Model model, Rates price) {
  model.long_above = 200'000;
  model.long_rates = price;
  return model;
}

constexpr Model nova(std::string_view id, Rates price, std::int64_t context) {
  Model model{.provider = kB,
              .id = id,
              .rates = price,
              .context = context,
              .max_output = 10'000,
              .cache_minimum = 1000};
  model.tool_caching = model.long_caching = model.json_schema = false;
  return model;
}
constexpr Model llama(std::string_view id, Rates price, std::int64_t context,
                      std::int64_t max_output, bool images) {
  Model model{
      .provider = kB, .id = id, .rates = price, .context = context, .max_output = max_output};
  model.images = images;
  model.json_schema = false;
  return model;
}
constexpr Model gpt(std::string_view id, Rates price, std::int64_t context, std::int64_t max_output,
                    bool reasons) {
  Model model{.provider = kO,
              .id = id,
              .rates = price,
              .context = context,
              .max_output = max_output,
              .cache_minimum = 1024};
  model.thinking = model.refuses_sampling = reasons;
  return model;
}
constexpr Model embedding(std::string_view id, std::int64_t price, std::int64_t dimensions) {
  Model model{.provider = kO,
              .id = id,
              .rates = rates(price, 0, 0, 0, 0),
              .context = 8192,
              .max_output = 0};
  model.dimensions = dimensions;
  return model;
}
constexpr Model completion(std::string_view id, Rates price) {
  Model model{.provider = kO, .id = id, .rates = price, .context = 4096, .max_output = 4096};
  model.completes = true;
  return model;
}
constexpr Model over_272k(Model model) {
  model.long_above = 272'000;
  const Rates& base = model.rates;
  model.long_rates = {base.input * 2, base.output * 3 / 2, base.cache_read * 2,
                      base.cache_write_5m * 2, base.cache_write_1h * 2};
  return model;
}
constexpr Model gpt_oss(std::string_view id, Rates price) {
  Model model{.provider = kB, .id = id, .rates = price, .context = 128'000, .max_output = 16'384};
  model.images = false;
  model.min_max_tokens = 16;
  return model;
}

constexpr Model gemini(std::string_view id, Rates price, bool signs_calls, bool always_thinks) {
  Model model{.provider = kG,
              .id = id,
              .rates = price,
              .context = 1'048'576,
              .max_output = 65'536,
              .cache_minimum = 1024};
  model.thinking = true;
  model.signs_calls = signs_calls;
  model.always_thinks = always_thinks;
  return model;
}

constexpr std::int64_t k1M = 1'000'000;

constexpr std::array kModels{
    claude(kB, "us.anthropic.claude-sonnet-4-6", rates(3300, 16500, 330, 4125, 6600), k1M, 64'000,
           1024),
    claude(kB, "global.anthropic.claude-sonnet-4-6", rates(3000, 15000, 300, 3750, 6000), k1M,
           64'000, 1024),
    profile_only(claude(kB, "anthropic.claude-sonnet-4-6", rates(3000, 15000, 300, 3750, 6000), k1M,
                        64'000, 1024)),
    over_200k(budget_only(claude(kB, "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
                                 rates(3300, 16500, 330, 4125, 6600), k1M, 64'000, 1024)),
              rates(6600, 24750, 660, 8250, 13200)),
    budget_only(claude(kB, "us.anthropic.claude-haiku-4-5", rates(1100, 5500, 110, 1375, 2200),
                       200'000, 64'000, 4096)),
    budget_only(claude(kB, "us.anthropic.claude-haiku-4-5-20251001-v1:0",
                       rates(1100, 5500, 110, 1375, 2200), 200'000, 64'000, 4096)),
    modern(claude(kB, "us.anthropic.claude-opus-4-8", rates(5500, 27500, 550, 6875, 11000), k1M,
                  128'000, 1024)),
    modern(claude(kB, "us.anthropic.claude-opus-5", rates(5500, 27500, 550, 6875, 11000), k1M,
                  128'000, 512)),
    no_forced(modern(claude(kB, "us.anthropic.claude-opus-5-5", rates(4400, 22000, 220, 5500, 8800),
                            k1M, 128'000, 512))),
    modern(claude(kB, "us.anthropic.claude-sonnet-5", rates(2200, 11000, 220, 2750, 4400), k1M,
                  128'000, 1024)),
    nova("amazon.nova-pro-v1:0", rates(800, 3200, 200, 800, 800), 300'000),
    nova("us.amazon.nova-pro-v1:0", rates(800, 3200, 200, 800, 800), 300'000),
    nova("amazon.nova-lite-v1:0", rates(60, 240, 15, 60, 60), 300'000),
    nova("us.amazon.nova-lite-v1:0", rates(60, 240, 15, 60, 60), 300'000),
    llama("us.meta.llama3-3-70b-instruct-v1:0", rates(720, 720, 0, 0, 0), 128'000, 4096, false),
    llama("meta.llama3-3-70b-instruct-v1:0", rates(720, 720, 0, 0, 0), 128'000, 4096, false),
    llama("us.meta.llama4-maverick-17b-instruct-v1:0", rates(240, 970, 0, 0, 0), k1M, 8192, true),
    gpt_oss("openai.gpt-oss-120b-1:0", rates(150, 600, 0, 0, 0)),

    claude(kA, "claude-sonnet-4-6", rates(3000, 15000, 300, 3750, 6000), k1M, 128'000, 1024),
    budget_only(claude(kA, "claude-sonnet-4-5", rates(3000, 15000, 300, 3750, 6000), 200'000,
                       64'000, 1024)),
    budget_only(
        claude(kA, "claude-haiku-4-5", rates(1000, 5000, 100, 1250, 2000), 200'000, 64'000, 4096)),
    budget_only(claude(kA, "claude-haiku-4-5-20251001", rates(1000, 5000, 100, 1250, 2000), 200'000,
                       64'000, 4096)),
    modern(claude(kA, "claude-opus-4-8", rates(5000, 25000, 500, 6250, 10000), k1M, 128'000, 1024)),
    modern(claude(kA, "claude-opus-5", rates(5000, 25000, 500, 6250, 10000), k1M, 128'000, 512)),
    no_forced(modern(
        claude(kA, "claude-opus-5-5", rates(4000, 20000, 200, 5000, 8000), k1M, 128'000, 512))),
    modern(
        claude(kA, "claude-sonnet-5-5", rates(2000, 10000, 100, 2500, 4000), k1M, 128'000, 1024)),

    over_272k(gpt("gpt-5.5", rates(5000, 30000, 500, 0, 0), 1'050'000, 128'000, true)),
    gpt("gpt-5.4-mini", rates(750, 4500, 75, 0, 0), 272'000, 128'000, true),
    gpt("gpt-5-mini", rates(250, 2000, 25, 0, 0), 272'000, 128'000, true),
    gpt("gpt-4.1", rates(2000, 8000, 500, 0, 0), 1'047'576, 32'768, false),
    gpt("gpt-4.1-mini", rates(400, 1600, 100, 0, 0), 1'047'576, 32'768, false),
    gpt("gpt-4o", rates(2500, 10000, 1250, 0, 0), 128'000, 16'384, false),
    gpt("gpt-4o-mini", rates(150, 600, 75, 0, 0), 128'000, 16'384, false),
    gpt("o4-mini", rates(1100, 4400, 275, 0, 0), 200'000, 100'000, true),
    completion("gpt-3.5-turbo-instruct", rates(1500, 2000, 0, 0, 0)),
    embedding("text-embedding-3-small", 20, 1536),
    embedding("text-embedding-3-large", 130, 3072),

    over_200k(gemini("gemini-2.5-pro", rates(1250, 10000, 125, 0, 0), false, true),
              rates(2500, 15000, 250, 0, 0)),
    gemini("gemini-2.5-flash", rates(300, 2500, 30, 0, 0), false, false),
    over_200k(gemini("gemini-3.1-pro-preview", rates(2000, 12000, 200, 0, 0), true, true),
              rates(4000, 18000, 400, 0, 0)),
    gemini("gemini-3.8-flash", rates(750, 3750, 75, 0, 0), true, false),
};

}  // namespace

std::string_view provider_name(Provider provider) {
  switch (provider) {
    case Provider::kBedrock:
      return "bedrock";
    case Provider::kOpenAi:
      return "openai";
    case Provider::kAnthropic:
      return "anthropic";
    case Provider::kGemini:
      return "gemini";
  }
  return "";
}

std::span<const Model> models() {
  return kModels;
}

const Model* find_model(Provider provider, std::string_view id) {
  for (const Model& model : kModels) {
    if (model.provider == provider && model.id == id) return &model;
  }
  return nullptr;
}

}  // namespace sekisho::sim
