#include "http/h1_body.h"

#include <algorithm>

#include "base/limits.h"
#include "http/h1_syntax.h"
#include "http/percent.h"

namespace sekisho::http {
namespace {

constexpr std::size_t kMaxSizeDigits = 16;  // what a 64-bit size can have

}  // namespace

void BodyDecoder::start(Kind kind, std::uint64_t length, std::uint64_t max_bytes) {
  *this = BodyDecoder();
  kind_ = kind;
  max_bytes_ = max_bytes;
  switch (kind) {
    case Kind::kNone:
      return;
    case Kind::kLength:
      if (length > max_bytes) {
        failed(413, "request body larger than the limit");
        return;
      }
      left_ = length;
      state_ = length == 0 ? State::kDone : State::kData;
      return;
    case Kind::kChunked:
      state_ = State::kChunkLine;
      return;
    case Kind::kUntilClose:
      left_ = UINT64_MAX;
      state_ = State::kData;
      return;
  }
}

ParseStep BodyDecoder::failed(int status, std::string_view reason) {
  state_ = State::kFailed;
  error_ = {status, reason};
  return {ParseEvent::kError};
}

ParseStep BodyDecoder::next(std::string_view input) {
  std::size_t at = 0;
  for (;;) {
    bool go_on = false;
    switch (state_) {
      case State::kDone:
        return {ParseEvent::kEnd, at};
      case State::kFailed:
        return {ParseEvent::kError, at};
      case State::kData:
        return data(input, at);
      case State::kChunkLine:
        go_on = chunk_line(input, at);
        break;
      case State::kChunkEnd:
        go_on = chunk_end(input, at);
        break;
      case State::kTrailers:
        go_on = trailer_line(input, at);
        break;
    }
    if (!go_on && state_ != State::kFailed) return {ParseEvent::kMore, at};
  }
}

ParseStep BodyDecoder::data(std::string_view input, std::size_t offset) {
  const auto piece = input.substr(offset, std::min<std::uint64_t>(left_, input.size() - offset));
  if (piece.empty()) return {ParseEvent::kMore, offset};
  took(piece.size());
  if (state_ == State::kFailed) return {ParseEvent::kError, offset};
  return {ParseEvent::kBody, offset + piece.size(), piece};
}

std::uint64_t BodyDecoder::direct_bytes() const {
  return state_ == State::kData && kind_ != Kind::kUntilClose ? left_ : 0;
}

void BodyDecoder::took(std::uint64_t bytes) {
  if (kind_ == Kind::kUntilClose) {
    total_ += bytes;
    if (total_ > max_bytes_) failed(413, "body larger than the limit");
    return;
  }
  left_ -= bytes;
  if (left_ == 0) state_ = kind_ == Kind::kChunked ? State::kChunkEnd : State::kDone;
}

bool BodyDecoder::chunk_line(std::string_view input, std::size_t& at) {
  const auto rest = input.substr(at);
  const auto end = rest.find('\n');
  const auto seen = end == std::string_view::npos ? rest.size() : end + 1;
  if (seen > limits::kChunkLineBytes + 2) {
    failed(400, "chunk size line too long");
    return false;
  }
  if (end == std::string_view::npos) return false;
  if (end == 0 || rest[end - 1] != '\r') {
    failed(400, "chunk size line ends with a bare LF");
    return false;
  }
  at += end + 1;
  return chunk_size(rest.substr(0, end - 1));
}

bool BodyDecoder::chunk_size(std::string_view line) {
  std::uint64_t size = 0;
  std::size_t digits = 0;
  for (; digits < line.size() && hex_digit(line[digits]) >= 0; ++digits) {
    if (digits == kMaxSizeDigits) {
      failed(400, "chunk size overflows");
      return false;
    }
    size = size * 16 + static_cast<std::uint64_t>(hex_digit(line[digits]));
  }
  const auto extension = line.substr(digits);
  if (digits == 0 || (!extension.empty() && extension.front() != ';') ||
      !is_field_value(extension)) {
    failed(400, "malformed chunk size");
    return false;
  }
  extension_bytes_ += extension.size();
  if (extension_bytes_ > limits::kChunkExtensionBytes) {
    failed(400, "too many bytes of chunk extensions");
    return false;
  }
  if (size > max_bytes_ - total_) {
    failed(413, "body larger than the limit");
    return false;
  }
  total_ += size;
  left_ = size;
  state_ = size == 0 ? State::kTrailers : State::kData;
  return true;
}

bool BodyDecoder::chunk_end(std::string_view input, std::size_t& at) {
  const auto rest = input.substr(at, 2);
  if (rest != std::string_view("\r\n").substr(0, rest.size())) {
    failed(400, "chunk data is not followed by CRLF");
    return false;
  }
  if (rest.size() < 2) return false;
  at += 2;
  state_ = State::kChunkLine;
  return true;
}

bool BodyDecoder::trailer_line(std::string_view input, std::size_t& at) {
  const auto rest = input.substr(at);
  const auto end = rest.find('\n');
  const auto seen = end == std::string_view::npos ? rest.size() : end + 1;
  if (seen > limits::kHeaderLineBytes + 2) {
    failed(431, "trailer line too long");
    return false;
  }
  if (end == std::string_view::npos) return false;
  if (end == 0 || rest[end - 1] != '\r') {
    failed(400, "trailer line ends with a bare LF");
    return false;
  }
  at += end + 1;
  const auto line = rest.substr(0, end - 1);
  if (line.empty()) {
    state_ = State::kDone;
    return true;
  }
  trailer_bytes_ += end + 1;
  if (++trailer_count_ > limits::kHeaderCount || trailer_bytes_ > limits::kHeadBytes) {
    failed(431, "too many trailers");
    return false;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
      !is_field_value(line.substr(colon + 1))) {
    failed(400, "malformed trailer");
    return false;
  }
  return true;
}

ParseStep BodyDecoder::finish() {
  if (state_ == State::kFailed) return {ParseEvent::kError};
  if (kind_ == Kind::kUntilClose) state_ = State::kDone;
  if (state_ == State::kDone) return {ParseEvent::kEnd};
  return failed(400, "connection closed in the middle of the body");
}

}  // namespace sekisho::http
