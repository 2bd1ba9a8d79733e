// Our parsers against h11 and llhttp: tests/http/h1_reference.py holds the law and runs them.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "http/h1_parse_driver.h"

namespace sekisho::http {
namespace {

constexpr int kSkipped = 77;

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    text += "0123456789abcdef"[c & 15];
  }
  return text;
}

template <class Parser>
void write_case(std::ostream& out, std::string_view kind, std::string_view input) {
  Parser parser;
  const auto outcome = testing::parse_pieces(parser, {input}, true);
  out << kind << ' ' << hex(input) << ' ' << outcome.ended << ' ' << hex(outcome.head) << ' '
      << hex(outcome.body) << ' ' << outcome.consumed << ' ' << hex(outcome.error.reason) << '\n';
}

const std::vector<std::string> kRequests = {
    "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
    "POST /v1/x HTTP/1.1\r\nHost: a:80\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5;x=1\r\nhello\r\n0\r\nT: u\r\n\r\n",
    "GET /v1/models?a=b HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\nGET /next HTTP/1.1\r\n",
    "GET http://a/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx",
};

const std::vector<std::string> kResponses = {
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: u\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 429 Slow down\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nServer: x\r\n\r\nuntil close",
    "HTTP/1.1 204 No Content\r\n\r\n",
};

// Pieces of syntax that parsers are known to disagree about.
const std::vector<std::string> kPieces = {
    "\r\n",
    "\n",
    "\r",
    " ",
    "\t",
    ":",
    ";",
    ",",
    "0",
    "a",
    "Z",
    "\x0b",
    "\x7f",
    "\xff",
    "0x1",
    "+1",
    "-1",
    "=",
    "\"",
    "#",
    "//",
    "\r\n ",
    "chunked",
    "Host: b\r\n",
    "Content-Length: 5\r\n",
    "Content-Length: 6\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: gzip\r\n",
    "Connection: close\r\n",
    "Expect: 100-continue\r\n",
};

std::string mutate(std::string text, std::mt19937& random) {
  const auto below = [&random](std::size_t n) { return random() % n; };
  for (auto changes = below(4); changes > 0 && !text.empty(); --changes) {
    const auto at = below(text.size());
    const auto& piece = kPieces[below(kPieces.size())];
    switch (below(4)) {
      case 0:
        text.insert(at, piece);
        break;
      case 1:
        text.replace(at, 1, piece);
        break;
      case 2:
        text.erase(at, 1 + below(3));
        break;
      default: {  // a whole line, where fields stand
        const auto line = text.find("\r\n");
        if (line != std::string::npos) text.insert(line + 2, piece);
      }
    }
  }
  return text;
}

std::string python() {
  if (const char* chosen = std::getenv("SEKISHO_TEST_PYTHON")) return chosen;
  const std::string installed = SEKISHO_SOURCE_DIR "/build/test-clients/sdks/python/bin/python";
  return std::filesystem::exists(installed) ? installed : "python3";
}

TEST(Differential, AgreesWithH11AndLlhttp) {
  const auto folder =
      std::filesystem::path(::testing::TempDir()) / ("sekisho-h1-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto cases = folder / "h1_cases.txt";
  const auto report = folder / "h1_report.txt";
  {
    std::ofstream out(cases);
    std::mt19937 random(20261125);
    for (int i = 0; i < 4000; ++i) {
      write_case<RequestParser>(out, "request",
                                mutate(kRequests[random() % kRequests.size()], random));
      write_case<ResponseParser>(out, "response",
                                 mutate(kResponses[random() % kResponses.size()], random));
    }
  }
  const auto command = python() + " " SEKISHO_SOURCE_DIR "/tests/http/h1_reference.py < " +
                       cases.string() + " > " + report.string() + " 2>&1";
  const int status = std::system(command.c_str());
  std::stringstream said;
  said << std::ifstream(report).rdbuf();
  std::filesystem::remove_all(folder);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == kSkipped || code == 127) {
    GTEST_SKIP() << "needs scripts/install_test_clients.sh: " << said.str();
  }
  EXPECT_EQ(code, 0) << said.str();
}

}  // namespace
}  // namespace sekisho::http
