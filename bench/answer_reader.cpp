#include "answer_reader.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "mock_answers.h"

namespace sekisho::bench {

void AnswerReader::start(bool stream) {
  stream_ = stream;
  in_body_ = chunked_ = close_ = done_line_ = false;
  raw_.clear();
  text_.clear();
  said_.clear();
  fault_.clear();
  body_left_ = 0;
  frames_ = 0;
}

AnswerReader::State AnswerReader::broken(std::string why) {
  fault_ = std::move(why);
  return State::kBroken;
}

AnswerReader::State AnswerReader::feed(std::string_view bytes) {
  raw_.append(bytes);
  if (!in_body_ && !head_complete()) return fault_.empty() ? State::kMore : State::kBroken;
  return body();
}

bool AnswerReader::head_complete() {
  const auto end = raw_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  if (!raw_.starts_with("HTTP/1.1 200 ")) {
    broken("answer: " + raw_.substr(0, 600));
    return false;
  }
  const std::string head = raw_.substr(0, end + 2);
  chunked_ = strcasestr(head.c_str(), "\r\ntransfer-encoding: chunked\r\n") != nullptr;
  close_ = strcasestr(head.c_str(), "\r\nconnection: close\r\n") != nullptr;
  if (const char* length = strcasestr(head.c_str(), "\r\ncontent-length:")) {
    body_left_ = std::strtoull(length + 17, nullptr, 10);
  } else if (!chunked_) {
    broken("an answer without a length");
    return false;
  }
  raw_.erase(0, end + 4);
  in_body_ = true;
  return true;
}

AnswerReader::State AnswerReader::body() {
  if (!chunked_) {
    body_left_ -= std::min(body_left_, raw_.size());
    take_payload(raw_);
    raw_.clear();
    return body_left_ == 0 ? finish() : State::kMore;
  }
  std::size_t at = 0;
  State state = State::kMore;
  while (state == State::kMore) {
    const auto line_end = raw_.find("\r\n", at);
    if (line_end == std::string::npos) break;
    const std::size_t size = std::strtoull(raw_.c_str() + at, nullptr, 16);
    const std::size_t data = line_end + 2;
    if (raw_.size() < data + size + 2) break;
    take_payload(std::string_view(raw_).substr(data, size));
    at = data + size + 2;
    if (size == 0) state = finish();
  }
  raw_.erase(0, at);
  return state;
}

void AnswerReader::take_payload(std::string_view bytes) {
  text_.append(bytes);
  if (!stream_) return;
  std::size_t at = 0;
  for (auto end = text_.find('\n'); end != std::string::npos; end = text_.find('\n', at)) {
    take_line(std::string_view(text_).substr(at, end - at));
    at = end + 1;
  }
  text_.erase(0, at);
}

void AnswerReader::take_line(std::string_view line) {
  if (!line.starts_with("data: ")) return;
  ++frames_;
  done_line_ = done_line_ || line.starts_with("data: [DONE]");
  constexpr std::string_view kContent = "\"content\":\"";
  const auto start = line.find(kContent);
  if (start == std::string_view::npos) return;
  const auto text = line.substr(start + kContent.size());
  said_.append(text.substr(0, text.find('"')));
}

AnswerReader::State AnswerReader::finish() {
  if (stream_) {
    if (!done_line_) return broken("a stream without [DONE]");
    if (said_ != stream_text()) return broken("a stream that lost something: " + said_);
    return State::kDone;
  }
  if (text_.find(kAnswerText) == std::string::npos) return broken("a wrong answer: " + text_);
  return State::kDone;
}

}  // namespace sekisho::bench
