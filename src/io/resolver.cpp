#include "io/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "base/limits.h"
#include "io/signal.h"

namespace sekisho::io {

// One task that waits for a name. `answer` and `signal` belong to the loop's thread; the entry in
// State::waiting belongs to the mutex. The posted delivery keeps the object alive.
struct Resolver::Waiting {
  explicit Waiting(Loop& on) : loop(on), signal(on) {}
  Loop& loop;
  Signal signal;
  bool abandoned = false;
  std::optional<Result<Addresses>> answer;
};

struct Resolver::State {
  State(const Clock& on, Lookup how) : clock(on), lookup(std::move(how)) {}

  struct Cached {
    Addresses addresses;
    SteadyTime fresh_until;
  };

  std::optional<Addresses> find_fresh(const std::string& host) {
    auto found = cache.find(host);
    if (found == cache.end() || found->second.fresh_until <= clock.steady()) return std::nullopt;
    return found->second.addresses;
  }

  void remember(const std::string& host, Result<Addresses>& answer) {
    if (answer) {
      if (cache.size() >= limits::kResolverCache && !cache.contains(host)) cache.clear();
      cache[host] = {*answer, clock.steady() + limits::kResolverFresh};
    } else if (auto found = cache.find(host); found != cache.end()) {
      answer = found->second.addresses;  // an old answer beats none
    }
  }

  const Clock& clock;
  const Lookup lookup;
  std::mutex mutex;
  std::condition_variable work_waiting;
  bool stopped = false;
  std::size_t threads = 0, idle = 0;
  std::deque<std::string> queue;
  std::multimap<std::string, std::shared_ptr<Waiting>> waiting;
  std::map<std::string, Cached> cache;
};

namespace {

Result<Resolver::Addresses> copy_addresses(const addrinfo* list) {
  Resolver::Addresses addresses;
  for (; list; list = list->ai_next) {
    auto& address = addresses.emplace_back();
    address.length = list->ai_addrlen;
    std::memcpy(&address.storage, list->ai_addr, list->ai_addrlen);
  }
  return addresses;
}

}  // namespace

Result<Resolver::Addresses> Resolver::system_lookup(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (code != 0) {
    return fail(Code::kUpstreamUnreachable,
                "cannot resolve '" + host + "': " + ::gai_strerror(code));
  }
  auto addresses = copy_addresses(found);
  ::freeaddrinfo(found);
  return addresses;
}

std::optional<SocketAddress> literal_address(const std::string& host) {
  SocketAddress address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  auto bare = host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
  if (::inet_pton(AF_INET, bare.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    address.length = sizeof *v4;
  } else if (::inet_pton(AF_INET6, bare.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    address.length = sizeof *v6;
  } else {
    return std::nullopt;
  }
  return address;
}

Resolver::Resolver(const Clock& clock, Lookup lookup)
    : state_(std::make_shared<State>(clock, std::move(lookup))) {}

Resolver::~Resolver() {
  std::lock_guard lock(state_->mutex);
  state_->stopped = true;
  state_->waiting.clear();
  state_->work_waiting.notify_all();
}

namespace {

// Helper thread: owns a share of the state, so that it may outlive the Resolver.
template <class State>
void serve(std::shared_ptr<State> state) {
  std::unique_lock lock(state->mutex);
  for (;;) {
    ++state->idle;
    state->work_waiting.wait(lock, [&] { return state->stopped || !state->queue.empty(); });
    --state->idle;
    if (state->stopped) return;
    auto host = std::move(state->queue.front());
    state->queue.pop_front();
    lock.unlock();
    auto answer = state->lookup(host);
    lock.lock();
    if (state->stopped) return;
    state->remember(host, answer);
    auto [first, last] = state->waiting.equal_range(host);
    for (auto it = first; it != last; ++it) {
      // Posted under the mutex: a waiter that leaves does so under it too, so its loop is alive.
      auto waiting = it->second;
      waiting->loop.post([waiting, answer] {
        if (waiting->abandoned) return;
        waiting->answer = answer;
        waiting->signal.set();
      });
    }
    state->waiting.erase(first, last);
  }
}

}  // namespace

task<Result<Resolver::Addresses>> Resolver::resolve(Loop& loop, std::string host,
                                                    SteadyTime deadline) {
  if (auto literal = literal_address(host)) co_return Addresses{*literal};
  auto state = state_;
  auto waiting = std::make_shared<Waiting>(loop);
  struct Leave {
    State& state;
    Waiting& waiting;
    const std::string& host;
    ~Leave() {
      waiting.abandoned = true;
      std::lock_guard lock(state.mutex);
      auto [first, last] = state.waiting.equal_range(host);
      auto mine = std::find_if(first, last, [&](auto& e) { return e.second.get() == &waiting; });
      if (mine != last) state.waiting.erase(mine);
    }
  } leave{*state, *waiting, host};
  {
    std::lock_guard lock(state->mutex);
    if (auto fresh = state->find_fresh(host)) co_return *std::move(fresh);
    bool asked = state->waiting.contains(host);
    state->waiting.emplace(host, waiting);
    if (!asked) {
      state->queue.push_back(host);
      if (state->idle < state->queue.size() && state->threads < limits::kResolverThreads) {
        ++state->threads;
        std::thread(serve<State>, state).detach();
      }
      state->work_waiting.notify_one();
    }
  }
  bool in_time = co_await waiting->signal.wait(deadline);
  if (!in_time) co_return fail(Code::kTimeout, "resolving '" + host + "' took too long");
  co_return *std::move(waiting->answer);
}

}  // namespace sekisho::io
