#include "http/h1_writer.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <string>

#include "http/h1_parse_driver.h"

namespace sekisho::http {
namespace {

Headers headers_of(std::initializer_list<std::pair<std::string_view, std::string_view>> list) {
  Headers headers;
  for (const auto& [name, value] : list) headers.add(name, value);
  return headers;
}

TEST(Writer, RequestHead) {
  std::string out;
  const auto headers = headers_of({{"Accept", "*/*"}, {"X-Empty", ""}});
  ASSERT_TRUE(write_request_head(out, {"POST", "/v1/x?y", "api.example:443"}, headers,
                                 Framing::with_length(307200)));
  EXPECT_EQ(out,
            "POST /v1/x?y HTTP/1.1\r\nHost: api.example:443\r\nAccept: */*\r\nX-Empty: \r\n"
            "Content-Length: 307200\r\n\r\n");
}

TEST(Writer, ResponseHead) {
  std::string out;
  auto framing = Framing::chunked();
  framing.close = true;
  ASSERT_TRUE(
      write_response_head(out, 200, headers_of({{"Content-Type", "text/event-stream"}}), framing));
  EXPECT_EQ(out,
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  out.clear();
  ASSERT_TRUE(write_response_head(out, 299, {}, {.keep_alive = true}));
  EXPECT_EQ(out, "HTTP/1.1 299 \r\nConnection: keep-alive\r\n\r\n");
}

TEST(Writer, NothingBreaksOutOfItsLine) {
  const std::string nul("a\0b", 3);
  for (const std::string& value :
       {std::string("a\r\nX: y"), std::string("a\nb"), std::string("a\rb"), nul}) {
    std::string out = "kept";
    const auto refused =
        write_response_head(out, 200, headers_of({{"X-Model", value}}), Framing::with_length(0));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
    EXPECT_NE(refused.error().detail.find("X-Model"), std::string::npos);
    EXPECT_EQ(refused.error().detail.find("\n"), std::string::npos);
    EXPECT_FALSE(write_request_head(out, {"GET", "/", "a"}, headers_of({{"X", value}}), {}));
    EXPECT_FALSE(write_request_head(out, {"GET", value, "a"}, {}, {}));
    EXPECT_FALSE(write_request_head(out, {value, "/", "a"}, {}, {}));
    EXPECT_FALSE(write_request_head(out, {"GET", "/", value}, {}, {}));
    EXPECT_EQ(out, "kept");
  }
  std::string out;
  for (const std::string_view name : {"", "a b", "a:", "a\r", "\xc3\xa9"}) {
    EXPECT_FALSE(write_response_head(out, 200, headers_of({{name, "v"}}), {}));
  }
  EXPECT_FALSE(write_response_head(out, 20, {}, {}));
  EXPECT_FALSE(write_response_head(out, 1000, {}, {}));
}

TEST(Writer, FramingBelongsToTheTransport) {
  std::string out;
  for (const std::string_view name : {"content-length", "Transfer-Encoding", "CONNECTION"}) {
    EXPECT_FALSE(write_response_head(out, 200, headers_of({{name, "1"}}), {}));
    EXPECT_FALSE(write_request_head(out, {"GET", "/", "a"}, headers_of({{name, "1"}}), {}));
  }
  EXPECT_FALSE(write_request_head(out, {"GET", "/", "a"}, headers_of({{"host", "b"}}), {}));
  EXPECT_EQ(out, "");
}

TEST(Writer, ChunkPrefix) {
  std::array<char, kChunkPrefixBytes> space;
  EXPECT_EQ(write_chunk_prefix(space, 1), "1\r\n");
  EXPECT_EQ(write_chunk_prefix(space, 0x1a0), "1a0\r\n");
  EXPECT_EQ(write_chunk_prefix(space, SIZE_MAX), "ffffffffffffffff\r\n");
}

// What the writer writes, the parser reads back.
TEST(WriterProperty, RoundTrip) {
  EXPECT_TRUE(rc::check([] {
    const auto token = rc::gen::nonEmpty(rc::gen::container<std::string>(
        rc::gen::elementOf(std::string("abcXYZ019!#$%&'*+-.^_`|~"))));
    const auto value =
        rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab \t:;,=\"/\x80\xff~!")));
    Headers headers;
    const int count = *rc::gen::inRange(0, 20);
    for (int i = 0; i < count; ++i) headers.add("x-" + *token, *value);
    const auto body = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    const bool chunks = *rc::gen::arbitrary<bool>();

    std::string out;
    const auto framing = chunks ? Framing::chunked() : Framing::with_length(body.size());
    RC_ASSERT(write_request_head(out, {"POST", "/v1/x", "host:1"}, headers, framing));
    std::array<char, kChunkPrefixBytes> space;
    for (std::size_t at = 0; chunks && at < body.size(); at += 7) {
      const auto piece = body.substr(at, 7);
      out.append(write_chunk_prefix(space, piece.size())).append(piece).append(kLineEnd);
    }
    out += chunks ? kLastChunk : std::string_view(body);

    RequestParser parser;
    const auto read = testing::parse_pieces(parser, {out});
    RC_ASSERT(read.ended);
    RC_ASSERT(read.body == body);
    RC_ASSERT(read.consumed == out.size());
    const auto& got = parser.head().headers.fields();
    RC_ASSERT(got.size() == headers.fields().size() + 2);
    for (std::size_t i = 0; i < headers.fields().size(); ++i) {
      std::string_view sent = headers.fields()[i].value;
      while (!sent.empty() && (sent.front() == ' ' || sent.front() == '\t')) sent.remove_prefix(1);
      while (!sent.empty() && (sent.back() == ' ' || sent.back() == '\t')) sent.remove_suffix(1);
      RC_ASSERT(got[i + 1].value == sent);
    }
  }));
}

}  // namespace
}  // namespace sekisho::http
