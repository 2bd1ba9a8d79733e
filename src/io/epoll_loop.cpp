#include "io/epoll_loop.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace sekisho::io {
namespace {

constexpr std::uint64_t kWakeTag = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kEventsPerTurn = 256;

}  // namespace

EpollLoop::EpollLoop(const Clock& clock)
    : clock_(clock),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  now_ = clock_.steady();
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.u64 = kWakeTag}};
  if (!epoll_ || !wake_ || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) != 0) {
    std::abort();
  }
}

EpollLoop::~EpollLoop() = default;

void EpollLoop::post(std::move_only_function<void()> work) {
  {
    std::lock_guard lock(mail_mutex_);
    mail_.push_back(std::move(work));
  }
  wake_up();
}

void EpollLoop::stop() {
  stopped_.store(true, std::memory_order_release);
  wake_up();
}

void EpollLoop::wake_up() {
  if (wake_pending_.exchange(true, std::memory_order_acq_rel)) return;
  // Edge-triggered: each write is an event, the counter is never read. It cannot overflow.
  std::uint64_t one = 1;
  if (::write(wake_.get(), &one, sizeof one) < 0 && errno != EAGAIN) std::abort();
}

Result<EpollLoop::Registration> EpollLoop::watch(int fd, std::uint32_t events, Handler& handler) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  auto index = free_.back();
  auto registration = static_cast<Registration>(slots_[index].generation) << 32 | index;
  epoll_event event{.events = events, .data = {.u64 = registration}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return fail(Code::kOverloaded, std::string("cannot watch a socket: ") + std::strerror(errno));
  }
  free_.pop_back();
  slots_[index].handler = &handler;
  return registration;
}

void EpollLoop::unwatch(Registration registration) {
  auto index = static_cast<std::uint32_t>(registration);
  auto& slot = slots_[index];
  if (slot.generation != registration >> 32) return;
  slot.handler = nullptr;
  ++slot.generation;
  free_.push_back(index);
}

void EpollLoop::dispatch(const epoll_event& event) {
  if (event.data.u64 == kWakeTag) return run_mail();
  auto& slot = slots_[static_cast<std::uint32_t>(event.data.u64)];
  if (slot.handler && slot.generation == event.data.u64 >> 32) {
    slot.handler->on_events(event.events);
  }
}

void EpollLoop::run_mail() {
  // Cleared before the box is emptied: a later post() wakes the loop again.
  wake_pending_.store(false, std::memory_order_release);
  {
    std::lock_guard lock(mail_mutex_);
    opened_.swap(mail_);
  }
  for (auto& work : opened_) work();
  opened_.clear();
}

int EpollLoop::wait_ms() const {
  if (has_ready()) return 0;
  auto next = next_timer();
  if (next == SteadyTime::max()) return -1;
  auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - now_).count();
  return static_cast<int>(std::clamp<std::int64_t>(wait, 0, std::numeric_limits<int>::max()));
}

void EpollLoop::turn() {
  std::array<epoll_event, kEventsPerTurn> events;
  int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_ms());
  if (count < 0 && errno != EINTR) std::abort();
  now_ = clock_.steady();
  for (int i = 0; i < count; ++i) dispatch(events[static_cast<std::size_t>(i)]);
  run_due_timers(now_);
  run_ready();
}

void EpollLoop::run() {
  now_ = clock_.steady();
  run_ready();
  while (!stopped_.load(std::memory_order_acquire)) turn();
  stopped_.store(false, std::memory_order_release);
}

}  // namespace sekisho::io
