#pragma once
// One simulated connection: two pipes, two ends. Internal to the simulated network. What happens
// at one end is told to the other by a timer, never from inside a call: a real kernel does so too.

#include <deque>
#include <memory>
#include <string>

#include "io/sim_network.h"

namespace sekisho::io {

class SimStream;

// One direction. Bytes fly for a while, then lie arrived until they are read.
struct SimPipe {
  struct Segment {
    SteadyTime arrives;
    std::string bytes;
    bool end = false;    // FIN
    bool reset = false;  // RST
  };
  std::size_t queued() const { return flying_bytes + arrived.size(); }

  std::deque<Segment> flying;
  std::size_t flying_bytes = 0;
  std::string arrived;
  bool ended = false;  // the FIN arrived
};

struct SimConnection {
  SimConnection(SimFabric& in, std::string client, std::string server);
  ~SimConnection();
  SimConnection(const SimConnection&) = delete;
  SimConnection& operator=(const SimConnection&) = delete;

  static constexpr std::size_t other(std::size_t side) { return 1 - side; }
  void send(std::size_t from, SimPipe::Segment segment);
  void deliver(std::size_t to);
  void arm(std::size_t to);
  void reset_both();

  SimFabric& fabric;
  const std::uint64_t id;
  std::string hosts[2];            // 0: who connected, 1: who accepted
  SimPipe pipes[2];                // towards that side
  SimStream* ends[2] = {};         // null: closed
  bool broken = false;             // reset
  bool black_hole = false;         // carries nothing
  std::optional<Timer> timers[2];  // next delivery towards that side
};

class SimStream final : public Stream {
 public:
  SimStream(std::shared_ptr<SimConnection> connection, std::size_t side);
  ~SimStream() override;

  Attempt try_read(std::span<char> out) override;
  Attempt try_write(std::span<const iovec> parts) override;
  void shutdown() override;
  void reset() override;
  bool readable_now() override;
  std::string peer_address() const override;

 private:
  friend struct SimConnection;
  void close_transport() override;
  void broke();
  void something_arrived();
  void something_left() { wake(Direction::kWrite); }
  SimPipe& incoming() { return connection_->pipes[side_]; }
  SimPipe& outgoing() { return connection_->pipes[SimConnection::other(side_)]; }

  std::shared_ptr<SimConnection> connection_;
  std::size_t side_;
  bool open_ = true;
  bool end_sent_ = false;
  Timer unblock_;
};

struct SimTransport final : Transport {
  explicit SimTransport(std::unique_ptr<SimStream> accepted) : stream(std::move(accepted)) {}
  std::unique_ptr<SimStream> stream;
};

}  // namespace sekisho::io
