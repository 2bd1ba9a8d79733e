#pragma once
// For tests: the real loop with real sockets on 127.0.0.1, plain or TLS, and raw connections that
// send given bytes and read what comes back. Every wait has a deadline far beyond what is tested,
// so that a fault fails and does not hang.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "http/client.h"
#include "http/server.h"
#include "http/write_all.h"
#include "io/epoll_network.h"
#include "io/signal.h"
#include "io/tls.h"
#include "io/tls_test_authority.h"

namespace sekisho::http::testing {

using namespace std::chrono_literals;

inline std::size_t open_descriptors() {
  std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

struct TestTls {
  TestTls() {
    auto pair = authority.issue("server", "IP:127.0.0.1");
    server = *io::TlsServerContext::load(pair.certificate_file, pair.key_file);
    client = *io::TlsClientOptions::create({.ca_file = authority.file()});
  }
  io::testing::Authority authority{"Sockets"};
  std::unique_ptr<io::TlsServerContext> server;
  std::unique_ptr<io::TlsClientOptions> client;
};

struct SocketWorld {
  SystemClock clock;
  io::EpollLoop loop{clock};
  io::Resolver resolver{clock};
  io::EpollNetwork network{loop, resolver};
  BodyBudget budget;
  BufferPool pool{budget};

  void run(io::task<void> work) { loop.run_until_done(std::move(work)); }
  // Turns the loop until `condition` holds; false when it does not within the deadline.
  bool until(std::function<bool()> condition) {
    auto poll = [](io::Loop& on, const std::function<bool()>& holds) -> io::task<void> {
      auto deadline = on.now() + 20s;
      while (!holds() && on.now() < deadline) co_await on.sleep_for(1us);
    };
    run(poll(loop, condition));
    return condition();
  }
};

// How a connection was found to have ended.
enum class End { kNone, kOrderly, kReset };

class RawConnection {
 public:
  static std::unique_ptr<RawConnection> open(SocketWorld& world, const io::Endpoint& to,
                                             const io::TlsClientOptions* tls) {
    std::unique_ptr<io::Stream> stream;
    auto connect = [](SocketWorld& in, io::Endpoint at, const io::TlsClientOptions* with,
                      std::unique_ptr<io::Stream>& out) -> io::task<void> {
      auto made = co_await in.network.connect(at, with, in.loop.now() + 20s);
      EXPECT_TRUE(made) << made.error().detail;
      if (made) out = *std::move(made);
    };
    world.run(connect(world, to, tls, stream));
    return stream ? std::make_unique<RawConnection>(world, std::move(stream)) : nullptr;
  }
  RawConnection(SocketWorld& world, std::unique_ptr<io::Stream> stream)
      : world_(world), stream_(std::move(stream)) {}

  void send(std::string_view text) { world_.run(write(text)); }
  // Until `text` is the end of what was received, or the connection's end.
  const std::string& read_until(std::string_view text) {
    world_.run(read([text](std::string_view got) { return got.ends_with(text); }));
    return received;
  }
  const std::string& read_to_end() {
    world_.run(read([](std::string_view) { return false; }));
    return received;
  }
  io::Stream& stream() { return *stream_; }

  std::string received;
  End end = End::kNone;

 private:
  io::task<void> write(std::string_view text) {
    iovec part = part_of(text);
    (void)co_await stream_->write({&part, 1}, world_.loop.now() + 20s);
  }
  io::task<void> read(std::function<bool(std::string_view)> enough) {
    std::string buffer(65'536, '\0');
    while (end == End::kNone && !enough(received)) {
      auto n = co_await stream_->read({buffer.data(), buffer.size()}, world_.loop.now() + 20s);
      if (!n) {
        EXPECT_NE(n.error().code, Code::kTimeout) << "got only: " << received;
        if (n.error().code == Code::kTimeout) co_return;
      }
      if (!n || *n == 0) {
        end = n ? End::kOrderly : End::kReset;
      } else {
        received.append(buffer, 0, *n);
      }
    }
  }
  SocketWorld& world_;
  std::unique_ptr<io::Stream> stream_;
};

}  // namespace sekisho::http::testing
