#pragma once
// What the tests of this module share: the API over a real store, ledger and trace store in a
// scratch directory, on one loop, with a small organisation:
//
//   Example ─ dev (head hana) ─ team (developer alice)
//           └ sales (developer bob)          auditor: ann, no unit
//
// Everybody has a key; `keys` holds their texts by name, "administrator" too.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "api/router.h"
#include "catalog/catalog_store.h"
#include "catalog/schema.h"
#include "gateway/policy_builder.h"
#include "identity/identity_store.h"
#include "identity/schema.h"
#include "io/epoll_loop.h"
#include "io/epoll_network.h"
#include "ledger/schema.h"
#include "store/scratch.h"
#include "wire/json_slice.h"

namespace sekisho::api {

// A request that stands in memory, and what was answered.
class TestExchange final : public http::ServerExchange {
 public:
  TestExchange(io::Loop& loop, http::RequestHead head, std::string body)
      : loop_(loop), head_(std::move(head)), body_(std::move(body)) {}
  const http::RequestHead& request() const override { return head_; }
  std::string_view peer_address() const override { return "192.0.2.1"; }
  bool secure() const override { return false; }
  io::Loop& loop() override { return loop_; }
  io::task<Result<void>> read_body(http::Buffer& into) override { co_return into.append(body_); }
  io::task<Result<void>> respond(int status, const http::Headers& headers,
                                 std::string_view body) override {
    EXPECT_EQ(answered_, 0) << "answered twice";
    answered_ = status;
    headers_ = headers;
    answer_ = body;
    co_return Result<void>();
  }
  io::task<Result<void>> start(int, const http::Headers&) override {
    co_return fail(Code::kInternal);
  }
  io::task<Result<void>> send(std::string_view) override { co_return fail(Code::kInternal); }
  bool try_send(std::string_view) override { return false; }
  io::task<Result<void>> finish() override { co_return fail(Code::kInternal); }
  void abort() override {}
  io::task<void> cut() override { co_return; }
  bool started() const override { return answered_ != 0; }
  void on_client_gone(std::move_only_function<void()>) override {}

  int status() const { return answered_; }
  const std::string& answer() const { return answer_; }
  const http::Headers& headers() const { return headers_; }

 private:
  io::Loop& loop_;
  http::RequestHead head_;
  std::string body_, answer_;
  http::Headers headers_;
  int answered_ = 0;
};

class SilentObserver final : public gateway::Observer {
 public:
  void call_finished(trace::CallRecord, const gateway::CallFinish&) override {}
  void upstream_problem(const RequestId&, std::string_view, const Error&) override {}
  void count_bug(std::string_view) override {}
};

// An answer, with its JSON ready to be asked.
struct Answer {
  int status = 0;
  std::string body;
  http::Headers headers;
  std::shared_ptr<wire::JsonDocument> document = std::make_shared<wire::JsonDocument>();

  // at("keys", 0, "alias"): members by name, elements by index.
  template <class... Steps>
  wire::JsonValue at(Steps... steps) const {
    auto value = document->root();
    ((value = step(value, steps)), ...);
    return value;
  }
  std::size_t count(std::string_view list) const {
    auto value = document->root().find(list);
    return static_cast<std::size_t>(std::distance(value.begin(), value.end()));
  }
  std::string message() const { return at("error", "message").text(); }

 private:
  static wire::JsonValue step(wire::JsonValue value, const char* name) { return value.find(name); }
  static wire::JsonValue step(wire::JsonValue value, int index) {
    for (auto element : value) {
      if (index-- == 0) return element;
    }
    return {};
  }
};

class TestApi : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  std::string language;  // Accept-Language of the calls
  // `who` is a name in `keys`, or a key's text, or "" for none.
  Answer call(const std::string& who, const std::string& method, const std::string& target,
              const std::string& body = {});
  Answer get(const std::string& who, const std::string& target) { return call(who, "GET", target); }
  Answer post(const std::string& who, const std::string& target, const std::string& body = {}) {
    return call(who, "POST", target, body);
  }
  Answer patch(const std::string& who, const std::string& target, const std::string& body) {
    return call(who, "PATCH", target, body);
  }
  Answer remove(const std::string& who, const std::string& target) {
    return call(who, "DELETE", target);
  }
  std::string path(const char* resource, std::int64_t id) const {
    return "/api/v1/" + std::string(resource) + "/" + std::to_string(id);
  }
  // Books one call of the named user's key: `model` by name.
  RequestId book(const std::string& who, const std::string& model, Money cost);

  void check_declared(const std::string& method, const std::string& target,
                      const Answer& answer) const;
  Result<> publish(store::Database& db);
  Result<> populate(store::Database& db);
  UnitId make_unit(identity::IdentityStore& identities, const std::string& name, UnitId parent);
  void make_user(identity::IdentityStore& identities, const std::string& name,
                 const std::string& role, UnitId unit);

  store::ScratchDirectory scratch;
  SystemClock clock;
  SystemRandom random;
  io::Resolver resolver{clock};
  io::EpollLoop loop{clock};
  io::EpollNetwork network{loop, resolver};
  http::BodyBudget budget;
  http::BufferPool buffers{budget};
  http::Client client{loop, network, buffers, {}};
  SilentObserver observer;
  gateway::PolicySlot slot;
  gateway::PolicyHub hub;
  std::unique_ptr<store::StoreThread> store;
  std::unique_ptr<trace::TraceStore> traces;
  std::unique_ptr<ledger::Ledger> ledger;
  std::unique_ptr<ledger::LedgerWorker> ledger_worker;
  std::unique_ptr<gateway::Worker> worker;
  std::unique_ptr<Control> control;
  std::unique_ptr<Router> router;
  std::string why_not_ready;
  std::uint64_t version = 0;
  WallTime booked_at{};
  OrganisationId organisation;
  std::map<std::string, std::string> keys;
  std::map<std::string, KeyId> key_ids;
  std::map<std::string, UserId> users;
  std::map<std::string, UnitId> units;
};

}  // namespace sekisho::api
