#include <gtest/gtest.h>

#include "io/sim_network.h"

namespace sekisho::io {
namespace {

using namespace std::chrono_literals;

struct World {
  explicit World(std::uint64_t seed) : loop(seed) {}
  SimLoop loop;
  SimFabric fabric{loop};
  TaskScope scope{loop};
  std::unique_ptr<Listener> listener;
};

task<void> echo(Network& network, std::unique_ptr<Transport> transport) {
  auto stream = co_await network.adopt(std::move(transport), nullptr, SteadyTime::max());
  std::string buffer(1000, '\0');
  for (;;) {
    auto n = co_await (*stream)->read({buffer.data(), buffer.size()});
    if (!n || *n == 0) co_return;
    iovec part{buffer.data(), *n};
    if (!co_await (*stream)->write({&part, 1})) co_return;
  }
}

void serve_echo(World& world, const std::string& host) {
  auto& network = world.fabric.host(host);
  auto accept = [&](std::unique_ptr<Transport> t) {
    world.scope.spawn(echo(network, std::move(t)));
  };
  world.listener = *network.listen({host, 80}, accept);
}

task<void> send_text(Stream& stream, const std::string& text) {
  iovec part{const_cast<char*>(text.data()), text.size()};
  co_await stream.write({&part, 1});
}

task<void> talk(World& world, std::string text, std::string& got, Code& code) {
  auto& network = world.fabric.host("client");
  auto stream = co_await network.connect({"server", 80}, nullptr, world.loop.now() + 5s);
  if (!stream) {
    code = stream.error().code;
    co_return;
  }
  TaskScope scope(world.loop);
  scope.spawn(send_text(**stream, text));
  std::string buffer(777, '\0');
  while (got.size() < text.size()) {
    auto n = co_await (*stream)->read({buffer.data(), buffer.size()}, world.loop.now() + 60s);
    if (!n || *n == 0) {
      code = n ? Code::kClosed : n.error().code;
      co_return;
    }
    got.append(buffer, 0, *n);
  }
}

constexpr auto kNoError = Code::kInternal;

std::pair<std::string, Code> run_talk(World& world, std::string text) {
  std::string got;
  auto code = kNoError;
  world.loop.run_until_done(talk(world, std::move(text), got, code));
  return {got, code};
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 11 + i / 256);
  return text;
}

TEST(Sim, AnHourOfSleepTakesNoTime) {
  SimLoop loop(1);
  auto start = loop.clock().wall();
  auto sleep = [](Loop& on) -> task<void> { co_await on.sleep_for(1h); };
  loop.run_until_done(sleep(loop));
  EXPECT_EQ(loop.clock().wall() - start, 1h);
}

TEST(Sim, BytesArriveWholeAndInOrderAtEverySeed) {
  auto text = pattern(200'000);
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    World world(seed);
    serve_echo(world, "server");
    auto [got, code] = run_talk(world, text);
    ASSERT_TRUE(got == text) << "seed " << seed;
    ASSERT_EQ(code, kNoError);
  }
}

TEST(Sim, TheSameSeedGivesTheSameRun) {
  std::vector<SteadyTime> ends;
  for (std::uint64_t seed : {7u, 7u, 8u}) {
    World world(seed);
    serve_echo(world, "server");
    run_talk(world, pattern(10'000));
    ends.push_back(world.loop.now());
  }
  EXPECT_EQ(ends[0], ends[1]);
  EXPECT_NE(ends[0], ends[2]);
}

TEST(Sim, FaultsLookLikeThoseOfARealNetwork) {
  World world(3);
  EXPECT_EQ(run_talk(world, "x").second, Code::kUpstreamUnreachable);  // nobody listens
  serve_echo(world, "server");
  world.fabric.faults.refuse = 1000;
  EXPECT_EQ(run_talk(world, "x").second, Code::kUpstreamUnreachable);
  world.fabric.faults.refuse = 0;
  world.fabric.faults.hang = 1000;
  EXPECT_EQ(run_talk(world, "x").second, Code::kTimeout);
  world.fabric.faults.hang = 0;
  world.fabric.faults.reset = 1000;
  EXPECT_EQ(run_talk(world, "x").second, Code::kClosed);
  world.fabric.faults.reset = 0;
  world.fabric.part("client", "server");
  EXPECT_EQ(run_talk(world, "x").second, Code::kTimeout);
  world.fabric.join("client", "server");
  EXPECT_EQ(run_talk(world, "x").first, "x");
}

TEST(Sim, APartitionDelaysBytesAndACrashResetsThem) {
  World world(4);
  serve_echo(world, "server");
  Timer part(world.loop, [&] { world.fabric.part("client", "server"); });
  Timer join(world.loop, [&] { world.fabric.join("server", "client"); });
  auto start = world.loop.now();
  part.arm(start + 5ms);
  join.arm(start + 10s);
  auto text = pattern(1'000'000);
  EXPECT_TRUE(run_talk(world, text).first == text);
  EXPECT_GE(world.loop.now(), start + 10s);
  Timer crash(world.loop, [&] { world.fabric.crash("server"); });
  crash.arm(world.loop.now() + 5ms);
  EXPECT_EQ(run_talk(world, text).second, Code::kClosed);
  world.loop.run_for(1s);
  EXPECT_EQ(world.fabric.open_streams(), 0u);
}

}  // namespace
}  // namespace sekisho::io
