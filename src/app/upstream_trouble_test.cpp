// What providers do wrong, on simulated time, against upstreams that answer by script: which
// deployment is asked next and when, what the client gets, and that it hears from us meanwhile.

#include <gmock/gmock.h>

#include "app/scripted_upstream.h"
#include "app/simulated_gateway.h"
#include "http/http_date.h"
#include "wire/aws/event_stream.h"

namespace sekisho::app::testing {
namespace {

using namespace std::chrono_literals;
using gateway::UpstreamKind;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kChat = "/v1/chat/completions";
constexpr std::string_view kMessages = "/v1/messages";

struct Seen {
  int status = 0;
  http::Headers headers;
  std::string body;
  std::vector<Duration> times;  // of the head and of each piece, since the request
  bool ended = false;
};

class UpstreamTrouble : public ::testing::Test {
 protected:
  static constexpr Money kMuch{1'000'000'000'000};
  SimulatedGateway gateway_{7, kMuch, kMuch};

  // One host per script; from now on the model "m" is bought at all of them.
  void start(UpstreamKind kind, std::vector<std::vector<ScriptedReply>> scripts) {
    auto policy = std::make_shared<gateway::Policy>(*gateway_.life->slot.current());
    const char* base = kind == UpstreamKind::kBedrock     ? "b"
                       : kind == UpstreamKind::kAnthropic ? "a"
                                                          : "o";
    auto group = *policy->find_model(base);
    const auto like = *policy->find_upstream(group.deployments[0].upstream);
    const auto deployment = group.deployments[0];
    group.id = {50};
    group.name = "m";
    group.deployments.clear();
    first_ = upstreams_.size();
    for (auto& script : scripts) {
      auto number = static_cast<std::int64_t>(50 + upstreams_.size());
      auto host = "host" + std::to_string(number);
      upstreams_.push_back(std::make_unique<ScriptedUpstream>(gateway_.loop, gateway_.fabric, host,
                                                              std::move(script)));
      auto upstream = like;
      upstream.id = {number};
      upstream.name = host;
      upstream.origin = {{host, 80}, nullptr, host};
      policy->upstreams[number] = upstream;
      group.deployments.push_back(deployment);
      group.deployments.back().id = {number};
      group.deployments.back().upstream = {number};
      group.deployments.back().upstream_name = host;
    }
    policy->model_index["m"] = policy->models.size();
    policy->models.push_back(group);
    gateway_.life->slot.set(policy);
  }

  Seen ask(std::string_view path, bool stream, std::string more = "") {
    Seen seen;
    io::TaskScope scope(gateway_.loop);
    std::string body = R"({"model":"m","max_tokens":100,"stream":)" +
                       std::string(stream ? "true" : "false") + more +
                       R"(,"messages":[{"role":"user","content":"hello"}]})";
    scope.spawn(call(path, body, seen));
    for (int i = 0; i < 600 && scope.size() > 0; ++i) gateway_.loop.run_for(500ms);
    EXPECT_EQ(scope.size(), 0u);
    return seen;
  }
  const trace::CallRecord& record() const { return gateway_.observer.records.back(); }
  std::size_t requests(std::size_t host = 0) const { return upstreams_[first_ + host]->requests(); }
  std::int64_t entries() {
    gateway_.keep_books();
    auto rows = *gateway_.database->query("SELECT count(*) FROM ledger_entry");
    return rows.step().value_or(false) ? rows.integer(0) : -1;
  }

 private:
  io::task<void> call(std::string_view path, std::string& body, Seen& seen) {
    http::Origin origin{{"gateway", 80}, nullptr, "gateway"};
    http::Headers headers;
    headers.add("authorization", std::string("Bearer ") + SimulatedGateway::kKey);
    headers.add("content-type", "application/json");
    http::ClientRequest request;
    request.target = path;
    request.headers = &headers;
    iovec part{body.data(), body.size()};
    request.body = std::span(&part, 1);
    auto begun = gateway_.loop.now();
    auto answer = co_await client_.send(origin, request);
    if (!answer) co_return;
    seen.times.push_back(gateway_.loop.now() - begun);
    seen.status = (*answer)->head().status;
    seen.headers = (*answer)->head().headers;
    for (;;) {
      auto piece = co_await (*answer)->read();
      seen.ended = piece && piece->empty();
      if (!piece || piece->empty()) co_return;
      seen.times.push_back(gateway_.loop.now() - begun);
      seen.body += *piece;
    }
  }

  http::BodyBudget budget_;
  http::BufferPool buffers_{budget_};
  http::Client client_{gateway_.loop, gateway_.fabric.host("client"), buffers_, {}};
  std::vector<std::unique_ptr<ScriptedUpstream>> upstreams_;
  std::size_t first_ = 0;  // of those that the last start() made
};

const std::string kWhole =
    R"({"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,)"
    R"("message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],)"
    R"("usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}})";
const std::string kText =
    R"(data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"hi"}}]})"
    "\n\n";
const std::string kStop = R"(data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"
                          "\n\n";
const std::string kDone = "data: [DONE]\n\n";
const std::string kStreamed = kText + kStop + kDone;
const std::string kOverloadedEvent =
    "event: error\n"
    R"(data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})"
    "\n\n";
const std::string kMessageStart =
    "event: message_start\n"
    R"(data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant",)"
    R"("content":[],"usage":{"input_tokens":3,"output_tokens":1}}})"
    "\n\n";
const std::string kMessage =
    kMessageStart +
    "event: message_delta\n"
    R"(data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}})"
    "\n\nevent: message_stop\n"
    R"(data: {"type":"message_stop"})"
    "\n\n";

std::string bedrock_event(std::string_view type, std::string_view payload) {
  return wire::aws::encode_event(type, payload);
}
const std::string kUsage = R"("usage":{"inputTokens":10,"outputTokens":5,"totalTokens":15})";
constexpr const char* kEventStream = "application/vnd.amazon.eventstream";

ScriptedReply with(ScriptedReply reply, std::string name, std::string value) {
  reply.headers.emplace_back(std::move(name), std::move(value));
  return reply;
}
const std::string kBusy = R"({"error":{"message":"slow down","type":"rate_limit_error"}})";

}  // namespace

TEST_F(UpstreamTrouble, WhatOneDeploymentRefusesTheNextServes) {
  for (int status : {401, 403, 404, 408, 409, 424, 429, 500, 502, 503, 529}) {
    SCOPED_TRACE(status);
    start(UpstreamKind::kOpenAi, {{json_reply(status, kBusy)}, {json_reply(200, kWhole)}});
    for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(kChat, false).status, 200);
    EXPECT_LE(requests(0), 1u) << "it rests";
    EXPECT_GE(requests(1), 5u);
  }
}

TEST_F(UpstreamTrouble, EveryDeploymentIsAskedBeforeTheCallFails) {
  std::vector<std::vector<ScriptedReply>> scripts(5, {json_reply(503, "{}")});
  scripts[4] = {json_reply(200, kWhole)};
  start(UpstreamKind::kOpenAi, scripts);
  EXPECT_EQ(ask(kChat, false).status, 200);
}

TEST_F(UpstreamTrouble, WhatTimeHealsIsToldBeforeWhatItDoesNot) {
  start(UpstreamKind::kOpenAi,
        {{json_reply(401, "{}")}, {with(json_reply(429, kBusy), "retry-after", "30")}});
  auto seen = ask(kChat, false);
  EXPECT_EQ(seen.status, 429);
  EXPECT_EQ(seen.headers.get("retry-after"), "30");
  EXPECT_EQ(record().attempts, 2u);
}

TEST_F(UpstreamTrouble, RetryHeadersAreHonoured) {
  auto at = http::http_date(gateway_.loop.clock().wall() + 3s);
  start(UpstreamKind::kOpenAi,
        {{with(json_reply(429, kBusy), "retry-after", at),
          with(json_reply(429, kBusy), "retry-after-ms", "1500"), json_reply(200, kWhole)}});
  auto seen = ask(kChat, false);
  EXPECT_EQ(seen.status, 200);
  EXPECT_GE(seen.times[0], 2s + 1500ms);  // the date has whole seconds
  EXPECT_LE(seen.times[0], 6s);
}

TEST_F(UpstreamTrouble, AWordAgainstRetryingIsHonoured) {
  start(UpstreamKind::kOpenAi, {{with(json_reply(429, kBusy), "x-should-retry", "false")}});
  EXPECT_EQ(ask(kChat, false).status, 429);
  EXPECT_EQ(requests(), 1u);
}

TEST_F(UpstreamTrouble, AUsedUpQuotaIsAskedOnceAndToldAsFinal) {
  start(UpstreamKind::kOpenAi,
        {{json_reply(429, R"({"error":{"message":"You exceeded your current quota",)"
                          R"("type":"insufficient_quota","code":"insufficient_quota"}})")}});
  auto seen = ask(kChat, false);
  EXPECT_EQ(seen.status, 400);
  EXPECT_EQ(seen.headers.get("x-should-retry"), "false");
  EXPECT_THAT(seen.body, HasSubstr("quota"));
  EXPECT_EQ(requests(), 1u);
}

TEST_F(UpstreamTrouble, OverloadKeepsItsStatusInEachDialect) {
  start(UpstreamKind::kAnthropic, {{with(json_reply(529, R"({"type":"error","error":{"type":)"
                                                         R"("overloaded_error","message":"O"}})"),
                                         "retry-after", "20")}});
  auto seen = ask(kMessages, true);
  EXPECT_EQ(seen.status, 529);
  EXPECT_THAT(seen.body, HasSubstr("\"overloaded_error\""));
  EXPECT_EQ(seen.headers.get("retry-after"), "20");
}

TEST_F(UpstreamTrouble, AnErrorBeforeTheFirstEventIsAFailedAttempt) {
  start(UpstreamKind::kAnthropic,
        {{stream_reply({{{}, kOverloadedEvent}}), stream_reply({{{}, kMessage}})}});
  auto seen = ask(kMessages, true);
  EXPECT_EQ(seen.status, 200);
  EXPECT_EQ(seen.body, kMessage);
  EXPECT_EQ(requests(), 2u);
  EXPECT_EQ(entries(), 1);
}

TEST_F(UpstreamTrouble, AnErrorInsteadOfAnyEventHasItsStatus) {
  start(UpstreamKind::kAnthropic, {{stream_reply({{{}, kOverloadedEvent}})}});
  auto seen = ask(kMessages, true);
  EXPECT_EQ(seen.status, 529);
  EXPECT_THAT(seen.body, HasSubstr("broke off its answer with overloaded_error"));
  EXPECT_EQ(requests(), 3u);
  EXPECT_EQ(entries(), 0);
  EXPECT_EQ(record().outcome, "upstream_error");
}

TEST_F(UpstreamTrouble, AnExceptionInsteadOfAnyEventHasItsStatus) {
  auto thrown =
      wire::aws::encode_exception("validationException", R"({"message":"Input is too long."})");
  start(UpstreamKind::kBedrock, {{stream_reply({{{}, thrown}}, kEventStream)}});
  auto seen = ask(kChat, true);
  EXPECT_EQ(seen.status, 400);
  EXPECT_THAT(seen.body, HasSubstr(R"("message":"Input is too long.")"));
  EXPECT_EQ(requests(), 1u);
}

TEST_F(UpstreamTrouble, AnAnswerThatBreaksBeforeItsFirstEventHasAStatusAndIsNotRepeated) {
  auto reply = stream_reply({});
  reply.cut = true;
  start(UpstreamKind::kOpenAi, {{reply}});
  EXPECT_EQ(ask(kChat, true).status, 502);
  EXPECT_EQ(requests(), 1u) << "it may have been served and billed";
  EXPECT_EQ(entries(), 1);
}

TEST_F(UpstreamTrouble, AnExceptionInTheMiddleIsWordedAnew) {
  auto thrown = wire::aws::encode_exception(
      "validationException",
      R"({"message":"arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ax of account-123456789012"})");
  start(
      UpstreamKind::kBedrock,
      {{stream_reply({{{}, bedrock_event("messageStart", R"({"role":"assistant"})")}, {1s, thrown}},
                     kEventStream)}});
  auto seen = ask(kChat, true);
  EXPECT_EQ(seen.status, 200);
  EXPECT_FALSE(seen.ended);
  EXPECT_THAT(seen.body, HasSubstr("refused the request (validationException)"));
  EXPECT_THAT(seen.body, Not(HasSubstr("123456789012")));
  EXPECT_EQ(record().outcome, "cut");
}

TEST_F(UpstreamTrouble, AMalformedAnswerIsAnErrorAndPaid) {
  auto whole = R"({"output":{"message":{"role":"assistant","content":[{"text":"a"}]}},)"
               R"("stopReason":"malformed_tool_use",)" +
               kUsage + "}";
  auto streamed =
      bedrock_event("messageStart", R"({"role":"assistant"})") +
      bedrock_event("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":"hi"}})") +
      bedrock_event("messageStop", R"({"stopReason":"malformed_model_output"})");
  auto usage = bedrock_event("metadata", "{" + kUsage + "}");
  start(UpstreamKind::kBedrock,
        {{json_reply(200, whole), stream_reply({{{}, streamed}, {1s, usage}}, kEventStream)}});
  auto seen = ask(kChat, false);
  EXPECT_EQ(seen.status, 502);
  EXPECT_THAT(seen.body, HasSubstr("malformed (malformed_tool_use)"));
  EXPECT_EQ(record().outcome, "upstream_error");
  EXPECT_EQ(record().settlement, "reported");
  seen = ask(kChat, true);
  EXPECT_THAT(seen.body, HasSubstr(R"("content":"hi")"));
  EXPECT_THAT(seen.body, HasSubstr("malformed (malformed_model_output)"));
  EXPECT_THAT(seen.body, Not(HasSubstr("[DONE]")));
  EXPECT_EQ(record().outcome, "cut");
  EXPECT_EQ(record().settlement, "reported");
  EXPECT_EQ(entries(), 2);
}

TEST_F(UpstreamTrouble, TheClientHearsFromUsWhileTheProviderIsSilent) {
  auto reply = stream_reply({{{}, kText}, {40s, kStop + kDone}});
  reply.before_head = 40s;
  start(UpstreamKind::kOpenAi, {{reply}});
  auto seen = ask(kChat, true);
  EXPECT_EQ(seen.status, 200);
  EXPECT_TRUE(seen.ended);
  EXPECT_EQ(seen.times[0] / 1s, limits::kPingInterval / 1s);
  for (std::size_t i = 1; i < seen.times.size(); ++i) {
    EXPECT_LE(seen.times[i] - seen.times[i - 1], limits::kPingInterval + 1s);
  }
  EXPECT_TRUE(seen.body.starts_with(": ping\n\n: ping\n\n" + kText + ": ping\n\n: ping\n\n"));
  EXPECT_EQ(record().outcome, "ok");
}

TEST_F(UpstreamTrouble, SilenceOfOurOwnMakingIsBridgedToo) {
  std::vector<ScriptedReply::Part> parts{
      {{},
       bedrock_event("messageStart", R"({"role":"assistant"})") +
           bedrock_event("contentBlockStart", R"({"contentBlockIndex":0,"start":{"toolUse":)"
                                              R"({"toolUseId":"t","name":"patch"}}})")},
      {{},
       bedrock_event("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"toolUse":)"
                                          R"({"input":"{\"input\":\""}}})")}};
  for (int i = 0; i < 40; ++i) {  // held back: a custom call is told when it is whole
    parts.push_back(
        {1s, bedrock_event("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"toolUse":)"
                                                R"({"input":"abc "}}})")});
  }
  parts.push_back({{},
                   bedrock_event("contentBlockDelta", R"({"contentBlockIndex":0,"delta":)"
                                                      R"({"toolUse":{"input":"\"}"}}})") +
                       bedrock_event("contentBlockStop", R"({"contentBlockIndex":0})") +
                       bedrock_event("messageStop", R"({"stopReason":"tool_use"})") +
                       bedrock_event("metadata", "{" + kUsage + "}")});
  start(UpstreamKind::kBedrock, {{stream_reply(parts, kEventStream)}});
  auto seen = ask(kChat, true, R"(,"tools":[{"type":"custom","custom":{"name":"patch"}}])");
  EXPECT_TRUE(seen.ended);
  EXPECT_THAT(seen.body, HasSubstr(": ping\n\n: ping\n\n"));
}

TEST_F(UpstreamTrouble, AFailureAfterOurFirstPingIsToldInTheStream) {
  auto reply = json_reply(400, R"({"error":{"message":"no such parameter"}})");
  reply.before_head = 20s;
  start(UpstreamKind::kOpenAi, {{reply}});
  auto seen = ask(kChat, true);
  EXPECT_EQ(seen.status, 200);
  EXPECT_FALSE(seen.ended);
  EXPECT_THAT(seen.body, HasSubstr("no such parameter"));
  EXPECT_EQ(record().outcome, "upstream_error");
}

TEST_F(UpstreamTrouble, AnotherDeploymentServesAfterOurFirstPing) {
  auto late = json_reply(503, "{}");
  late.before_head = 20s;
  start(UpstreamKind::kOpenAi, {{late, stream_reply({{{}, kStreamed}})}});
  auto seen = ask(kChat, true);
  EXPECT_TRUE(seen.ended);
  EXPECT_EQ(seen.body, ": ping\n\n" + kStreamed);
}

TEST_F(UpstreamTrouble, StreamsOfCarelessServersAreWhole) {
  start(
      UpstreamKind::kOpenAi,
      {{stream_reply({{{}, "\xef\xbb\xbf" + kText + kStop}}, "Text/Event-Stream; charset=utf-8")}});
  auto seen = ask(kChat, true);
  EXPECT_EQ(seen.body, kStreamed);
  EXPECT_TRUE(seen.ended);
  EXPECT_EQ(record().outcome, "ok");
}

TEST_F(UpstreamTrouble, ABreakAfterTheLastEventIsNone) {
  auto reply = stream_reply({{{}, kStreamed}});
  reply.cut = true;
  start(UpstreamKind::kOpenAi, {{reply}});
  auto seen = ask(kChat, true);
  EXPECT_EQ(seen.body, kStreamed);
  EXPECT_TRUE(seen.ended);
  EXPECT_EQ(record().outcome, "ok");
}

TEST_F(UpstreamTrouble, AnErrorBodyWithStatus200IsAnError) {
  start(UpstreamKind::kOpenAi,
        {{json_reply(200, R"({"error":{"message":"boom","type":"server_error"}})"),
          json_reply(200, kWhole)}});
  auto seen = ask(kChat, false);
  EXPECT_EQ(seen.status, 200);
  EXPECT_EQ(seen.body, kWhole);
  EXPECT_EQ(entries(), 1);
}

namespace {

std::string packed(std::string_view base64) {
  return bedrock_event("chunk", "{\"bytes\":\"" + std::string(base64) + "\"}");
}
// {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","content":[],
// "usage":{"input_tokens":3,"output_tokens":1}}}
constexpr std::string_view kPackedStart =
    "eyJ0eXBlIjoibWVzc2FnZV9zdGFydCIsIm1lc3NhZ2UiOnsiaWQiOiJtIiwidHlwZSI6Im1lc3NhZ2UiLCJyb2xlIjoi"
    "YXNzaXN0YW50IiwiY29udGVudCI6W10sInVzYWdlIjp7ImlucHV0X3Rva2VucyI6Mywib3V0cHV0X3Rva2VucyI6MX19"
    "fQ==";

}  // namespace

// Messages served by InvokeModel: what its stream says is told as Converse's is.
TEST_F(UpstreamTrouble, AnExceptionInsteadOfAnyPackedEventHasItsStatus) {
  auto exception = wire::aws::encode_exception("throttlingException", R"({"message":"slow"})");
  start(UpstreamKind::kBedrock, {{stream_reply({{{}, exception}}, kEventStream)}});
  auto seen = ask(kMessages, true);
  EXPECT_EQ(seen.status, 429);
  EXPECT_THAT(seen.body, HasSubstr("rate_limit_error"));
  EXPECT_EQ(requests(), 3u);
  EXPECT_EQ(entries(), 0);
}

TEST_F(UpstreamTrouble, AnExceptionAmongPackedEventsIsToldInTheStream) {
  auto exception = wire::aws::encode_exception("modelStreamErrorException",
                                               R"({"message":"account 123456789012 broke"})");
  start(UpstreamKind::kBedrock,
        {{stream_reply({{{}, packed(kPackedStart)}, {1s, exception}}, kEventStream)}});
  auto seen = ask(kMessages, true);
  EXPECT_EQ(seen.status, 200);
  EXPECT_FALSE(seen.ended);
  EXPECT_THAT(seen.body, HasSubstr("event: message_start\n"));
  EXPECT_THAT(seen.body, HasSubstr("event: error\n"));
  EXPECT_THAT(seen.body, HasSubstr("modelStreamErrorException"));
  EXPECT_THAT(seen.body, testing::Not(HasSubstr("123456789012")));
  EXPECT_EQ(entries(), 1);
  EXPECT_EQ(record().upstream_dialect, "bedrock_invoke");
}

TEST_F(UpstreamTrouble, OverflowInAPackedStreamKeepsItsWords) {
  auto exception =
      wire::aws::encode_exception("validationException", R"({"message":"Input is too long."})");
  start(UpstreamKind::kBedrock, {{stream_reply({{{}, exception}}, kEventStream)}});
  auto seen = ask(kMessages, true);
  EXPECT_EQ(seen.status, 400);
  EXPECT_THAT(seen.body, HasSubstr("\"Input is too long.\""));
}

TEST_F(UpstreamTrouble, CountingThatIsNotOfferedSaysSo) {
  start(UpstreamKind::kOpenAi, {{json_reply(500, "{}")}});
  auto seen = ask("/v1/messages/count_tokens", false);
  EXPECT_EQ(seen.status, 501);
  EXPECT_THAT(seen.body, HasSubstr("\"not_supported\""));
  EXPECT_EQ(seen.headers.get("x-should-retry"), "false");
  EXPECT_EQ(requests(), 0u);
}

TEST_F(UpstreamTrouble, CountingThatFailsSaysSo) {
  start(UpstreamKind::kAnthropic, {{json_reply(503, "{}")}});
  auto seen = ask("/v1/messages/count_tokens", false);
  EXPECT_EQ(seen.status, 501);
  EXPECT_EQ(seen.headers.get("x-should-retry"), "false");
  EXPECT_EQ(seen.headers.find("retry-after"), std::nullopt);
}

}  // namespace sekisho::app::testing
