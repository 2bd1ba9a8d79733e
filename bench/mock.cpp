// The benchmark's upstream: answers every POST at once with a chat completion of OpenAI's shape,
// or, when the first bytes of the body ask for a stream, with 64 deltas: in a burst, or one every
// 20 ms for the model "bench-pace". At Bedrock's paths the same as Converse and ConverseStream say
// it. One thread, one epoll, no delay of its own.
//   sekisho-bench-mock --port N

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "event_frames.h"
#include "mock_answers.h"
#include "sockets.h"

namespace sekisho::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPace = std::chrono::milliseconds(20);
constexpr std::size_t kLookAt = 512;  // bytes of the body in which the mode stands

std::string plain_answer() {
  const std::string body =
      std::string("{\"id\":\"") + kAnswerId +
      "\",\"object\":\"chat.completion\",\"created\":1764000000,\"model\":\"bench-model\","
      "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" +
      kAnswerText +
      "\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{"
      "\"prompt_tokens\":120,\"completion_tokens\":40,\"total_tokens\":160,"
      "\"prompt_tokens_details\":{\"cached_tokens\":0}},\"system_fingerprint\":\"fp_bench\"}";
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string chunk(const std::string& data) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  return size + data + "\r\n";
}

std::string frame(const std::string& choices, const std::string& usage) {
  return chunk(std::string("data: {\"id\":\"") + kAnswerId +
               "\",\"object\":\"chat.completion.chunk\",\"created\":1764000000,"
               "\"model\":\"bench-model\",\"choices\":[" +
               choices + "],\"usage\":" + usage + "}\n\n");
}

// Each element is one write to the socket.
std::vector<std::string> stream_answer() {
  std::vector<std::string> writes;
  writes.emplace_back(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < kDeltas; ++i) {
    const std::string role = i == 0 ? "\"role\":\"assistant\"," : "";
    writes.push_back(frame("{\"index\":0,\"delta\":{" + role + "\"content\":\"" + delta_text(i) +
                               "\"},\"logprobs\":null,\"finish_reason\":null}",
                           "null"));
  }
  writes.push_back(frame("{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}", "null"));
  writes.push_back(
      frame("", "{\"prompt_tokens\":120,\"completion_tokens\":64,\"total_tokens\":184}"));
  writes.push_back(chunk("data: [DONE]\n\n") + "0\r\n\r\n");
  writes[1] = writes[0] + writes[1];  // a server sends its head with the first event
  writes.erase(writes.begin());
  return writes;
}

std::string converse_answer() {
  const std::string body =
      std::string(
          "{\"metrics\":{\"latencyMs\":500},\"output\":{\"message\":{\"content\":[{"
          "\"text\":\"") +
      kAnswerText +
      "\"}],\"role\":\"assistant\"}},\"stopReason\":\"end_turn\",\"usage\":{"
      "\"inputTokens\":120,\"outputTokens\":40,\"totalTokens\":160}}";
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::vector<std::string> converse_stream_answer() {
  std::vector<std::string> writes;
  auto add = [&](const char* type, const std::string& payload) {
    writes.push_back(chunk(event_frame(type, payload)));
  };
  add("messageStart", "{\"role\":\"assistant\"}");
  for (int i = 0; i < kDeltas; ++i) {
    add("contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"" + delta_text(i) +
                                 "\"},\"p\":\"abcdefghijklmnopqrstuvwx\"}");
  }
  add("contentBlockStop", "{\"contentBlockIndex\":0}");
  add("messageStop", "{\"stopReason\":\"end_turn\"}");
  add("metadata",
      "{\"metrics\":{\"latencyMs\":500},\"usage\":{\"inputTokens\":120,\"outputTokens\":64,"
      "\"totalTokens\":184}}");
  writes.back() += "0\r\n\r\n";
  writes.front() =
      "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.amazon.eventstream\r\n"
      "Transfer-Encoding: chunked\r\n\r\n" +
      writes.front();
  return writes;
}

struct Connection {
  std::string head;  // bytes until the body and its first kLookAt bytes are known
  std::size_t body_left = 0;
  bool in_body = false;
  std::string mode;                                // first bytes of the body
  bool converse = false, converse_stream = false;  // by the path
  std::size_t next_write = 0;                      // of a stream; 0 when none is under way
  std::uint64_t generation = 0;
};

struct Due {
  Clock::time_point at;
  int fd;
  std::uint64_t generation;
};

class Mock {
 public:
  explicit Mock(std::uint16_t port) : listener_(listen_on(port)), epoll_(epoll_create1(0)) {
    watch(listener_);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events;
    for (;;) {
      const int n = epoll_wait(epoll_, events.data(), events.size(), timeout_ms());
      for (int i = 0; i < n; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        fd == listener_ ? accept_all() : read_from(fd);
      }
      send_due();
    }
  }

 private:
  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
  }

  int timeout_ms() const {
    if (due_.empty()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due_.front().at - Clock::now());
    return left.count() > 0 ? static_cast<int>(left.count()) : 0;
  }

  void accept_all() {
    for (;;) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      set_no_delay(fd);
      connections_[fd] = Connection();
      connections_[fd].generation = ++generations_;
      watch(fd);
    }
  }

  void close_connection(int fd) {
    connections_.erase(fd);
    close(fd);
  }

  void read_from(int fd) {
    const ssize_t n = recv(fd, scratch_.data(), scratch_.size(), 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) return close_connection(fd);
    take(fd, {scratch_.data(), static_cast<std::size_t>(n)});
  }

  void take(int fd, std::string_view bytes) {
    Connection& c = connections_.at(fd);
    if (!c.in_body) {
      c.head.append(bytes);
      const auto end = c.head.find("\r\n\r\n");
      if (end == std::string::npos) return;
      const auto field = strcasestr(c.head.c_str(), "\r\ncontent-length:");
      if (field == nullptr) {
        send_all(fd, "HTTP/1.1 411 Length Required\r\nContent-Length: 0\r\n\r\n");
        return close_connection(fd);
      }
      c.body_left = std::strtoull(field + 17, nullptr, 10);
      c.in_body = true;
      const auto line = std::string_view(c.head).substr(0, c.head.find('\r'));
      c.converse_stream = line.find("/converse-stream ") != std::string_view::npos;
      c.converse = c.converse_stream || line.find("/converse ") != std::string_view::npos;
      bytes = bytes.substr(bytes.size() - (c.head.size() - end - 4));
      c.mode.clear();
    }
    if (c.mode.size() < kLookAt) c.mode.append(bytes.substr(0, kLookAt - c.mode.size()));
    c.body_left -= std::min(bytes.size(), c.body_left);
    if (c.body_left == 0) answer(fd, c);
  }

  void answer(int fd, Connection& c) {
    c.in_body = false;
    c.head.clear();
    if (c.converse && !c.converse_stream) return send_all(fd, converse_);
    if (c.converse_stream) {
      for (const std::string& write : converse_stream_) send_all(fd, write);
      return;
    }
    const bool stream = c.mode.find("\"stream\":true") != std::string::npos;
    if (!stream) return send_all(fd, plain_);
    if (c.mode.find("bench-pace") != std::string::npos) {
      c.next_write = 0;
      return send_next(fd, c);
    }
    for (const std::string& write : stream_) send_all(fd, write);
  }

  void send_next(int fd, Connection& c) {
    send_all(fd, stream_[c.next_write]);
    if (++c.next_write < stream_.size()) {
      due_.push_back({Clock::now() + kPace, fd, c.generation});
    }
  }

  // All waits are equally long, so the queue is in order of time.
  void send_due() {
    while (!due_.empty() && due_.front().at <= Clock::now()) {
      const Due due = due_.front();
      due_.pop_front();
      const auto found = connections_.find(due.fd);
      if (found == connections_.end() || found->second.generation != due.generation) continue;
      send_next(due.fd, found->second);
    }
  }

  // Answers are far smaller than socket buffers; a peer that does not read is waited for.
  static void send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n < 0 && errno != EAGAIN && errno != EINTR) return;
      if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  int listener_;
  int epoll_;
  std::uint64_t generations_ = 0;
  std::unordered_map<int, Connection> connections_;
  std::deque<Due> due_;
  std::vector<char> scratch_ = std::vector<char>(256 * 1024);
  const std::string plain_ = plain_answer();
  const std::vector<std::string> stream_ = stream_answer();
  const std::string converse_ = converse_answer();
  const std::vector<std::string> converse_stream_ = converse_stream_answer();
};

}  // namespace
}  // namespace sekisho::bench

int main(int argc, char** argv) {
  if (argc != 3 || std::string_view(argv[1]) != "--port") {
    std::fputs("usage: sekisho-bench-mock --port N\n", stderr);
    return 2;
  }
  sekisho::bench::Mock(static_cast<std::uint16_t>(std::atoi(argv[2]))).run();
}
