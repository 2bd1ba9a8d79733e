#pragma once
// One request to a gateway's management API, from a program that has no loop of its own: builds
// one, asks, waits. Errors: kInvalidArgument (URL, CA file, key file), kUpstreamUnreachable,
// kUpstreamTimeout and the like; an answer of any status is an answer.

#include <string>
#include <string_view>

#include "base/result.h"

namespace sekisho::app::cli {

struct Connection {
  std::string url = "http://127.0.0.1:4000";
  std::string key;              // never from the command line: others can read that
  std::string ca_file;          // for https with a private authority
  std::string language = "en";  // of the server's sentences
};

struct ApiAnswer {
  int status = 0;
  std::string body;
};

Result<ApiAnswer> ask_api(const Connection& connection, std::string_view method,
                          std::string_view target, std::string_view body);

// The first line of the file, without outer blanks.
Result<std::string> read_key_file(const std::string& path);

}  // namespace sekisho::app::cli
