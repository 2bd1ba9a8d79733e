#include "trace/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <utility>

#include "base/limits.h"
#include "trace/redaction.h"
#include "wire/json_text.h"

namespace sekisho::trace {
namespace {

constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warn", "error"};

std::string iso8601(WallTime at) {
  auto ms = unix_ms(at);
  auto seconds = static_cast<std::time_t>(ms >= 0 ? ms / 1000 : (ms - 999) / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     ms - static_cast<std::int64_t>(seconds) * 1000);
}

bool needs_quotes(std::string_view value) {
  return value.empty() || value.find_first_of(" \"\\=\n\r\t") != std::string_view::npos ||
         wire::find_escapable(value) != value.size();
}

// Cuts between characters, so that what is left is still UTF-8.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<std::uint8_t>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

}  // namespace

LogLine::LogLine(Log* log, LogLevel level, std::string_view message) : log_(log) {
  if (!log_) return;
  auto name = kLevels[static_cast<std::size_t>(level)];
  auto safe = redact_secrets(message);
  if (log_->options_.format == LogFormat::kJson) {
    text_ = fmt::format(R"({{"time":"{}","level":"{}","message":"{}")",
                        iso8601(log_->clock_.wall()), name, wire::escape_json(safe));
  } else {
    text_ = fmt::format("{} {:<5} {}", iso8601(log_->clock_.wall()), name, wire::escape_json(safe));
  }
}

LogLine::LogLine(LogLine&& other) noexcept
    : log_(std::exchange(other.log_, nullptr)), text_(std::move(other.text_)) {}

LogLine::~LogLine() {
  if (!log_) return;
  text_ += log_->options_.format == LogFormat::kJson ? "}\n" : "\n";
  log_->push(std::move(text_));
}

// `value` is fit for the format already. A field that would make the line too long is left out.
LogLine& LogLine::raw(std::string_view name, std::string_view value) {
  if (!log_ || text_.size() + name.size() + value.size() > limits::kLogLineBytes) return *this;
  if (log_->options_.format == LogFormat::kJson) {
    text_ += fmt::format(",\"{}\":{}", wire::escape_json(name), value);
  } else {
    text_ += fmt::format(" {}={}", name, value);
  }
  return *this;
}

LogLine& LogLine::field(std::string_view name, std::string_view value) {
  if (!log_) return *this;
  // Cut after redaction: half a key would not be recognised.
  auto safe = redact_secrets(cut(value, limits::kLogLineBytes));
  auto shown = cut(safe, limits::kLogLineBytes / 4);
  bool quoted = log_->options_.format == LogFormat::kJson || needs_quotes(shown);
  return raw(name, quoted ? '"' + wire::escape_json(shown) + '"' : std::string(shown));
}

LogLine& LogLine::field(std::string_view name, std::int64_t value) {
  return raw(name, std::to_string(value));
}
LogLine& LogLine::field(std::string_view name, bool value) {
  return raw(name, value ? "true" : "false");
}
LogLine& LogLine::field(std::string_view name, Money value) {
  return log_ ? raw(name, '"' + value.decimal() + '"') : *this;
}

Log::Log(Options options, const Clock& clock)
    : options_(options), clock_(clock), thread_([this] { run(); }) {}

Log::~Log() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_one();
  thread_.join();
}

void Log::push(std::string&& line) {
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    if (waiting_.size() + line.size() > limits::kLogQueueBytes) {
      ++untold_;
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    first = waiting_.empty();
    waiting_ += line;
  }
  if (first) ready_.notify_one();
}

std::string Log::dropped_line(std::uint64_t count) {
  auto time = iso8601(clock_.wall());
  if (options_.format == LogFormat::kJson) {
    return fmt::format(R"({{"time":"{}","level":"warn","message":"log lines dropped","count":{}}})"
                       "\n",
                       time, count);
  }
  return fmt::format("{} warn  log lines dropped count={}\n", time, count);
}

void Log::run() {
  std::string batch;
  for (;;) {
    std::uint64_t untold = 0;
    {
      std::unique_lock lock(mutex_);
      writing_ = false;
      idle_.notify_all();
      ready_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      writing_ = true;
      batch.clear();
      batch.swap(waiting_);
      untold = std::exchange(untold_, 0);
    }
    write(batch);
    if (untold > 0) write(dropped_line(untold));
    if (batch.capacity() > limits::kLogQueueBytes / 4) batch = {};
  }
}

// A descriptor that takes nothing more (closed pipe, full disk) loses the line: the log is not
// worth stopping for.
void Log::write(std::string_view bytes) {
  while (!bytes.empty()) {
    auto n = ::write(options_.descriptor, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void Log::flush() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return waiting_.empty() && !writing_; });
}

}  // namespace sekisho::trace
