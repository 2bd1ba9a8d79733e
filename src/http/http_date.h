#pragma once
// Times in HTTP's form; and the fields that every answer carries, rendered once per second: Date
// and Server, followed by the empty line that ends a head. One per server.

#include <optional>
#include <string>
#include <string_view>

#include "io/loop.h"

namespace sekisho::http {

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(WallTime at);
// The same read back; nothing for what is not in this form (the only one that RFC 9110 lets be
// sent).
std::optional<WallTime> parse_http_date(std::string_view text);

class CommonFields {
 public:
  CommonFields(io::Loop& loop, std::string server_name)
      : loop_(loop), server_name_(std::move(server_name)) {}
  std::string_view with_date();
  std::string_view without_date() const { return without_date_; }

 private:
  io::Loop& loop_;
  std::string server_name_;
  std::string with_date_;
  std::string without_date_ = "Server: " + server_name_ + "\r\n\r\n";
  SteadyTime valid_until_ = SteadyTime::min();
};

}  // namespace sekisho::http
