#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "http/h1_parse_driver.h"
#include "http/h1_parser.h"

namespace sekisho::http {
namespace {

using testing::bytewise;
using testing::Outcome;
using testing::parse_pieces;

constexpr std::uint64_t kMaxBody = 1000;

Outcome parse(std::string_view text, bool close = false) {
  RequestParser parser(kMaxBody);
  return parse_pieces(parser, {text}, close);
}

// The outcome must not depend on how the bytes were split, nor on who reads the body.
void expect_split_invariant(std::string_view text, bool close = false) {
  const auto whole = parse(text, close);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    RequestParser parser(kMaxBody);
    const bool direct = cut % 2 == 1;
    ASSERT_EQ(parse_pieces(parser, {text.substr(0, cut), text.substr(cut)}, close, direct), whole)
        << "split at " << cut << " of " << text;
  }
  RequestParser parser(kMaxBody);
  ASSERT_EQ(parse_pieces(parser, bytewise(text), close), whole) << "byte by byte: " << text;
}

std::string with_fields(std::string_view fields) {
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

struct Good {
  std::string text;
  std::string head;
  std::string body;
  bool keep_alive;
};

TEST(RequestParser, AcceptsWhatClientsSend) {
  const Good cases[] = {
      {"GET /v1/models?x=1 HTTP/1.1\r\nHost: h:8080\r\n\r\n", "GET /v1/models?x=1 1.1\nHost=h:8080",
       "", true},
      {"POST / HTTP/1.1\r\nhost: a\r\nContent-Length: 3\r\n\r\nabc",
       "POST / 1.1\nhost=a\nContent-Length=3", "abc", true},
      {"POST / HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 0\r\nConnection: x, Close\r\n\r\n",
       "POST / 1.1\nHost=[::1]:80\nContent-Length=0\nConnection=x, Close", "", false},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
       "3;x=\"y\"\r\nabc\r\n00A\r\n0123456789\r\n0\r\nTrailer: dropped\r\n\r\n",
       "POST / 1.1\nHost=a\nTransfer-Encoding=Chunked", "abc0123456789", true},
      {"\r\nGET / HTTP/1.0\r\n\r\n", "GET / 1.0", "", false},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET / 1.0\nConnection=keep-alive", "",
       true},
      {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * 1.1\nHost=a", "", true},
      {"GET HTTP://A.example/x?y HTTP/1.1\r\nHost: a.example\r\n\r\n",
       "GET /x?y 1.1\nHost=a.example", "", true},
      {"GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n", "GET /?q 1.1\nHost=a", "", true},
      {"GET / HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX-Pad: \t v w \t\r\nX-Utf8: \xe9\x96\xa2\r\n\r\n",
       "GET / 1.1\nHost=a\nX-Empty=\nX-Pad=v w\nX-Utf8=\xe9\x96\xa2", "", true},
  };
  for (const auto& c : cases) {
    const auto out = parse(c.text);
    EXPECT_EQ(out.error, ParseError{}) << c.text << out.error.reason;
    EXPECT_TRUE(out.ended) << c.text;
    EXPECT_EQ(out.head, c.head);
    EXPECT_EQ(out.body, c.body);
    EXPECT_EQ(out.keep_alive, c.keep_alive) << c.text;
    EXPECT_EQ(out.consumed, c.text.size());
    expect_split_invariant(c.text);
  }
}

struct Bad {
  std::string text;
  int status;
};

TEST(RequestParser, RefusesWhatCouldBeReadInTwoWays) {
  const Bad cases[] = {
      {with_fields("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), 400},
      {with_fields("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"), 400},
      {with_fields("Content-Length: 3\r\nContent-Length: 4\r\n"), 400},
      {with_fields("Content-Length: 3\r\nContent-Length: 3\r\n"), 400},
      {with_fields("Content-Length: 3, 3\r\n"), 400},
      {with_fields("Content-Length: +3\r\n"), 400},
      {with_fields("Content-Length: -3\r\n"), 400},
      {with_fields("Content-Length: 0x3\r\n"), 400},
      {with_fields("Content-Length:\r\n"), 400},
      {with_fields("Content-Length: 3 3\r\n"), 400},
      {with_fields("Transfer-Encoding: chunked, chunked\r\n"), 400},
      {with_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      {with_fields("Transfer-Encoding:\r\n"), 400},
      {with_fields("Transfer-Encoding: gzip, chunked\r\n"), 501},
      {with_fields("Transfer-Encoding: identity\r\n"), 501},
      {with_fields("Transfer-Encoding: xchunked\r\n"), 501},
      {with_fields("Transfer-Encoding: \vchunked\r\n"), 400},
      {with_fields("Transfer-Encoding : chunked\r\n"), 400},
      {with_fields("Content-Length\t: 3\r\n"), 400},
      {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n", 400},
      {with_fields("X: a\r\n b\r\n"), 400},
      {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {with_fields("no colon\r\n"), 400},
      {with_fields(": v\r\n"), 400},
      {with_fields("a b: v\r\n"), 400},
      {with_fields("a\x80: v\r\n"), 400},
      {with_fields(std::string("X: a\0b\r\n", 8)), 400},
      {with_fields("X: a\x7f\r\n"), 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", 400},
      {"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /\r\n\r\n", 400},
      {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {"GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
      {"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505},
      {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501},
      {std::string(33, 'M') + " / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {with_fields("Expect: 200-ok\r\n"), 417},
      {"\x16\x03\x01\x02\x01\x01\xfc\x03\x03\n", 400},  // TLS spoken to the plain port
  };
  for (const auto& c : cases) {
    const auto out = parse(c.text);
    EXPECT_EQ(out.error.status, c.status) << c.text << "\n" << out.error.reason;
    EXPECT_FALSE(out.error.reason.empty());
    expect_split_invariant(c.text);
  }
}

std::string chunked(std::string_view body) {
  return with_fields("Transfer-Encoding: chunked\r\n") + std::string(body);
}

TEST(RequestParser, RefusesBadChunks) {
  const Bad cases[] = {
      {chunked("x\r\n"), 400},
      {chunked("\r\n"), 400},
      {chunked("-1\r\n"), 400},
      {chunked("0x3\r\nabc\r\n"), 400},
      {chunked(" 3\r\nabc\r\n"), 400},
      {chunked("3 \r\nabc\r\n"), 400},
      {chunked("3\nabc\r\n"), 400},
      {chunked("3;a\nabc\r\n"), 400},
      {chunked(std::string("3;\0\r\n", 5)), 400},
      {chunked("3\r\nabcd\r\n"), 400},
      {chunked("3\r\nabc\n0\r\n\r\n"), 400},
      {chunked("3\r\nabc\r0\r\n\r\n"), 400},
      {chunked("10000000000000003\r\nabc\r\n"), 400},
      {chunked("ffffffffffffffff\r\n"), 413},
      {chunked("0\r\nbad trailer\r\n\r\n"), 400},
      {chunked("0\r\nX : y\r\n\r\n"), 400},
      {chunked("0\r\nX: y\n\r\n"), 400},
      {chunked("0\r\n\n"), 400},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(parse(c.text).error.status, c.status) << c.text;
    expect_split_invariant(c.text);
  }
}

TEST(RequestParser, RefusesABodyThatEndsEarly) {
  const std::string cases[] = {with_fields("Content-Length: 3\r\n") + "ab", chunked("3\r\nab"),
                               chunked("3\r\nabc\r\n"), chunked("0\r\n"), "GET / HT"};
  for (const auto& text : cases) {
    EXPECT_EQ(parse(text, true).error.status, 400) << text;
    expect_split_invariant(text, true);
  }
}

// Limits: one byte below passes, one above is refused.

std::string line_of(std::size_t bytes, std::string_view prefix, std::string_view suffix = "") {
  return std::string(prefix) + std::string(bytes - prefix.size() - suffix.size(), 'x') +
         std::string(suffix);
}

TEST(RequestParserLimits, RequestLine) {
  const auto request = [](std::size_t bytes) {
    return line_of(bytes, "GET /", " HTTP/1.1") + "\r\nHost: a\r\n\r\n";
  };
  EXPECT_EQ(parse(request(limits::kRequestLineBytes)).error.status, 0);
  EXPECT_EQ(parse(request(limits::kRequestLineBytes + 1)).error.status, 414);
  // Also while the line has no end yet.
  EXPECT_EQ(parse(std::string(limits::kRequestLineBytes + 2, 'x')).error.status, 414);
}

TEST(RequestParserLimits, HeaderLine) {
  EXPECT_EQ(parse(with_fields(line_of(limits::kHeaderLineBytes, "X: ") + "\r\n")).error.status, 0);
  const auto over = with_fields(line_of(limits::kHeaderLineBytes + 1, "X: ") + "\r\n");
  EXPECT_EQ(parse(over).error.status, 431);
  RequestParser parser;
  EXPECT_EQ(parse_pieces(parser, bytewise(over)), parse(over));
}

TEST(RequestParserLimits, HeaderCount) {
  const auto request = [](std::size_t count) {
    std::string fields;
    for (std::size_t i = 1; i < count; ++i) fields += "X: y\r\n";  // and Host
    return with_fields(fields);
  };
  EXPECT_EQ(parse(request(limits::kHeaderCount)).error.status, 0);
  EXPECT_EQ(parse(request(limits::kHeaderCount + 1)).error.status, 431);
}

TEST(RequestParserLimits, HeadSection) {
  const auto request = [](std::size_t bytes) {
    std::string fields;
    const auto fixed = with_fields("").size();
    while (fixed + fields.size() + 10'000 < bytes) fields += line_of(4998, "X: ") + "\r\n";
    fields += line_of(bytes - fixed - fields.size() - 2, "X: ") + "\r\n";
    return with_fields(fields);
  };
  EXPECT_EQ(request(limits::kHeadBytes).size(), limits::kHeadBytes);
  EXPECT_EQ(parse(request(limits::kHeadBytes)).error.status, 0);
  EXPECT_EQ(parse(request(limits::kHeadBytes + 1)).error.status, 431);
}

TEST(RequestParserLimits, BodyIsRefusedAfterTheHead) {
  const auto out = parse(with_fields("Content-Length: 1001\r\n"));
  EXPECT_EQ(out.error.status, 413);
  EXPECT_NE(out.head, "");  // the refusal can be written in the client's dialect
  EXPECT_EQ(parse(with_fields("Content-Length: 99999999999999999999999\r\n")).error.status, 413);
  EXPECT_EQ(parse(with_fields("Content-Length: 0001000\r\n") + std::string(1000, 'b')).error.status,
            0);
  EXPECT_EQ(parse(chunked("3e8\r\n" + std::string(1000, 'b') + "\r\n0\r\n\r\n")).error.status, 0);
  EXPECT_EQ(parse(chunked("3e8\r\n" + std::string(1000, 'b') + "\r\n1\r\n")).error.status, 413);
}

TEST(RequestParserLimits, ChunkLine) {
  const auto request = [](std::size_t bytes) {
    return chunked(line_of(bytes, "1;") + "\r\na\r\n0\r\n\r\n");
  };
  EXPECT_EQ(parse(request(limits::kChunkLineBytes)).error.status, 0);
  EXPECT_EQ(parse(request(limits::kChunkLineBytes + 1)).error.status, 400);
}

TEST(RequestParserLimits, ChunkExtensions) {
  const auto request = [](std::size_t extension_bytes) {
    std::string body;
    for (std::size_t left = extension_bytes; left > 0;) {
      const auto n = std::min<std::size_t>(left, 128);
      body += "1" + line_of(n, ";") + "\r\na\r\n";
      left -= n;
    }
    return chunked(body + "0\r\n\r\n");
  };
  EXPECT_EQ(parse(request(limits::kChunkExtensionBytes)).error.status, 0);
  EXPECT_EQ(parse(request(limits::kChunkExtensionBytes + 1)).error.status, 400);
}

TEST(RequestParserLimits, Trailers) {
  const auto request = [](std::size_t count) {
    std::string trailers;
    for (std::size_t i = 0; i < count; ++i) trailers += "X: y\r\n";
    return chunked("0\r\n" + trailers + "\r\n");
  };
  EXPECT_EQ(parse(request(limits::kHeaderCount)).error.status, 0);
  EXPECT_EQ(parse(request(limits::kHeaderCount + 1)).error.status, 431);
  const auto line = [](std::size_t bytes) {
    return chunked("0\r\n" + line_of(bytes, "X: ") + "\r\n\r\n");
  };
  EXPECT_EQ(parse(line(limits::kHeaderLineBytes)).error.status, 0);
  EXPECT_EQ(parse(line(limits::kHeaderLineBytes + 1)).error.status, 431);
}

TEST(RequestParser, PipelinedRequestsComeOutInOrder) {
  const std::string text = with_fields("Content-Length: 3\r\n") + "abc" +
                           chunked("2\r\nde\r\n0\r\n\r\n") +
                           "GET /last HTTP/1.1\r\nHost: a\r\n\r\n";
  RequestParser parser;
  std::string_view rest = text;
  std::string bodies, last;
  for (int i = 0; i < 3; ++i) {
    const auto out = parse_pieces(parser, {rest});
    ASSERT_TRUE(out.ended);
    bodies += out.body + ";";
    last = parser.head().target;
    rest.remove_prefix(out.consumed);
    parser.reset();
  }
  EXPECT_EQ(bodies, "abc;de;;");
  EXPECT_EQ(last, "/last");
  EXPECT_TRUE(rest.empty());
}

TEST(RequestParser, TellsWhenTheClientWaitsForContinue) {
  RequestParser parser;
  parse_pieces(parser, {with_fields("Expect: 100-Continue\r\nContent-Length: 1\r\n")});
  EXPECT_TRUE(parser.expects_continue());
  parser.reset();
  parse_pieces(parser, {"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"});
  EXPECT_FALSE(parser.expects_continue());
}

TEST(RequestParser, BodyPiecesAreSlicesOfTheInput) {
  const std::string text = with_fields("Content-Length: 3\r\n") + "abcGET";
  RequestParser parser;
  const auto head = parser.next(text);
  ASSERT_EQ(head.event, ParseEvent::kHead);
  EXPECT_EQ(parser.direct_body_bytes(), 3u);
  const auto body = parser.next(std::string_view(text).substr(head.consumed));
  ASSERT_EQ(body.event, ParseEvent::kBody);
  EXPECT_EQ(body.body.data(), text.data() + head.consumed);
  EXPECT_EQ(body.body, "abc");
}

// Any bytes at all, however they are split, give the same outcome and never more than they hold.
TEST(RequestParserProperty, ArbitrarySplitsOfMutatedRequests) {
  EXPECT_TRUE(rc::check([] {
    const std::string seeds[] = {
        with_fields("Content-Length: 11\r\nAccept: */*\r\n") + "hello world",
        chunked("5\r\nhello\r\n6;e=1\r\n world\r\n0\r\nT: u\r\n\r\n"),
        "GET http://a/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    };
    std::string text = seeds[*rc::gen::inRange(0, 3)];
    const int changes = *rc::gen::inRange(0, 4);
    for (int i = 0; i < changes; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
      const auto byte = *rc::gen::elementOf(std::string("\r\n \t:;,0aA\x01\x7f\xff"));
      switch (*rc::gen::inRange(0, 3)) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.insert(at, 1, byte);
          break;
        default:
          text.erase(at, 1);
          break;
      }
    }
    std::vector<std::string_view> pieces;
    for (std::string_view rest = text; !rest.empty();) {
      const auto n = *rc::gen::inRange<std::size_t>(1, rest.size() + 1);
      pieces.push_back(rest.substr(0, n));
      rest.remove_prefix(n);
    }
    RequestParser whole(kMaxBody), split(kMaxBody);
    const auto expected = parse_pieces(whole, {text}, true);
    RC_ASSERT(parse_pieces(split, pieces, true, *rc::gen::arbitrary<bool>()) == expected);
    RC_ASSERT(expected.consumed <= text.size());
    RC_ASSERT(expected.ended != (expected.error.status != 0));
  }));
}

}  // namespace
}  // namespace sekisho::http
