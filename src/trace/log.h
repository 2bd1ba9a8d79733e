#pragma once
// The program's own log: one line per event, JSON or text, written by a thread of its own. Any
// thread may log; nobody waits for the disk or the terminal. When limits::kLogQueueBytes wait, new
// lines are dropped, and a line that says how many follows once there is room.
//
//   log.line(LogLevel::kInfo, "budget_exceeded").field("key", key.display).field("limit", limit);
//
// Every text passes redact_secrets() (redaction.h). Prompts, credentials and key texts are never
// given to it in the first place.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/clock.h"
#include "base/money.h"

namespace sekisho::trace {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };
enum class LogFormat : std::uint8_t { kText, kJson };

class Log;

// One line, handed over when it is destroyed. A line below the log's level costs nothing.
class LogLine {
 public:
  LogLine(LogLine&& other) noexcept;
  LogLine& operator=(LogLine&&) = delete;
  ~LogLine();

  LogLine& field(std::string_view name, std::string_view value);
  LogLine& field(std::string_view name, const char* value) {
    return field(name, std::string_view(value));
  }
  LogLine& field(std::string_view name, std::int64_t value);
  LogLine& field(std::string_view name, int value) {
    return field(name, static_cast<std::int64_t>(value));
  }
  LogLine& field(std::string_view name, bool value);
  LogLine& field(std::string_view name, Money value);  // in USD, exact

 private:
  friend class Log;
  LogLine(Log* log, LogLevel level, std::string_view message);
  LogLine& raw(std::string_view name, std::string_view value);
  Log* log_;
  std::string text_;
};

class Log {
 public:
  struct Options {
    int descriptor = 2;  // not owned
    LogLevel level = LogLevel::kInfo;
    LogFormat format = LogFormat::kText;
  };
  Log(Options options, const Clock& clock);
  ~Log();  // writes what waits
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // `message` is a short constant phrase; what varies goes into fields.
  LogLine line(LogLevel level, std::string_view message) {
    return LogLine(wanted(level) ? this : nullptr, level, message);
  }
  bool wanted(LogLevel level) const { return level >= options_.level; }
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }
  // Waits until what was logged before is written.
  void flush();

 private:
  friend class LogLine;
  void push(std::string&& line);
  void run();
  void write(std::string_view bytes);
  std::string dropped_line(std::uint64_t count);

  const Options options_;
  const Clock& clock_;
  std::mutex mutex_;  // held for an append or a swap only, never while writing
  std::condition_variable ready_, idle_;
  std::string waiting_;
  std::uint64_t untold_ = 0;  // dropped since the last line that told
  bool stopping_ = false, writing_ = false;
  std::atomic<std::uint64_t> dropped_{0};
  std::thread thread_;
};

}  // namespace sekisho::trace
