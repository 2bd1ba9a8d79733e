#include "io/sim_stream.h"

#include <algorithm>

namespace sekisho::io {

SimConnection::SimConnection(SimFabric& in, std::string client, std::string server)
    : fabric(in), id(in.next_connection_++), hosts{std::move(client), std::move(server)} {
  for (std::size_t side : {0u, 1u}) {
    timers[side].emplace(fabric.loop_, [this, side] { deliver(side); });
  }
  fabric.connections_[id] = this;
}

SimConnection::~SimConnection() {
  fabric.connections_.erase(id);
}

void SimConnection::send(std::size_t from, SimPipe::Segment segment) {
  if (black_hole || broken) return;
  auto& pipe = pipes[other(from)];
  segment.arrives = fabric.loop_.now() + fabric.latency();
  if (!pipe.flying.empty()) {
    segment.arrives = std::max(segment.arrives, pipe.flying.back().arrives);
  }
  pipe.flying_bytes += segment.bytes.size();
  pipe.flying.push_back(std::move(segment));
  arm(other(from));
}

void SimConnection::arm(std::size_t to) {
  if (pipes[to].flying.empty() || fabric.parted(hosts[0], hosts[1])) return;
  timers[to]->arm(std::max(pipes[to].flying.front().arrives, fabric.loop_.now()));
}

void SimConnection::deliver(std::size_t to) {
  if (broken) {
    if (ends[to]) ends[to]->broke();
    return;
  }
  auto& pipe = pipes[to];
  if (pipe.flying.empty() || fabric.parted(hosts[0], hosts[1])) return;
  auto segment = std::move(pipe.flying.front());
  pipe.flying.pop_front();
  pipe.flying_bytes -= segment.bytes.size();
  arm(to);
  if (segment.reset) return reset_both();
  if (!ends[to]) {  // bytes for a closed socket are answered by a reset
    if (!segment.end) send(to, {.reset = true});
    return;
  }
  pipe.arrived += segment.bytes;
  pipe.ended |= segment.end;
  ends[to]->something_arrived();
}

void SimConnection::reset_both() {
  broken = true;
  for (auto& timer : timers) timer->arm(fabric.loop_.now());
}

SimStream::SimStream(std::shared_ptr<SimConnection> connection, std::size_t side)
    : Stream(connection->fabric.loop_),
      connection_(std::move(connection)),
      side_(side),
      unblock_(loop(), [this] { something_left(); }) {
  connection_->ends[side_] = this;
  ++connection_->fabric.streams_;
}

SimStream::~SimStream() {
  close_transport();
  --connection_->fabric.streams_;
}

void SimStream::close_transport() {
  if (!std::exchange(open_, false)) return;
  bool unread = !incoming().arrived.empty();
  connection_->ends[side_] = nullptr;
  if (unread) {
    connection_->send(side_, {.reset = true});
  } else {
    shutdown();
  }
}

void SimStream::shutdown() {
  if (!std::exchange(end_sent_, true)) connection_->send(side_, {.end = true});
}

void SimStream::reset() {
  end_sent_ = true;
  connection_->send(side_, {.reset = true});
  Stream::fail({Code::kClosed, "reset"});
}

void SimStream::broke() {
  something_left();
  something_arrived();
}

void SimStream::something_arrived() {
  wake(Direction::kRead);
  if (incoming().ended || connection_->broken) peer_gone();
}

Attempt SimStream::try_read(std::span<char> out) {
  if (!open_ || connection_->broken) return sekisho::fail(Code::kClosed, "Connection reset");
  auto& pipe = incoming();
  if (pipe.arrived.empty() && !pipe.ended) return std::nullopt;
  auto count = std::min(out.size(), pipe.arrived.size());
  if (count == 0) return Result<std::size_t>(0);
  auto& fabric = connection_->fabric;
  if (fabric.faults.split && fabric.chance(300)) count = 1 + fabric.loop_.random().below(count);
  bool was_full = pipe.queued() >= fabric.faults.pipe_bytes;
  std::copy_n(pipe.arrived.begin(), count, out.begin());
  pipe.arrived.erase(0, count);
  ++fabric.reads;
  auto* writer = connection_->ends[SimConnection::other(side_)];
  if (was_full && writer) writer->unblock_.arm(loop().now() + fabric.latency());
  return Result<std::size_t>(count);
}

Attempt SimStream::try_write(std::span<const iovec> parts) {
  if (!open_ || end_sent_ || connection_->broken) {
    return sekisho::fail(Code::kClosed, "Broken pipe");
  }
  auto& fabric = connection_->fabric;
  if (unblock_.armed()) return std::nullopt;
  if (fabric.chance(fabric.faults.block)) {
    unblock_.arm(loop().now() + fabric.latency());
    return std::nullopt;
  }
  if (fabric.chance(fabric.faults.reset)) {
    connection_->reset_both();
    return sekisho::fail(Code::kClosed, "Connection reset");
  }
  auto queued = outgoing().queued();
  if (queued >= fabric.faults.pipe_bytes) return std::nullopt;
  std::string bytes;
  auto room = fabric.faults.pipe_bytes - queued;
  for (const auto& part : parts) {
    auto step = std::min(part.iov_len, room - bytes.size());
    bytes.append(static_cast<const char*>(part.iov_base), step);
  }
  if (bytes.empty()) return Result<std::size_t>(0);
  if (fabric.faults.split && fabric.chance(300)) {
    bytes.resize(1 + fabric.loop_.random().below(bytes.size()));
  }
  auto count = bytes.size();
  ++fabric.writes;
  connection_->send(side_, {.bytes = std::move(bytes)});
  return Result<std::size_t>(count);
}

bool SimStream::readable_now() {
  return !open_ || connection_->broken || incoming().ended || !incoming().arrived.empty();
}

std::string SimStream::peer_address() const {
  return connection_->hosts[SimConnection::other(side_)];
}

}  // namespace sekisho::io
