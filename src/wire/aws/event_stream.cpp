#include "wire/aws/event_stream.h"

#include <zlib.h>

#include <algorithm>

#include "base/limits.h"

namespace sekisho::wire::aws {
namespace {

constexpr std::size_t kPreludeBytes = 12;  // two lengths and their checksum
constexpr std::size_t kTrailerBytes = kFrameTrailerBytes;
constexpr std::size_t kMinimumBytes = kPreludeBytes + kTrailerBytes;
constexpr std::uint8_t kTypeBytes = 6, kTypeString = 7, kTypeLast = 9;

std::uint32_t crc(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::uint32_t read_big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::uint32_t read_u32(std::string_view bytes, std::size_t at) {
  return read_big_endian(bytes.substr(at, 4));
}

void append_big_endian(std::uint32_t value, std::size_t width, std::string& out) {
  for (std::size_t i = width; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xff);
}

Failure broken(std::string_view why) {
  return fail(Code::kUpstreamFailed, std::string("event stream: ").append(why));
}

// Width of a value of this type; variable-width types read theirs from the front of `rest`.
std::size_t take_width(std::uint8_t type, std::string_view& rest) {
  constexpr std::size_t kWidths[] = {0, 0, 1, 2, 4, 8, 0, 0, 8, 16};
  if (type != kTypeBytes && type != kTypeString) return kWidths[type];
  if (rest.size() < 2) return std::string_view::npos;
  const std::size_t width = read_big_endian(rest.substr(0, 2));
  rest.remove_prefix(2);
  return width;
}

Result<EventMessage::Header> take_header(std::string_view& rest) {
  const std::size_t name_size = static_cast<unsigned char>(rest[0]);
  if (name_size == 0 || rest.size() < 1 + name_size + 1) return broken("a header overruns");
  EventMessage::Header header;
  header.name = rest.substr(1, name_size);
  header.type = static_cast<std::uint8_t>(rest[1 + name_size]);
  rest.remove_prefix(1 + name_size + 1);
  if (header.type > kTypeLast) return broken("unknown header type");
  const std::size_t width = take_width(header.type, rest);
  if (width > rest.size()) return broken("a header value overruns");
  header.value = rest.substr(0, width);
  rest.remove_prefix(width);
  return header;
}

Result<std::vector<EventMessage::Header>> read_headers(std::string_view block) {
  std::vector<EventMessage::Header> headers;
  while (!block.empty()) {
    TRY(auto header, take_header(block));
    const bool duplicate = std::any_of(headers.begin(), headers.end(),
                                       [&](const auto& h) { return h.name == header.name; });
    if (duplicate) return broken("duplicate header");
    if (headers.size() == limits::kEventStreamHeaders) return broken("too many headers");
    headers.push_back(std::move(header));
  }
  return headers;
}

struct Prelude {
  std::size_t total = 0, headers = 0;
};

Result<Prelude> read_prelude(std::string_view bytes) {
  if (crc(bytes.substr(0, 8)) != read_u32(bytes, 8)) return broken("wrong prelude checksum");
  const Prelude prelude{read_u32(bytes, 0), read_u32(bytes, 4)};
  if (prelude.total < kMinimumBytes || prelude.headers > prelude.total - kMinimumBytes) {
    return broken("lengths contradict each other");
  }
  if (prelude.total > limits::kEventStreamFrameBytes) return broken("frame too large");
  if (prelude.headers > limits::kEventStreamHeaderBytes) return broken("headers too large");
  return prelude;
}

Result<EventMessage> read_frame(std::string_view frame, const Prelude& prelude) {
  const std::size_t end = frame.size() - kTrailerBytes;
  if (crc(frame.substr(0, end)) != read_u32(frame, end)) return broken("wrong message checksum");
  EventMessage message;
  TRY(message.headers, read_headers(frame.substr(kPreludeBytes, prelude.headers)));
  const std::size_t payload = kPreludeBytes + prelude.headers;
  message.payload = frame.substr(payload, end - payload);
  return message;
}

std::string encode_json(std::string_view kind_header, std::string_view kind,
                        std::string_view message_type, std::string_view payload) {
  EventMessage message;
  message.headers.push_back({std::string(kind_header), kTypeString, std::string(kind)});
  message.headers.push_back({":content-type", kTypeString, "application/json"});
  message.headers.push_back({":message-type", kTypeString, std::string(message_type)});
  message.payload = payload;
  return encode_message(message);
}

}  // namespace

std::string_view EventMessage::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

Result<std::size_t> EventStreamDecoder::decode(std::string_view bytes,
                                               std::vector<EventMessage>& out,
                                               std::vector<std::string>* frames) {
  std::size_t used = 0;
  while (bytes.size() - used >= kPreludeBytes) {
    const std::string_view rest = bytes.substr(used);
    TRY(const Prelude prelude, read_prelude(rest));
    if (rest.size() < prelude.total) break;
    TRY(EventMessage message, read_frame(rest.substr(0, prelude.total), prelude));
    out.push_back(std::move(message));
    if (frames) frames->emplace_back(rest.substr(0, prelude.total));
    used += prelude.total;
  }
  return used;
}

Result<void> EventStreamDecoder::feed(std::string_view bytes, std::vector<EventMessage>& out,
                                      std::vector<std::string>* frames) {
  if (failure_) return Failure(*failure_);
  const bool held = !buffer_.empty();
  if (held) buffer_.append(bytes);
  const auto used = decode(held ? std::string_view(buffer_) : bytes, out, frames);
  if (!used) {
    failure_ = used.error();
    return Failure(*failure_);
  }
  if (held) {
    buffer_.erase(0, *used);
  } else {
    buffer_.assign(bytes.substr(*used));
  }
  return {};
}

std::size_t payload_offset(std::string_view frame) {
  return kPreludeBytes + read_u32(frame, 4);
}

void reseal_frame(std::string& frame) {
  std::string prelude;
  append_big_endian(static_cast<std::uint32_t>(frame.size()), 4, prelude);
  prelude.append(frame, 4, 4);
  append_big_endian(crc(prelude), 4, prelude);
  frame.replace(0, kPreludeBytes, prelude);
  frame.resize(frame.size() - kTrailerBytes);
  append_big_endian(crc(frame), 4, frame);
}

std::string encode_message(const EventMessage& message) {
  std::string headers;
  for (const EventMessage::Header& header : message.headers) {
    headers += static_cast<char>(header.name.size());
    headers += header.name;
    headers += static_cast<char>(header.type);
    if (header.type == kTypeBytes || header.type == kTypeString) {
      append_big_endian(static_cast<std::uint32_t>(header.value.size()), 2, headers);
    }
    headers += header.value;
  }
  const std::size_t total = kMinimumBytes + headers.size() + message.payload.size();
  std::string out;
  out.reserve(total);
  append_big_endian(static_cast<std::uint32_t>(total), 4, out);
  append_big_endian(static_cast<std::uint32_t>(headers.size()), 4, out);
  append_big_endian(crc(out), 4, out);
  out += headers;
  out += message.payload;
  append_big_endian(crc(out), 4, out);
  return out;
}

std::string encode_event(std::string_view event_type, std::string_view json_payload) {
  return encode_json(":event-type", event_type, "event", json_payload);
}

std::string encode_exception(std::string_view exception_type, std::string_view json_payload) {
  return encode_json(":exception-type", exception_type, "exception", json_payload);
}

}  // namespace sekisho::wire::aws
