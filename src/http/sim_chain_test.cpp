#include "http/sim_chain.h"

#include <charconv>

#include "io/tls_test_authority.h"

namespace sekisho::http::testing {
namespace {

std::string pattern(std::size_t bytes, unsigned key) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>(i * 7 + i / 251 + key * 31);
  return text;
}

}  // namespace

std::string Job::target() const {
  std::string text = "/";
  for (std::size_t field : {std::size_t{static_cast<unsigned>(kind)}, std::size_t{id},
                            question_bytes, answer_bytes, std::size_t{head}, std::size_t{once}}) {
    text += std::to_string(field) + ".";
  }
  return text;
}

Job Job::parse(std::string_view target) {
  std::size_t fields[6] = {};
  const auto* at = target.data() + 1;
  for (auto& field : fields) at = std::from_chars(at, target.data() + target.size(), field).ptr + 1;
  return {static_cast<Kind>(fields[0]),
          static_cast<unsigned>(fields[1]),
          fields[2],
          fields[3],
          fields[4] == 1,
          fields[5] == 1};
}

std::string Job::question() const {
  return pattern(question_bytes, id);
}

std::string Job::answer() const {
  bool none = head || kind == Kind::kEmpty;
  return pattern(none ? 0 : answer_bytes, id + 1000);
}

Host::Host(SimWorld& world, BufferPool& pool, std::string name, Handler handler)
    : world_(world), pool_(pool), name_(std::move(name)), handler_(std::move(handler)) {}

void Host::start(const io::TlsServerContext* tls) {
  auto& network = world_.fabric.host(name_);
  server_ = std::make_unique<Server>(world_.loop, network, pool_, ServerOptions{}, handler_);
  listener_ = *network.listen({name_, 80}, [this, tls](std::unique_ptr<io::Transport> accepted) {
    server_->adopt(std::move(accepted), tls);
  });
}

void Host::crash() {
  listener_.reset();
  world_.fabric.crash(name_);
  server_->close_all();
}

void Host::stop() {
  listener_.reset();
  server_->drain([] {});
}

Chain::Chain(std::uint64_t seed, ChainTls tls) : world(seed), tls_(tls) {
  auto client = [this](const char* host, BufferPool& pool) {
    return std::make_unique<Client>(world.loop, world.fabric.host(host), pool, ClientOptions{});
  };
  relay_client = client("relay", relay_pool);
  caller_client = client("caller", world.pool);
  upstream = std::make_unique<Host>(world, upstream_pool, "upstream",
                                    [this](ServerExchange& e) { return serve_upstream(e); });
  relay = std::make_unique<Host>(world, relay_pool, "relay",
                                 [this](ServerExchange& e) { return serve_relay(e); });
  upstream->start(tls.server);
  relay->start(tls.server);
}

void Chain::note(std::string_view what, unsigned id) {
  history += std::to_string(world.loop.now().time_since_epoch().count()) + " ";
  history.append(what).append(" " + std::to_string(id) + "\n");
}

io::task<void> Chain::serve_upstream(ServerExchange& exchange) {
  auto job = Job::parse(exchange.request().target);
  note("executed", job.id);
  ++executions[job.id];
  if (job.kind == Kind::kSlow) co_await world.loop.sleep_for(Duration(below(400'000'000'000)));
  if (job.kind != Kind::kUnread) {
    auto body = upstream_pool.make();
    if (!co_await exchange.read_body(body)) co_return exchange.abort();
    if (body.view() != job.question()) oddities.push_back("question of " + job.target());
  }
  if (job.kind == Kind::kStream || job.kind == Kind::kCut) co_return co_await stream(exchange, job);
  (void)co_await exchange.respond(job.status(), {}, job.answer());
}

io::task<void> Chain::stream(ServerExchange& exchange, const Job& job) {
  auto text = job.answer();
  std::string_view rest = text;
  if (!co_await exchange.start(200, {})) co_return;
  while (!rest.empty()) {
    auto piece = rest.substr(0, 1 + below(chance(20) ? 60'000 : 500));
    if (job.kind == Kind::kCut && piece.size() == rest.size()) co_return exchange.abort();
    if (!co_await exchange.send(piece)) co_return;
    rest.remove_prefix(piece.size());
    if (chance(30)) co_await world.loop.sleep_for(Duration(below(1'000'000'000)));
  }
  if (job.kind == Kind::kCut) co_return exchange.abort();
  (void)co_await exchange.finish();
}

io::task<void> Chain::serve_relay(ServerExchange& exchange) {
  CancelSource cancel;
  exchange.on_client_gone([&cancel] { cancel.cancel(); });
  auto job = Job::parse(exchange.request().target);
  auto body = relay_pool.make();
  if (!co_await exchange.read_body(body)) {
    (void)co_await exchange.respond(408, {}, "");
    co_return;
  }
  if (body.view() != job.question()) oddities.push_back("relayed question of " + job.target());
  iovec part = part_of(body.view());
  ClientRequest request{.method = exchange.request().method,
                        .target = exchange.request().target,
                        .body = {&part, 1},
                        .repeat_on_stale = !job.once};
  auto response = co_await relay_client->send(to_upstream_, request, &cancel);
  if (!response) {
    (void)co_await exchange.respond(502, {}, code_name(response.error().code));
    co_return;
  }
  co_await pass_on(exchange, **response);
}

io::task<void> Chain::pass_on(ServerExchange& exchange, ClientResponse& response) {
  if (!co_await exchange.start(response.head().status, {})) co_return;
  for (;;) {
    auto soft = world.loop.now() + Duration(below(100'000'000'000));
    auto piece = co_await response.read(soft);
    if (!piece && piece.error().code == Code::kTimeout) continue;
    if (!piece) co_return exchange.abort();
    if (piece->empty()) break;
    if (!co_await exchange.send(*piece)) co_return;
  }
  (void)co_await exchange.finish();
}

Job Chain::make_job(unsigned id) {
  auto size = [this] { return below(chance(10) ? 300'000 : chance(50) ? 30'000 : 300); };
  Job job{static_cast<Kind>(below(kKinds)), id, size(), size(), chance(10), chance(30)};
  if (job.head) job.question_bytes = 0;
  return job;
}

io::task<void> Chain::call(unsigned first_id, unsigned requests) {
  for (auto id = first_id; id < first_id + requests; ++id) {
    Outcome outcome{.job = make_job(id)};
    co_await one_call(outcome);
    note(outcome.error ? code_name(*outcome.error) : std::to_string(outcome.status), id);
    outcomes.push_back(std::move(outcome));
    if (chance(30)) co_await world.loop.sleep_for(Duration(below(90'000'000'000)));
  }
}

io::task<void> Chain::one_call(Outcome& outcome) {
  const auto& job = outcome.job;
  CancelSource cancel;
  io::Timer canceller(world.loop, [&] {
    outcome.cancelled = true;
    cancel.cancel();
  });
  if (chance(25)) canceller.arm(world.loop.now() + Duration(below(chance(50) ? 2'000'000 : 4e9)));
  auto question = job.question();
  auto target = job.target();
  iovec part = part_of(question);
  std::string_view method = job.head ? "HEAD" : question.empty() ? "GET" : "POST";
  ClientRequest request{
      .method = method, .target = target, .body = {&part, 1}, .repeat_on_stale = !job.once};
  auto response = co_await caller_client->send(to_relay_, request, &cancel);
  if (!response) {
    outcome.error = response.error().code;
    co_return;
  }
  outcome.status = (*response)->head().status;
  co_await read_answer(**response, outcome);
}

io::task<void> Chain::read_answer(ClientResponse& response, Outcome& outcome) {
  if (chance(50)) {
    auto body = world.pool.make();
    auto all = co_await response.read_all(body, 1 << 20);
    if (!all) outcome.error = all.error().code;
    outcome.body = body.view();
    co_return;
  }
  for (;;) {
    auto piece = co_await response.read();
    if (!piece) outcome.error = piece.error().code;
    if (!piece || piece->empty()) co_return;
    outcome.body += *piece;
    if (chance(2)) {  // drops the answer in its middle
      outcome.cancelled = true;
      outcome.error = Code::kCancelled;
      co_return;
    }
    if (chance(5)) co_await world.loop.sleep_for(Duration(below(3'000'000'000)));
  }
}

void Chain::set_faults() {
  auto& faults = world.fabric.faults;
  faults.refuse = static_cast<unsigned>(below(100));
  faults.hang = static_cast<unsigned>(below(50));
  faults.reset = static_cast<unsigned>(below(30));
  faults.block = static_cast<unsigned>(below(300));
  faults.latency_most = std::chrono::microseconds(100 + below(100'000));
}

void Chain::start_callers(unsigned callers, unsigned requests) {
  for (unsigned i = 0; i < callers; ++i) callers_.spawn(call(i * requests, requests));
}

void Chain::start_disasters(unsigned count) {
  disasters_.spawn(disasters(count));
}

io::task<void> Chain::disasters(unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    co_await world.loop.sleep_for(Duration(below(20'000'000'000)));
    strike();
    co_await world.loop.sleep_for(Duration(below(chance(20) ? 200'000'000'000 : 500'000'000)));
    for (auto* host : {"caller", "upstream"}) world.fabric.join(host, "relay");
    for (auto* host : {relay.get(), upstream.get()}) {
      if (!host->running()) host->start(tls_.server);
    }
  }
}

void Chain::strike() {
  auto& host = chance(50) ? *relay : *upstream;
  auto kind = below(4);
  note("disaster", static_cast<unsigned>(kind));
  if (kind == 0) return host.crash();
  if (kind == 1) return host.stop();
  world.fabric.part(kind == 2 ? "caller" : "upstream", "relay");
}

void Chain::play() {
  for (int hours = 0; callers_.size() + disasters_.size() > 0; ++hours) {
    if (hours == 100) return oddities.push_back("the callers never end");
    world.loop.run_for(1h);
  }
  world.loop.run_for(1h);
  if (!world.loop.idle()) oddities.push_back("something goes on for ever");
}

namespace {

// Whether this outcome may be, when nothing but the job itself goes wrong.
bool is_right(const Outcome& outcome) {
  const auto& job = outcome.job;
  bool cut = job.kind == Kind::kCut;
  if (outcome.error) return cut && !job.head && outcome.error == Code::kUpstreamFailed;
  if (cut && outcome.status == 502) return true;  // before its head had left
  if (cut && !job.head) return false;
  return outcome.status == job.status() && outcome.body == job.answer();
}

// Whether it may be when the network and the hosts fail too: an error, but never a wrong answer.
bool is_lawful(const Outcome& outcome) {
  if (outcome.error == Code::kCancelled) return outcome.cancelled;
  if (outcome.error) {
    return outcome.error == Code::kUpstreamFailed || outcome.error == Code::kUpstreamTimeout ||
           outcome.error == Code::kUpstreamUnreachable;
  }
  return outcome.status == 502 || outcome.status == 408 || is_right(outcome);
}

void expect_nothing_left(const Chain& chain) {
  EXPECT_EQ(chain.caller_client->open_connections(), 0u);
  EXPECT_EQ(chain.relay_client->open_connections(), 0u);
  for (const auto* host : {chain.upstream.get(), chain.relay.get()}) {
    EXPECT_EQ(host->server().connections(), 0u);
    EXPECT_EQ(host->server().active_exchanges(), 0u);
  }
  EXPECT_EQ(chain.world.fabric.open_streams(), 0u);
  EXPECT_EQ(chain.world.budget.used() + chain.relay_budget.used() + chain.upstream_budget.used(),
            0u);
  EXPECT_TRUE(chain.oddities.empty()) << chain.oddities.front();
}

void expect_lawful(const Chain& chain, bool peace) {
  for (const auto& outcome : chain.outcomes) {
    const auto& job = outcome.job;
    auto code = outcome.error ? code_name(*outcome.error) : "";
    bool good = peace && !outcome.cancelled ? is_right(outcome) : is_lawful(outcome);
    EXPECT_TRUE(good) << job.target() << " " << outcome.status << " " << code << " "
                      << outcome.body.size();
    auto found = chain.executions.find(job.id);
    auto times = found == chain.executions.end() ? 0u : found->second;
    // A connection that closes without a byte looks stale, also when the answer was cut so early.
    auto most = job.once ? 1u : !peace ? 4u : job.kind == Kind::kCut ? 2u : 1u;
    EXPECT_LE(times, most) << job.target();
    bool answered = !outcome.error && outcome.status == job.status();
    if (answered) EXPECT_GE(times, 1u) << job.target();
  }
}

TEST(SimChain, InPeaceEveryCallGetsItsOwnAnswerAtEverySeed) {
  for (std::uint64_t seed = 1; seed <= 1000 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Chain chain(seed);
    chain.start_callers(3, 6);
    chain.play();
    ASSERT_EQ(chain.outcomes.size(), 18u);
    expect_lawful(chain, true);
    expect_nothing_left(chain);
  }
}

TEST(SimChain, WithFaultsAndDisastersNoAnswerIsWrongAndNothingIsLeft) {
  for (std::uint64_t seed = 1; seed <= 3000 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Chain chain(seed);
    if (seed % 3 != 0) chain.set_faults();
    if (seed % 3 != 1) chain.start_disasters(5);
    chain.start_callers(3, 6);
    chain.play();
    ASSERT_EQ(chain.outcomes.size(), 18u);
    expect_lawful(chain, false);
    expect_nothing_left(chain);
  }
}

TEST(SimChain, TheSameHoldsOverTls) {
  io::testing::Authority authority("Chain");
  auto pair = authority.issue("hosts", "DNS:relay,DNS:upstream");
  auto server = io::TlsServerContext::load(pair.certificate_file, pair.key_file);
  auto client = io::TlsClientOptions::create({.ca_file = authority.file()});
  ASSERT_TRUE(server && client);
  for (std::uint64_t seed = 1; seed <= 60 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Chain chain(seed, {server->get(), client->get()});
    if (seed % 2 == 0) chain.set_faults();
    if (seed % 4 == 0) chain.start_disasters(5);
    chain.start_callers(3, 6);
    chain.play();
    expect_lawful(chain, seed % 2 == 1);
    expect_nothing_left(chain);
  }
}

TEST(SimChain, TheSameSeedGivesTheSameHistory) {
  auto history = [](std::uint64_t seed) {
    Chain chain(seed);
    chain.set_faults();
    chain.start_disasters(5);
    chain.start_callers(3, 6);
    chain.play();
    return chain.history;
  };
  for (std::uint64_t seed = 1; seed <= 20; ++seed) ASSERT_EQ(history(seed), history(seed));
  EXPECT_NE(history(1), history(2));
}

}  // namespace
}  // namespace sekisho::http::testing
