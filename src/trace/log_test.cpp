#include "trace/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/limits.h"
#include "store/scratch.h"
#include "trace/redaction.h"

namespace sekisho::trace {
namespace {

using testing::HasSubstr;
using testing::Not;

class FixedClock final : public Clock {
 public:
  SteadyTime steady() const override { return {}; }
  WallTime wall() const override { return WallTime(std::chrono::milliseconds(1'764'000'000'123)); }
};

struct Fixture {
  explicit Fixture(LogFormat format, LogLevel level = LogLevel::kInfo)
      : descriptor(::open(dir.file("log").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600)),
        log({descriptor, level, format}, clock) {}
  ~Fixture() { ::close(descriptor); }
  std::string text() {
    log.flush();
    std::ostringstream out;
    out << std::ifstream(dir.file("log")).rdbuf();
    return out.str();
  }
  store::ScratchDirectory dir;
  FixedClock clock;
  int descriptor;
  Log log;
};

TEST(Log, WritesJsonLines) {
  Fixture f(LogFormat::kJson);
  f.log.line(LogLevel::kInfo, "call")
      .field("model", "claude \"x\"\n")
      .field("tokens", 12)
      .field("streamed", true)
      .field("cost", Money{1'500'000'000});
  EXPECT_EQ(
      f.text(),
      "{\"time\":\"2025-11-24T16:00:00.123Z\",\"level\":\"info\",\"message\":\"call\","
      "\"model\":\"claude \\\"x\\\"\\n\",\"tokens\":12,\"streamed\":true,\"cost\":\"1.5\"}\n");
}

TEST(Log, WritesTextLinesThatStayOneLine) {
  Fixture f(LogFormat::kText);
  f.log.line(LogLevel::kError, "failed")
      .field("why", "a\nb")
      .field("n", 1)
      .field("key", "sk-…abcd");
  EXPECT_EQ(f.text(), "2025-11-24T16:00:00.123Z error failed why=\"a\\nb\" n=1 key=sk-…abcd\n");
}

TEST(Log, LevelsBelowItsOwnAreNotWritten) {
  Fixture f(LogFormat::kText, LogLevel::kWarn);
  f.log.line(LogLevel::kInfo, "quiet").field("a", "b");
  f.log.line(LogLevel::kWarn, "loud");
  EXPECT_THAT(f.text(), Not(HasSubstr("quiet")));
  EXPECT_THAT(f.text(), HasSubstr("loud"));
}

TEST(Log, ALongLineIsCutBetweenCharacters) {
  Fixture f(LogFormat::kJson);
  std::string value;
  for (std::size_t i = 0; i < limits::kLogLineBytes; ++i) value += "あ";
  auto line = f.log.line(LogLevel::kInfo, "long");
  for (int i = 0; i < 20; ++i) line.field("v", value);
  {
    auto done = std::move(line);
  }
  auto text = f.text();
  EXPECT_LE(text.size(), limits::kLogLineBytes + 100);
  EXPECT_TRUE(text.ends_with("あ\"}\n"));
}

TEST(Log, ASlowReaderCostsLinesAndNeverTime) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  FixedClock clock;
  std::string text;
  {
    Log log({pipe[1], LogLevel::kInfo, LogFormat::kText}, clock);
    std::string value(4000, 'x');
    // Nobody reads: the pipe fills, then the queue; this loop ends all the same.
    while (log.dropped() == 0) log.line(LogLevel::kInfo, "line").field("v", value);
    std::thread reader([&] {
      char buffer[65536];
      for (ssize_t n; (n = ::read(pipe[0], buffer, sizeof buffer)) > 0;) {
        text.append(buffer, static_cast<std::size_t>(n));
        if (text.find("log lines dropped") != std::string::npos) break;
      }
    });
    reader.join();
  }
  EXPECT_THAT(text, HasSubstr("log lines dropped count=1"));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

// The canaries: none of them may ever appear, in a message, a field, JSON or text.
const char* const kCanaries[] = {
    "sk-7Jq2yVxkPzL0wQm4nRb8tGc1dHf5sKa9uEo3iYvXwZT",
    "sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdEf",
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "ABSKQmVkcm9ja0FQSUtleS1leGFtcGxlOmFiY2RlZmdo",
    "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy",
    "AIzaSyDdI0hCZtE6vySjMm-WEfRq3CPzqKqqsHI",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
};

TEST(Log, CanariesNeverAppear) {
  for (auto format : {LogFormat::kJson, LogFormat::kText}) {
    Fixture f(format);
    for (std::string secret : kCanaries) {
      f.log.line(LogLevel::kError, "bad key " + secret)
          .field("a", secret)
          .field("b", "Authorization: Bearer " + secret)
          .field("c", "{\"api_key\":\"" + secret + "\"}")
          .field("d", "https://host/path?key=" + secret + "&x=1")
          .field("e", std::string(limits::kLogLineBytes / 4 - 20, 'x') + " " + secret);
    }
    auto text = f.text();
    for (std::string secret : kCanaries) {
      EXPECT_THAT(text, Not(HasSubstr(secret)));
      EXPECT_THAT(text, Not(HasSubstr(secret.substr(0, 16)))) << secret;
      EXPECT_THAT(text, Not(HasSubstr(secret.substr(secret.size() - 12)))) << secret;
    }
  }
}

TEST(Redaction, HidesWhatFollowsAnIntroduction) {
  EXPECT_EQ(redact_secrets("Authorization: Bearer abc.def, next"),
            "Authorization: Bearer [redacted], next");
  EXPECT_EQ(redact_secrets("Basic dXNlcjpwYXNz"), "Basic [redacted]");
  EXPECT_EQ(redact_secrets("AWS4-HMAC-SHA256 Credential=AKID/2026/us-east-1, Signature=00ff"),
            "AWS4-HMAC-SHA256 Credential=[redacted], Signature=[redacted]");
}

TEST(Redaction, LeavesWhatPeopleNeedToRead) {
  for (const char* text : {
           "req_01jd3k5m7n9p1q3r5s7t9v1w3x",
           "123e4567-e89b-12d3-a456-426614174000",
           "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
           "us.anthropic.claude-opus-4-5-20251101-v1:0",
           "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123",
           "/var/lib/sekisho/trace.db: disk full",
           "sk-…abcd",
           "key 開発部 over its budget of $5.00",
           "risk-assessment of the task-management-service-deployment",
       }) {
    EXPECT_EQ(redact_secrets(text), text);
  }
}

TEST(Redaction, FindsAKeyWhereverItStands) {
  rc::check([](std::string before, std::string after) {
    std::string key = "sk-7Jq2yVxkPzL0wQm4nRb8tGc1dHf5sKa9uEo3iYvXwZT";
    auto text = before + " " + key + " " + after;
    RC_ASSERT(redact_secrets(text).find(key.substr(0, 12)) == std::string::npos);
  });
}

}  // namespace
}  // namespace sekisho::trace
