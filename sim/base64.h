#pragma once
// Strict base64 (RFC 4648, padded) for images and documents in requests, and for bodies shown to
// tests.

#include <optional>
#include <string>
#include <string_view>

namespace sekisho::sim {

std::string encode_base64(std::string_view bytes);
std::optional<std::string> decode_base64(std::string_view text);
// "png", "jpeg", "gif", "webp" by the first bytes, or "".
std::string_view image_format(std::string_view bytes);

}  // namespace sekisho::sim
