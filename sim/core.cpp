#include "sim/core.h"

#include <algorithm>
#include <array>

#include "sim/faults.h"

namespace sekisho::sim {
namespace {

struct Route {
  Provider provider;
  std::string_view path;  // without the provider's prefix
};

// "/bedrock/model/…" and "/model/…" alike; a path says which provider it is for.
std::optional<Route> route(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, Provider>, 4> kPrefixes{{
      {"/bedrock", Provider::kBedrock},
      {"/openai", Provider::kOpenAi},
      {"/anthropic", Provider::kAnthropic},
      {"/gemini", Provider::kGemini},
  }};
  for (const auto& [prefix, provider] : kPrefixes) {
    if (path.starts_with(prefix) && path.substr(prefix.size()).starts_with('/')) {
      return Route{provider, path.substr(prefix.size())};
    }
  }
  if (path.starts_with("/model/")) return Route{Provider::kBedrock, path};
  if (path.contains("/models/") && path.contains(':')) return Route{Provider::kGemini, path};
  if (path.contains("/messages")) return Route{Provider::kAnthropic, path};
  if (path.ends_with("/completions") || path.ends_with("/embeddings")) {
    return Route{Provider::kOpenAi, path};
  }
  return std::nullopt;
}

Plan json_plan(int status, const Json& json) {
  Plan plan;
  plan.status = status;
  plan.headers.add("content-type", "application/json");
  plan.pieces.push_back({json.dump()});
  return plan;
}

// A whole answer is generated token by token too: waits first, then the body in one piece.
std::vector<Piece> whole_pieces(std::string body, std::int64_t tokens) {
  constexpr std::int64_t kStep = 16;
  std::vector<Piece> pieces;
  for (std::int64_t left = tokens; left > 0; left -= kStep) {
    pieces.push_back({"", std::min(left, kStep)});
  }
  pieces.push_back({std::move(body)});
  return pieces;
}

bool breaks_framing(FaultKind kind) {
  return kind == FaultKind::kHang || kind == FaultKind::kReset || kind == FaultKind::kClose ||
         kind == FaultKind::kHalfFrame || kind == FaultKind::kDrip;
}

}  // namespace

OpenCall::OpenCall(SimCore& core, const Model& model, BilledCall draft)
    : core_(&core), model_(&model), draft_(std::move(draft)) {}

OpenCall::OpenCall(OpenCall&& other) noexcept {
  *this = std::move(other);
}

OpenCall& OpenCall::operator=(OpenCall&& other) noexcept {
  if (this == &other) return *this;
  book();
  core_ = std::exchange(other.core_, nullptr);
  model_ = other.model_;
  draft_ = std::move(other.draft_);
  generated_ = other.generated_;
  begun_ = other.begun_;
  complete_ = other.complete_;
  return *this;
}

OpenCall::~OpenCall() {
  book();
}

void OpenCall::book() {
  if (core_ == nullptr || !begun_) return;
  draft_.complete = complete_;
  SimUsage& usage = draft_.usage;
  if (!complete_) {
    usage.output = std::min(usage.output, generated_);
    usage.reasoning = std::min(usage.reasoning, usage.output);
  }
  draft_.nano_usd = charge(*model_, usage);
  core_->bill_.book(std::move(draft_));
  core_ = nullptr;
}

SimCore::SimCore(const Clock& clock, Random& random, CoreOptions options)
    : clock_(clock), random_(random), options_(std::move(options)) {
  apis_.push_back(make_bedrock(options_.keys));
  apis_.push_back(make_openai(options_.keys));
  apis_.push_back(make_anthropic(options_.keys));
  apis_.push_back(make_gemini(options_.keys));
}

void SimCore::reset() {
  cache_.clear();
  bill_.clear();
  queue_.clear();
  requests_.clear();
  skew_ = {};
}

std::string SimCore::make_id() {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string id = "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx";
  std::uint64_t bits = 0;
  int left = 0;
  for (char& c : id) {
    if (c != 'x') continue;
    if (left-- == 0) bits = random_.next(), left = 15;
    c = kHex[bits & 15];
    bits >>= 4;
  }
  return id;
}

Plan SimCore::handle(const http::RequestHead& head, std::string_view body) {
  if (head.path().starts_with("/_sim/")) return admin(head, body);
  const auto found = route(head.path());
  if (!found) {
    return json_plan(404, Json::object({{"message", "no simulated provider has this path"}}));
  }
  const ProviderApi& api = **std::ranges::find(apis_, found->provider,
                                               [](const auto& each) { return each->provider(); });
  if (options_.record_requests) record(api, head, body);
  return serve(api,
               {head.method, head.target, found->path, head.headers, body, clock_.wall() + skew_});
}

Plan SimCore::refuse(const http::RequestHead& head, const Error& error) {
  const auto found = route(head.path());
  const std::size_t index = found ? static_cast<std::size_t>(found->provider) : 0;
  return error_plan(*apis_[index], apis_[index]->error_of(error));
}

Plan SimCore::error_plan(const ProviderApi& api, const ApiError& error) {
  Plan plan;
  plan.status = error.status;
  std::string body;
  api.render(error, make_id(), plan.headers, body);
  plan.pieces.push_back({std::move(body)});
  return plan;
}

Plan SimCore::serve(const ProviderApi& api, const Call& call) {
  const auto account = api.identify(call);
  if (!account) return error_plan(api, api.error_of(account.error()));
  const auto prompt = api.read(call);
  if (!prompt) return error_plan(api, api.error_of(prompt.error()));
  std::int64_t tokens = 0;
  for (const PromptBlock& block : prompt->blocks) tokens += block.tokens;
  if (auto counted = api.count_answer(call, tokens)) {
    Plan plan;
    plan.headers.add("content-type", "application/json");
    plan.pieces.push_back({*std::move(counted)});
    return plan;
  }
  const Model& model = *find_model(api.provider(), prompt->model);
  if (const auto fits = api.check_window(model, *prompt, tokens); !fits) {
    return error_plan(api, api.error_of(fits.error()));
  }
  const auto scenario = scenario_for(api, call, *prompt);
  if (!scenario) return error_plan(api, api.error_of(scenario.error()));
  const Fault& fault = scenario->fault;
  if (fault.kind == FaultKind::kStatus ||
      (fault.kind == FaultKind::kException && !prompt->stream)) {
    return error_plan(api, {fault.status, fault.type, fault.message, fault.retry_after});
  }
  return answer(api, model, *prompt, *account, *scenario);
}

Plan SimCore::answer(const ProviderApi& api, const Model& model, const Prompt& prompt,
                     const std::string& account, const Scenario& scenario) {
  const Answer said = make_answer(prompt, scenario, api.tool_id_prefix(prompt), random_.next());
  SimUsage usage = cache_.use(account, model, prompt.blocks, now());
  usage.output = said.output_tokens() * prompt.choices;
  usage.reasoning = said.thinking_tokens() * prompt.choices;
  if (prompt.api == OpenAiApi::kEmbeddings) usage.output = usage.reasoning = 0;
  if (scenario.usage) usage = *scenario.usage;

  const std::string id = make_id();
  const std::int64_t unix_time = unix_ms(clock_.wall() + skew_);
  Job job{model, prompt, said, usage, id, unix_time / 1000, scenario.chunk};
  job.with_usage = scenario.fault.kind != FaultKind::kMissingUsage;

  Plan plan;
  plan.headers = api.headers(job);
  plan.streamed = prompt.stream || breaks_framing(scenario.fault.kind);
  plan.pieces = prompt.stream ? api.stream(job) : whole_pieces(api.whole(job), usage.output);
  pace_pieces(scenario, plan.pieces);
  apply_fault(scenario.fault, api, plan.pieces);
  plan.call = OpenCall(
      *this, model,
      {id, unix_time, api.provider(), account, prompt.model, prompt.stream, false, usage, 0});
  return plan;
}

Result<Scenario> SimCore::scenario_for(const ProviderApi& api, const Call& call,
                                       const Prompt& prompt) {
  if (const auto header = call.headers.find("x-sim-scenario")) return Scenario::parse(*header);
  for (auto it = queue_.begin(); it != queue_.end(); ++it) {
    if (it->provider && *it->provider != api.provider()) continue;
    Scenario scenario = it->scenario;
    if (--it->times <= 0) queue_.erase(it);
    return scenario;
  }
  for (auto turn = prompt.turns.rbegin(); turn != prompt.turns.rend(); ++turn) {
    if (turn->assistant) continue;
    if (const auto marker = find_marker(turn->text)) return Scenario::parse(*marker);
  }
  return options_.default_scenario;
}

void SimCore::queue_scenario(Scenario scenario, std::int64_t times,
                             std::optional<Provider> provider) {
  queue_.push_back({std::move(scenario), times, provider});
}

void SimCore::record(const ProviderApi& api, const http::RequestHead& head, std::string_view body) {
  requests_.push_back({std::string(provider_name(api.provider())), head.method, head.target,
                       std::string(body), head.headers});
  if (requests_.size() > kKeptRequests) requests_.pop_front();
}

}  // namespace sekisho::sim
