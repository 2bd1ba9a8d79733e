#pragma once
// What a piece of base64 data is, told from its first bytes and not from what it is declared to be
// (clients send image/jpg, or png under the name of jpeg). Pure functions.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::wire {

// A data: URL with base64 content.
struct DataUrl {
  std::string_view media_type;  // "image/png"; may be empty
  std::string_view base64;
};
std::optional<DataUrl> parse_data_url(std::string_view url);

// The first `bytes` bytes (fewer if there are fewer) of what `base64` encodes; nullopt if it is not
// base64.
std::optional<std::string> base64_head(std::string_view base64, std::size_t bytes);

// All of it, if it is text in UTF-8.
std::optional<std::string> base64_text(std::string_view base64);
std::string encode_base64(std::string_view bytes);  // with padding, without breaks

std::string_view image_format(std::string_view base64);  // png, jpeg, gif, webp, or ""

// Base64 in its usual spelling: with '+' and '/' (some writers use the one for URLs), its padding,
// and in one line. Nothing if it is spelled so already.
std::optional<std::string> standard_base64(std::string_view base64);

// pdf, csv, doc, docx, xls, xlsx, html, txt, md, or "": from the first bytes, else the file name's
// ending, else the media type.
std::string_view document_format(const DataUrl& data, std::string_view file_name);

}  // namespace sekisho::wire
