#pragma once
// Names to addresses, off the loops: getaddrinfo on helper threads, answers kept for a short time.
// One Resolver serves all loops of the process (thread-safe). A waiting task may be destroyed at
// any time. A helper thread that hangs in the system resolver does not delay the program's end.
// Literal addresses never leave the caller. Errors: kUpstreamUnreachable naming the host, kTimeout.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/tcp.h"

namespace sekisho::io {

class Resolver {
 public:
  using Addresses = std::vector<SocketAddress>;  // port not set, in order of preference
  using Lookup = std::function<Result<Addresses>(const std::string& host)>;

  // `lookup` blocks; the default asks the system. Tests give their own.
  explicit Resolver(const Clock& clock, Lookup lookup = system_lookup);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  task<Result<Addresses>> resolve(Loop& loop, std::string host, SteadyTime deadline);

  static Result<Addresses> system_lookup(const std::string& host);

 private:
  struct State;
  struct Waiting;
  std::shared_ptr<State> state_;
};

// A numeric IPv4 or IPv6 address (brackets allowed), without any look-up.
std::optional<SocketAddress> literal_address(const std::string& host);

}  // namespace sekisho::io
