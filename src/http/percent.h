#pragma once
// Percent escapes of URLs (RFC 3986). Pure, any thread.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::http {

int hex_digit(char c);  // 0 to 15, -1 for what is none

// What "%2D" at `at` stands for; nullopt where there is no escape.
std::optional<char> percent_escape(std::string_view text, std::size_t at);
// The bytes of one.
inline constexpr std::size_t kPercentEscapeBytes = 3;
void append_percent_escape(char c, std::string& out);

// Escapes everything but A-Za-z0-9-_.~
std::string percent_encode(std::string_view bytes);
void append_percent_encoded(std::string_view bytes, std::string& out);
// What is no escape stays as it is.
std::string percent_decode(std::string_view text);

}  // namespace sekisho::http
