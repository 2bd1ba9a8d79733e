#include <gtest/gtest.h>

#include <string>

#include "http/h1_parse_driver.h"
#include "http/h1_parser.h"

namespace sekisho::http {
namespace {

using testing::bytewise;
using testing::Outcome;
using testing::parse_pieces;

Outcome parse(std::string_view text, bool close = false, bool to_head = false) {
  ResponseParser parser(to_head);
  const auto whole = parse_pieces(parser, {text}, close);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    ResponseParser other(to_head);
    EXPECT_EQ(parse_pieces(other, {text.substr(0, cut), text.substr(cut)}, close, cut % 2 == 0),
              whole)
        << "split at " << cut << " of " << text;
  }
  ResponseParser other(to_head);
  EXPECT_EQ(parse_pieces(other, bytewise(text), close), whole) << text;
  return whole;
}

struct Good {
  std::string text;
  std::string head;
  std::string body;
  bool keep_alive = true;
  bool close = false;
  bool to_head = false;
};

TEST(ResponseParser, AcceptsWhatServersSend) {
  const Good cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 OK 1.1\nContent-Length=2", "hi"},
      {"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "200  1.1\nContent-Length=0", ""},
      {"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "200  1.1\nContent-Length=0", ""},
      {"HTTP/1.1 404 Not \xc3\x9c here\r\nContent-Length: 0\r\n\r\n",
       "404 Not \xc3\x9c here 1.1\nContent-Length=0", ""},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1;a=b\r\n!\r\n0\r\n\r\n",
       "200 OK 1.1\nTransfer-Encoding=chunked", "hi!"},
      {"HTTP/1.1 200 OK\r\nServer: x\r\n\r\nall of it", "200 OK 1.1\nServer=x", "all of it", false,
       true},
      {"HTTP/1.0 200 OK\r\n\r\n", "200 OK 1.0", "", false, true},
      {"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx",
       "200 OK 1.0\nConnection=Keep-Alive\nContent-Length=1", "x", true},
      {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", "200 OK 1.0\nContent-Length=1", "x", false},
      {"HTTP/1.1 204 No Content\r\n\r\n", "204 No Content 1.1", ""},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
       "304 Not Modified 1.1\nContent-Length=9", ""},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "200 OK 1.1\nContent-Length=9", "", true,
       false, true},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
       "200 OK 1.1\nTransfer-Encoding=chunked", "", true, false, true},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
       "Link: <a>\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\ny",
       "201 Created 1.1\nContent-Length=1", "y"},
      {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
       "200 OK 1.1\nConnection=close\nContent-Length=0", "", false},
  };
  for (const auto& c : cases) {
    const auto out = parse(c.text, c.close, c.to_head);
    EXPECT_EQ(out.error.status, 0) << c.text << out.error.reason;
    EXPECT_TRUE(out.ended) << c.text;
    EXPECT_EQ(out.head, c.head);
    EXPECT_EQ(out.body, c.body);
    EXPECT_EQ(out.keep_alive, c.keep_alive) << c.text;
    EXPECT_EQ(out.consumed, c.text.size());
  }
}

TEST(ResponseParser, RefusesMalformedAnswersAs502) {
  const std::string cases[] = {
      "HTTP/2 200 OK\r\n\r\n",
      "HTTP/1.2 200 OK\r\n\r\n",
      "HTTP/1.1 99 x\r\n\r\n",
      "HTTP/1.1 2000 x\r\n\r\n",
      "HTTP/1.1 600 x\r\n\r\n",
      "HTTP/1.1  200 OK\r\n\r\n",
      "HTTP/1.1 200 O\x01K\r\n\r\n",
      "ICY 200 OK\r\n\r\n",
      "<html>\r\n",
      "\r\nHTTP/1.1 200 OK\r\n\r\n",
      "HTTP/1.1 103 Hints\r\nContent-Length: 7\r\n\r\n",
      "HTTP/1.1 102 Hints\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\n\r\n",
      "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      std::string(limits::kRequestLineBytes + 2, 'x'),
  };
  for (const auto& text : cases) {
    EXPECT_EQ(parse_pieces(*std::make_unique<ResponseParser>(), {text}).error.status, 502) << text;
    if (text.size() < 200) parse(text);
  }
}

TEST(ResponseParser, TellsACutAnswerFromAFinishedOne) {
  for (const std::string text :
       {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", "HTTP/1.1 200 OK\r\nConte",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "",
        "HTTP/1.1 100 Continue\r\n\r\n"}) {
    const auto out = parse(text, true);
    EXPECT_EQ(out.error.status, 502) << text;
    EXPECT_FALSE(out.ended);
  }
}

TEST(ResponseParserLimits, InterimAnswers) {
  const auto answers = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "HTTP/1.1 102 Processing\r\n\r\n";
    return text + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  };
  EXPECT_EQ(parse(answers(limits::kInterimResponses)).error.status, 0);
  EXPECT_EQ(parse(answers(limits::kInterimResponses + 1)).error.status, 502);
}

TEST(ResponseParser, ServesSeveralAnswersOfOneConnection) {
  ResponseParser parser(true);
  const auto first = parse_pieces(parser, {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"});
  EXPECT_TRUE(first.ended);
  parser.reset(false);
  const auto second = parse_pieces(parser, {"HTTP/1.1 500 Oops\r\nContent-Length: 1\r\n\r\nx"});
  EXPECT_TRUE(second.ended);
  EXPECT_EQ(second.body, "x");
  EXPECT_EQ(parser.head().status, 500);
}

}  // namespace
}  // namespace sekisho::http
