#pragma once
// The real loop: edge-triggered epoll, timers, and a mailbox woken by an eventfd. One per thread.
// Descriptors are watched under a registration that carries a generation, so that an event that
// was already fetched for a descriptor closed in the same turn finds nobody (and never a dead
// coroutine). A kernel that refuses an epoll or eventfd at start ends the process.

#include <sys/epoll.h>

#include <atomic>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "io/file_descriptor.h"
#include "io/loop.h"

namespace sekisho::io {

class EpollLoop final : public Loop {
 public:
  class Handler {
   public:
    virtual void on_events(std::uint32_t events) = 0;

   protected:
    ~Handler() = default;
  };
  using Registration = std::uint64_t;

  explicit EpollLoop(const Clock& clock);
  ~EpollLoop() override;

  const Clock& clock() const override { return clock_; }
  void post(std::move_only_function<void()> work) override;
  void run() override;
  void stop() override;

  // `events` as for epoll_ctl; add EPOLLET for edges. The handler must live until unwatch().
  Result<Registration> watch(int fd, std::uint32_t events, Handler& handler);
  // The caller closes the descriptor afterwards, which removes it from the kernel's set.
  void unwatch(Registration registration);
  std::size_t watched() const { return slots_.size() - free_.size(); }

 private:
  struct Slot {
    Handler* handler = nullptr;
    std::uint32_t generation = 1;
  };
  int wait_ms() const;
  void turn();
  void dispatch(const epoll_event& event);
  void run_mail();
  void wake_up();

  const Clock& clock_;
  FileDescriptor epoll_, wake_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
  std::atomic<bool> stopped_{false};
  std::atomic<bool> wake_pending_{false};
  std::mutex mail_mutex_;
  std::vector<std::move_only_function<void()>> mail_, opened_;
};

}  // namespace sekisho::io
