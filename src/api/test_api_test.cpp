#include "api/test_api.h"

// The fixture's own code: a test file, so that it is not linked into the program.

namespace sekisho::api {
namespace {

catalog::GroupSettings file_model(UpstreamId upstream) {
  catalog::GroupSettings group;
  group.name = "sonnet";
  group.aliases = {"claude"};
  group.deployments.push_back(
      {{}, upstream, "us.anthropic.claude-sonnet-4-6", "", "us-east-1", 1, std::nullopt});
  return group;
}

}  // namespace

UnitId TestApi::make_unit(identity::IdentityStore& identities, const std::string& name,
                          UnitId parent) {
  identity::Unit unit;
  unit.organisation = organisation;
  unit.parent = parent;
  unit.name = name;
  unit.kind = "team";
  return units[name] = identities.create(unit).value();
}

void TestApi::make_user(identity::IdentityStore& identities, const std::string& name,
                        const std::string& role, UnitId unit) {
  identity::User user;
  user.organisation = organisation;
  user.unit = unit;
  user.name = name;
  user.email = name + "@example.com";
  user.role = role;
  users[name] = identities.create(user).value();
  identity::VirtualKey key;
  key.organisation = organisation;
  key.user = users[name];
  key.alias = name + "-key";
  auto made = identities.create(key, random, clock.wall()).value();
  keys[name] = made.text;
  key_ids[name] = made.key.id;
}

Result<> TestApi::populate(store::Database& db) {
  identity::IdentityStore identities(db);
  identity::Organisation example;
  example.name = "Example";
  TRY(auto made, identities.bootstrap(example, random, clock.wall()));
  organisation = made.organisation;
  keys["administrator"] = made.administrator->text;
  key_ids["administrator"] = made.administrator->key.id;
  auto dev = make_unit(identities, "dev", {});
  make_unit(identities, "team", dev);
  make_unit(identities, "sales", {});
  make_user(identities, "hana", "unit_head", units["dev"]);
  make_user(identities, "alice", "developer", units["team"]);
  make_user(identities, "bob", "developer", units["sales"]);
  make_user(identities, "ann", "auditor", {});
  catalog::CatalogStore models(db);
  TRY(auto upstream, models.upstream("aws", "bedrock"));
  return models.sync_file({file_model(upstream)});
}

Result<> TestApi::publish(store::Database& db) {
  TRY(auto world, identity::IdentityStore(db).load_world());
  TRY(auto models, catalog::CatalogStore(db).load_catalog());
  gateway::PolicySources sources{
      world, std::move(models), {}, {}, [this](ledger::Scope scope, const ledger::TimeZone& zone) {
        return ledger->account(scope, zone, clock.wall());
      }};
  TRY(auto policy, gateway::build_policy(std::move(sources), ++version));
  hub.publish(std::move(policy));
  return {};
}

void TestApi::SetUp() {
  store = store::StoreThread::start({.path = scratch.file("sekisho.db"), .durable = false},
                                    {identity::schema(), catalog::schema(), ledger::schema()})
              .value();
  trace::TraceStore::Options tracing;
  tracing.path = scratch.file("traces.db");
  traces = trace::TraceStore::start(tracing, clock).value();
  ledger::Ledger::Options books;
  books.directory = scratch.file("journal");
  books.threads = false;
  ledger = ledger::Ledger::open(books, *store).value();
  ledger_worker = ledger->make_worker(0, clock).value();
  worker = std::make_unique<gateway::Worker>(gateway::Worker{loop,
                                                             random,
                                                             client,
                                                             buffers,
                                                             *ledger_worker,
                                                             slot,
                                                             guard::RuleSet::builtin_secrets(),
                                                             observer,
                                                             gateway::ConversationMemory(0),
                                                             {},
                                                             false});
  control = std::make_unique<Control>(
      Control{*store, *traces, clock, [this](store::Database& db) { return publish(db); },
              [] { return std::string("sekisho_up 1\n"); }, [this] { return why_not_ready; }});
  router = std::make_unique<Router>(*control, all_routes());
  auto ready = store->write_now([this](store::Database& db) { return populate(db); });
  ASSERT_TRUE(ready) << ready.error().detail;
  // No worker is known to the hub yet, so this one is set by hand.
  ASSERT_TRUE(store->write_now([this](store::Database& db) { return publish(db); }));
  slot.set(hub.latest());
  hub.add_worker(loop, slot);
}

void TestApi::TearDown() {
  router.reset();
  worker.reset();
  ledger_worker.reset();
  if (ledger) EXPECT_TRUE(ledger->close());
  traces.reset();
  store.reset();
}

// What the OpenAPI document says of this answer is true.
void TestApi::check_declared(const std::string& method, const std::string& target,
                             const Answer& answer) const {
  auto match = match_route(router->table(), method, target.substr(0, target.find('?')));
  if (!match.route || answer.status >= 400) return;
  EXPECT_EQ(answer.status, match.route->status) << method << ' ' << target;
  EXPECT_EQ(differs(match.route->answer, answer.document->root()), "")
      << method << ' ' << target << ": " << answer.body;
}

Answer TestApi::call(const std::string& who, const std::string& method, const std::string& target,
                     const std::string& body) {
  http::RequestHead head;
  head.method = method;
  head.target = target;
  auto known = keys.find(who);
  auto text = known == keys.end() ? who : known->second;
  if (!text.empty()) head.headers.add("authorization", "Bearer " + text);
  if (!language.empty()) head.headers.add("accept-language", language);
  TestExchange exchange(loop, head, body);
  loop.run_until_done(router->handle(exchange, *worker));
  Answer answer{exchange.status(), exchange.answer(), exchange.headers()};
  if (answer.headers.get("content-type") == "application/json") {
    EXPECT_TRUE(answer.document->parse(answer.body)) << answer.body;
    check_declared(method == "HEAD" ? "GET" : method, target, answer);
  }
  return answer;
}

RequestId TestApi::book(const std::string& who, const std::string& model, Money cost) {
  const auto& policy = *slot.current();
  const auto* key = policy.find_key(key_ids.at(who));
  const auto* group = policy.find_model(model);
  ledger::Ask ask;
  // Calls of one millisecond lie in no order.
  auto now = booked_at = std::max(clock.wall(), booked_at + std::chrono::milliseconds(1));
  ask.call = {RequestId::make(unix_ms(now), random.next(), random.next()),
              now,
              key->organisation,
              key->unit,
              key->user,
              key->key,
              group->id,
              group->deployments.front().id};
  ask.worst_case = cost;
  auto hold = ledger_worker->admit(ask, key->levels, slot.current());
  EXPECT_TRUE(hold && *hold);
  wire::Usage usage;
  usage.input = 100;
  usage.output = 20;
  (*hold)->settle(usage, cost, ledger::Settlement::kReported);
  EXPECT_TRUE(ledger->keep_books());
  trace::CallRecord record;
  record.request = ask.call.request;
  record.at = now;
  record.organisation = key->organisation;
  record.unit = key->unit;
  record.user = key->user;
  record.key = key->key;
  record.model = group->id;
  record.deployment = ask.call.deployment;
  record.model_asked = model;
  record.usage = usage;
  record.cost = cost;
  record.status = 200;
  record.outcome = "ok";
  record.tags = {"night"};
  EXPECT_TRUE(traces->push(0, std::move(record)));
  EXPECT_TRUE(traces->flush());
  return ask.call.request;
}

}  // namespace sekisho::api
