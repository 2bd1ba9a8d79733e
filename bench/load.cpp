// The benchmark's load generator: N connections, each one conversation of a coding agent in a
// closed loop, one thread. Prints one JSON object. Every answer is checked; one that is not whole
// is a failure, and the run counts for nothing.

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <vector>

#include "agent_body.h"
#include "answer_reader.h"
#include "load_options.h"
#include "mock_answers.h"
#include "sockets.h"

namespace sekisho::bench {
namespace {

using Clock = std::chrono::steady_clock;

double micros(Clock::duration d) {
  return std::chrono::duration<double, std::micro>(d).count();
}

struct Connection {
  Connection(TextPool& pool, const LoadOptions& options, int number)
      : fd(connect_to(options.port)), talk(pool, options.body) {
    head_start =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options.port) +
        "\r\nAuthorization: Bearer " + options.key +
        "\r\nContent-Type: application/json\r\nAccept: application/json\r\n"
        "User-Agent: OpenAI/JS 6.21.0\r\nX-Stainless-Lang: js\r\n"
        "X-Stainless-Package-Version: 6.21.0\r\nX-Stainless-OS: Linux\r\n"
        "X-Stainless-Arch: x64\r\nX-Stainless-Runtime: node\r\n"
        "X-Task-ID: " +
        options.conversation + "-" + std::to_string(number) + "\r\nContent-Length: ";
  }
  int fd;
  Conversation talk;
  AnswerReader reader;
  std::string head_start, out;
  std::size_t sent = 0;
  bool busy = false, first_seen = false, writable_wanted = false;
  Clock::time_point started, last_frame;
  int served = 0;
};

class Load {
 public:
  explicit Load(const LoadOptions& options) : options_(options), epoll_(epoll_create1(0)) {
    for (int i = 0; i < options.connections; ++i) {
      connections_.push_back(std::make_unique<Connection>(pool_, options, i));
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u32 = static_cast<std::uint32_t>(i);
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_.back()->fd, &event) != 0) die("epoll_ctl");
    }
  }

  int run() {
    if (options_.warm_up > 0) {
      run_until([this](const Connection& c) { return c.served >= options_.warm_up; });
    }
    if (options_.wait && fault_.empty()) {
      std::puts("warm");
      std::fflush(stdout);
      if (std::getchar() == EOF) return 1;
    }
    forget_warm_up();
    const auto begin = Clock::now();
    const auto end = begin + std::chrono::duration_cast<Clock::duration>(
                                 std::chrono::duration<double>(options_.seconds));
    run_until([end](const Connection&) { return Clock::now() >= end; });
    report(std::chrono::duration<double>(Clock::now() - begin).count());
    return fault_.empty() ? 0 : 1;
  }

 private:
  // Each connection goes on until `enough`; returns when all are quiet.
  template <class Enough>
  void run_until(Enough enough) {
    for (auto& c : connections_) {
      if (!enough(*c)) send_request(*c);
      if (options_.stagger_ms > 0) usleep(static_cast<unsigned>(options_.stagger_ms * 1000));
    }
    std::array<epoll_event, 256> events;
    while (busy_ > 0 && fault_.empty()) {
      const int n = epoll_wait(epoll_, events.data(), events.size(), 10'000);
      if (n == 0) fault_ = "no answer within 10 s";
      for (int i = 0; i < n && fault_.empty(); ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        Connection& c = *connections_[event.data.u32];
        if ((event.events & EPOLLOUT) != 0) push(c);
        if ((event.events & ~static_cast<unsigned>(EPOLLOUT)) != 0 && read_answer(c)) {
          if (!enough(c)) send_request(c);
        }
      }
    }
  }

  void send_request(Connection& c) {
    const std::string& body = c.talk.next();
    c.out = c.head_start + std::to_string(body.size()) + "\r\n\r\n";
    c.out += body;
    c.sent = 0;
    c.busy = true;
    c.first_seen = false;
    ++busy_;
    c.reader.start(options_.body.stream);
    c.started = Clock::now();
    push(c);
  }

  void push(Connection& c) {
    while (c.sent < c.out.size()) {
      const ssize_t n = send(c.fd, c.out.data() + c.sent, c.out.size() - c.sent, MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno != EAGAIN) fault_ = std::string("send: ") + std::strerror(errno);
      if (n < 0) break;
      c.sent += static_cast<std::size_t>(n);
    }
    want_writable(c, c.sent < c.out.size());
  }

  void want_writable(Connection& c, bool wanted) {
    if (c.writable_wanted == wanted) return;
    c.writable_wanted = wanted;
    epoll_event event{};
    event.events = EPOLLIN | (wanted ? static_cast<unsigned>(EPOLLOUT) : 0U);
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      if (connections_[i].get() == &c) event.data.u32 = static_cast<std::uint32_t>(i);
    }
    epoll_ctl(epoll_, EPOLL_CTL_MOD, c.fd, &event);
  }

  // True when an answer is complete.
  bool read_answer(Connection& c) {
    const ssize_t n = recv(c.fd, scratch_.data(), scratch_.size(), 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (n <= 0 || !c.busy) {
      fault_ = "the connection was closed";
      return false;
    }
    const int frames_before = c.reader.frames();
    const auto state = c.reader.feed({scratch_.data(), static_cast<std::size_t>(n)});
    if (c.reader.frames() > frames_before) note_frame(c);
    if (state == AnswerReader::State::kMore) return false;
    --busy_;
    c.busy = false;
    ++c.served;
    if (state == AnswerReader::State::kBroken) {
      fault_ = c.reader.fault();
      return false;
    }
    if (c.reader.will_close()) {
      fault_ = "the connection is not kept alive";
      return false;
    }
    latencies_.push_back(micros(Clock::now() - c.started));
    frames_ += c.reader.frames();
    return true;
  }

  void note_frame(Connection& c) {
    const auto now = Clock::now();
    if (!c.first_seen) {
      first_frames_.push_back(micros(now - c.started));
    } else {
      longest_gap_ = std::max(longest_gap_, micros(now - c.last_frame));
    }
    c.first_seen = true;
    c.last_frame = now;
  }

  void forget_warm_up() {
    latencies_.clear();
    first_frames_.clear();
    frames_ = 0;
    longest_gap_ = 0;
  }

  static double quantile(std::vector<double>& sorted, double q) {
    if (sorted.empty()) return 0;
    return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
  }

  static std::string json_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
      if (c == '"' || c == '\\') out += '\\';
      out += c >= 0x20 ? c : ' ';
    }
    return out;
  }

  void report(double seconds) {
    std::ranges::sort(latencies_);
    std::ranges::sort(first_frames_);
    std::printf(
        "{\"completed\":%zu,\"seconds\":%.3f,\"failed\":%d,\"fault\":\"%s\",\"p50_us\":%.1f,"
        "\"p99_us\":%.1f,\"frames\":%lld,\"frames_sent\":%lld,\"first_frame_p50_us\":%.1f,"
        "\"longest_gap_us\":%.1f}\n",
        latencies_.size(), seconds, fault_.empty() ? 0 : 1, json_text(fault_).c_str(),
        quantile(latencies_, 0.5), quantile(latencies_, 0.99), frames_,
        options_.body.stream ? static_cast<long long>(latencies_.size()) * kFrames : 0LL,
        quantile(first_frames_, 0.5), longest_gap_);
  }

  LoadOptions options_;
  int epoll_;
  TextPool pool_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<char> scratch_ = std::vector<char>(256 * 1024);
  int busy_ = 0;
  std::string fault_;
  std::vector<double> latencies_, first_frames_;
  long long frames_ = 0;
  double longest_gap_ = 0;
};

}  // namespace
}  // namespace sekisho::bench

int main(int argc, char** argv) {
  return sekisho::bench::Load(sekisho::bench::parse_load_options(argc, argv)).run();
}
