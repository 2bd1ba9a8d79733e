#include "io/resolver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>

#include "io/epoll_loop.h"

namespace sekisho::io {
namespace {

using namespace std::chrono_literals;

struct Slow {  // a look-up that the test lets go on
  std::counting_semaphore<> go{0};
  std::atomic<int> calls{0};
};

class ResolverTest : public ::testing::Test {
 protected:
  SystemClock clock_;
  EpollLoop loop_{clock_};
  std::shared_ptr<Slow> slow_ = std::make_shared<Slow>();
  Resolver resolver_{clock_,
                     [slow = slow_](const std::string& host) -> Result<Resolver::Addresses> {
                       ++slow->calls;
                       slow->go.acquire();
                       if (host == "bad.test") return fail(Code::kUpstreamUnreachable, "no such");
                       return Resolver::Addresses{*literal_address("192.0.2.7")};
                     }};
};

task<void> ask(Resolver& resolver, Loop& loop, std::string host, SteadyTime deadline,
               std::vector<std::string>& out) {
  auto answer = co_await resolver.resolve(loop, std::move(host), deadline);
  out.push_back(answer ? answer->front().host() : std::string(code_name(answer.error().code)));
}

task<void> ask_twice(Resolver& resolver, Loop& loop, Slow& slow, std::vector<std::string>& out) {
  TaskScope scope(loop);
  scope.spawn(ask(resolver, loop, "a.test", SteadyTime::max(), out));
  co_await loop.sleep_for(1us);
  scope.spawn(ask(resolver, loop, "a.test", SteadyTime::max(), out));
  co_await loop.sleep_for(1us);
  slow.go.release();
  while (out.size() < 2) co_await loop.sleep_for(1ms);
  co_await ask(resolver, loop, "a.test", SteadyTime::max(), out);  // from the cache
}

TEST_F(ResolverTest, OneLookUpServesAllWhoAskAndIsKept) {
  std::vector<std::string> out;
  loop_.run_until_done(ask_twice(resolver_, loop_, *slow_, out));
  EXPECT_EQ(out, std::vector<std::string>(3, "192.0.2.7"));
  EXPECT_EQ(slow_->calls, 1);
}

TEST_F(ResolverTest, FailureAndDeadlineAreTold) {
  std::vector<std::string> out;
  loop_.run_until_done(ask(resolver_, loop_, "slow.test", loop_.now() + 1ms, out));
  slow_->go.release(2);
  loop_.run_until_done(ask(resolver_, loop_, "bad.test", SteadyTime::max(), out));
  EXPECT_EQ(out, (std::vector<std::string>{"timeout", "upstream_unreachable"}));
}

TEST_F(ResolverTest, LiteralAddressesNeedNoLookUp) {
  std::vector<std::string> out;
  loop_.run_until_done(ask(resolver_, loop_, "127.0.0.1", SteadyTime::max(), out));
  loop_.run_until_done(ask(resolver_, loop_, "[::1]", SteadyTime::max(), out));
  EXPECT_EQ(out, (std::vector<std::string>{"127.0.0.1", "::1"}));
  EXPECT_EQ(slow_->calls, 0);
}

TEST_F(ResolverTest, AHungLookUpDelaysNeitherItsWaiterNorTheEnd) {
  std::vector<std::string> out;
  auto asking = ask(resolver_, loop_, "hung.test", SteadyTime::max(), out);
  asking.start();
  asking = {};
  slow_->go.release();
}

}  // namespace
}  // namespace sekisho::io
