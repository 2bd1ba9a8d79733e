#include "io/sim_network.h"

#include <algorithm>

#include "io/sim_stream.h"
#include "io/tls_stream.h"

namespace sekisho::io {
namespace {

std::pair<std::string, std::string> ordered(std::string a, std::string b) {
  return a < b ? std::pair(std::move(a), std::move(b)) : std::pair(std::move(b), std::move(a));
}

}  // namespace

class SimListener final : public Listener {
 public:
  SimListener(SimFabric& fabric, std::string host, std::uint16_t port, AcceptCallback on_accept)
      : fabric_(fabric), at_(std::move(host), port), on_accept_(std::move(on_accept)) {
    fabric_.listeners_[at_] = this;
  }
  ~SimListener() override {
    auto found = fabric_.listeners_.find(at_);
    if (found != fabric_.listeners_.end() && found->second == this) fabric_.listeners_.erase(found);
  }
  Endpoint local() const override { return {at_.first, at_.second}; }
  void accept(std::unique_ptr<Transport> transport) { on_accept_(std::move(transport)); }

 private:
  SimFabric& fabric_;
  std::pair<std::string, std::uint16_t> at_;
  AcceptCallback on_accept_;
};

SimFabric::~SimFabric() = default;

SimNetwork& SimFabric::host(const std::string& name) {
  auto& host = hosts_[name];
  if (!host) host = std::make_unique<SimNetwork>(*this, name);
  return *host;
}

Duration SimFabric::latency() {
  auto span = static_cast<std::uint64_t>((faults.latency_most - faults.latency_least).count());
  return faults.latency_least + Duration(loop_.random().below(span + 1));
}

bool SimFabric::parted(const std::string& a, const std::string& b) const {
  return parted_.contains(ordered(a, b));
}

void SimFabric::part(const std::string& a, const std::string& b) {
  parted_.insert(ordered(a, b));
}

void SimFabric::join(const std::string& a, const std::string& b) {
  parted_.erase(ordered(a, b));
  for (auto& [id, connection] : connections_) {
    connection->arm(0);
    connection->arm(1);
  }
}

void SimFabric::crash(const std::string& host) {
  std::erase_if(listeners_, [&](const auto& entry) { return entry.first.first == host; });
  auto touched = connections_;
  for (auto& [id, connection] : touched) {
    if (connection->hosts[0] == host || connection->hosts[1] == host) connection->reset_both();
  }
}

Result<std::unique_ptr<Listener>> SimNetwork::listen(Endpoint at, AcceptCallback on_accept) {
  auto port = at.port ? at.port : fabric_.next_port_++;
  if (fabric_.listeners_.contains({name_, port})) {
    return fail(Code::kConflict, "address " + name_ + ":" + std::to_string(port) + " is in use");
  }
  return std::make_unique<SimListener>(fabric_, name_, port, std::move(on_accept));
}

task<Result<std::unique_ptr<Stream>>> SimNetwork::connect(Endpoint to, const TlsClientOptions* tls,
                                                          SteadyTime deadline) {
  auto& loop = fabric_.loop_;
  auto where = to.host + ":" + std::to_string(to.port);
  auto patience = std::chrono::milliseconds(1);
  do {  // while the hosts are parted, the handshake's segments are lost and sent again
    co_await loop.sleep_until(std::min(deadline, loop.now() + fabric_.latency()));
    patience *= 2;
    if (!fabric_.parted(name_, to.host)) break;
    co_await loop.sleep_until(std::min(deadline, loop.now() + patience));
  } while (loop.now() < deadline);
  if (loop.now() >= deadline) co_return fail(Code::kTimeout, "cannot connect to " + where);
  auto listener = fabric_.listeners_.find({to.host, to.port});
  if (listener == fabric_.listeners_.end() || fabric_.chance(fabric_.faults.refuse)) {
    co_return fail(Code::kUpstreamUnreachable,
                   "cannot connect to " + where + ": Connection refused");
  }
  auto connection = std::make_shared<SimConnection>(fabric_, name_, to.host);
  connection->black_hole = fabric_.chance(fabric_.faults.hang);
  auto mine = std::make_unique<SimStream>(connection, 0);
  auto theirs = std::make_unique<SimStream>(connection, 1);
  listener->second->accept(std::make_unique<SimTransport>(std::move(theirs)));
  if (!tls) co_return std::move(mine);
  co_return co_await start_tls(TlsStream::client(std::move(mine), *tls, to), deadline);
}

task<Result<std::unique_ptr<Stream>>> SimNetwork::adopt(std::unique_ptr<Transport> transport,
                                                        const TlsServerContext* tls,
                                                        SteadyTime deadline) {
  auto stream = std::move(static_cast<SimTransport&>(*transport).stream);
  if (!tls) co_return std::move(stream);
  co_return co_await start_tls(TlsStream::server(std::move(stream), *tls), deadline);
}

}  // namespace sekisho::io
