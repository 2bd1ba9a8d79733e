#pragma once
// For tests: a simulated world with one HTTP server at "server:80" and raw clients that send given
// bytes and write down what comes back.

#include <gtest/gtest.h>

#include <string>

#include "http/client.h"
#include "http/server.h"
#include "http/write_all.h"
#include "io/signal.h"
#include "io/sim_network.h"

namespace sekisho::http::testing {

using namespace std::chrono_literals;

struct SimWorld {
  explicit SimWorld(std::uint64_t seed = 1) : loop(seed) {}
  io::SimLoop loop;
  io::SimFabric fabric{loop};
  BodyBudget budget;
  BufferPool pool{budget};
  Origin origin{{"server", 80}, nullptr, "server.test"};
  io::Network& client_side() { return fabric.host("client"); }
};

// What a raw connection saw.
struct Transcript {
  std::string received;
  bool closed = false;  // in order
  bool reset = false;
  SteadyTime closed_at{};

  std::size_t count(std::string_view text) const {
    std::size_t n = 0;
    for (auto at = received.find(text); at != std::string::npos; at = received.find(text, at + 1)) {
      ++n;
    }
    return n;
  }
  bool has(std::string_view text) const { return count(text) > 0; }
};

// One raw connection: sends `text` when told, reads all the time.
class RawPeer {
 public:
  RawPeer(SimWorld& world, std::unique_ptr<io::Stream> stream)
      : stream_(std::move(stream)), scope_(std::make_unique<io::TaskScope>(world.loop)) {
    scope_->spawn(read_all());
  }
  // In the order of the calls: one writer at a time.
  void send(std::string_view text) {
    outbox_ += text;
    if (!std::exchange(writing_, true)) scope_->spawn(write_outbox());
  }
  void end() { stream_->shutdown(); }
  void close() {
    scope_.reset();
    stream_.reset();
  }
  const Transcript& seen() const { return seen_; }
  void stop_reading() { reading_ = false; }

 private:
  io::task<void> write_outbox() {
    while (!outbox_.empty()) {
      auto text = std::exchange(outbox_, {});
      iovec part = part_of(text);
      (void)co_await stream_->write({&part, 1});
    }
    writing_ = false;
  }
  io::task<void> read_all() {
    std::string buffer(4096, '\0');
    while (reading_) {
      auto n = co_await stream_->read({buffer.data(), buffer.size()});
      if (n) seen_.received.append(buffer, 0, *n);
      if (n && *n > 0) continue;
      (n ? seen_.closed : seen_.reset) = true;
      seen_.closed_at = stream_->loop().now();
      co_return;
    }
  }
  std::unique_ptr<io::Stream> stream_;
  bool reading_ = true;
  bool writing_ = false;
  std::string outbox_;
  Transcript seen_;
  std::unique_ptr<io::TaskScope> scope_;
};

inline std::unique_ptr<RawPeer> connect_raw(SimWorld& world, std::string_view first = {}) {
  std::unique_ptr<io::Stream> stream;
  auto run = [](SimWorld& in, std::unique_ptr<io::Stream>& out) -> io::task<void> {
    auto made = co_await in.client_side().connect({"server", 80}, nullptr, SteadyTime::max());
    EXPECT_TRUE(made);
    if (made) out = *std::move(made);
  };
  world.loop.run_until_done(run(world, stream));
  auto peer = std::make_unique<RawPeer>(world, std::move(stream));
  peer->send(first);
  return peer;
}

}  // namespace sekisho::http::testing
