#include "wire/aws/event_stream.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <simdjson.h>
#include <zlib.h>

#include "base/limits.h"

namespace sekisho::wire::aws {
namespace {

std::string from_hex(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  }
  return out;
}

struct Vector {
  bool exception = false;
  std::string type, payload, frame;
};

std::vector<Vector> load_vectors() {
  simdjson::dom::parser parser;
  const auto json =
      parser.load(SEKISHO_SOURCE_DIR "/tests/vectors/eventstream_vectors.json").value();
  std::vector<Vector> out;
  for (const bool exception : {false, true}) {
    for (const auto one : json[exception ? "exception" : "converse_stream"].get_array()) {
      out.push_back(
          {exception, std::string(one[exception ? "exception" : "event"].get_string().value()),
           simdjson::minify(one["payload"].value()), from_hex(one["hex"].get_string().value())});
    }
  }
  return out;
}

Result<std::vector<EventMessage>> decode(std::string_view bytes) {
  EventStreamDecoder decoder;
  std::vector<EventMessage> out;
  TRY_VOID(decoder.feed(bytes, out));
  return out;
}

// Bytes with both checksums made right again.
std::string resealed(std::string frame) {
  const auto put = [&](std::size_t at, std::size_t covered) {
    const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(frame.data()), covered);
    for (std::size_t i = 0; i < 4; ++i) frame[at + i] = static_cast<char>(sum >> (24 - 8 * i));
  };
  put(8, 8);
  put(frame.size() - 4, frame.size() - 4);
  return frame;
}

TEST(EventStream, EncoderMakesTheVectors) {
  const auto vectors = load_vectors();
  ASSERT_EQ(vectors.size(), 8U);
  for (const Vector& one : vectors) {
    EXPECT_EQ(one.exception ? encode_exception(one.type, one.payload)
                            : encode_event(one.type, one.payload),
              one.frame)
        << one.type;
  }
}

TEST(EventStream, DecodesTheVectorsAtEverySplit) {
  const auto vectors = load_vectors();
  std::string stream;
  for (const Vector& one : vectors) stream += one.frame;
  const auto whole = decode(stream);
  ASSERT_TRUE(whole);
  ASSERT_EQ(whole->size(), vectors.size());
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    const auto& message = (*whole)[i];
    EXPECT_EQ(message.payload, vectors[i].payload);
    EXPECT_EQ(message.header(vectors[i].exception ? ":exception-type" : ":event-type"),
              vectors[i].type);
    EXPECT_EQ(message.header(":message-type"), vectors[i].exception ? "exception" : "event");
    EXPECT_EQ(message.header("absent"), "");
  }
  for (std::size_t split = 0; split <= stream.size(); ++split) {
    EventStreamDecoder decoder;
    std::vector<EventMessage> out;
    ASSERT_TRUE(decoder.feed(std::string_view(stream).substr(0, split), out));
    ASSERT_TRUE(decoder.feed(std::string_view(stream).substr(split), out));
    ASSERT_EQ(out, *whole) << split;
    ASSERT_TRUE(decoder.at_boundary());
  }
}

TEST(EventStream, ByteByByte) {
  const auto vectors = load_vectors();
  EventStreamDecoder decoder;
  std::vector<EventMessage> out;
  for (const char c : vectors[0].frame + vectors[1].frame) {
    ASSERT_TRUE(decoder.feed({&c, 1}, out));
  }
  EXPECT_EQ(out.size(), 2U);
  EXPECT_TRUE(decoder.at_boundary());
}

TEST(EventStream, EveryFlippedBitIsNoticed) {
  const std::string frame = load_vectors()[0].frame;
  for (std::size_t i = 0; i < frame.size() * 8; ++i) {
    std::string spoiled = frame;
    spoiled[i / 8] = static_cast<char>(spoiled[i / 8] ^ (1 << (i % 8)));
    const auto out = decode(spoiled + frame);
    ASSERT_FALSE(out) << i;
    EXPECT_EQ(out.error().code, Code::kUpstreamFailed);
  }
}

TEST(EventStream, ErrorsAreFinal) {
  const std::string frame = load_vectors()[0].frame;
  std::string spoiled = frame;
  spoiled[9] = static_cast<char>(spoiled[9] ^ 1);
  EventStreamDecoder decoder;
  std::vector<EventMessage> out;
  EXPECT_FALSE(decoder.feed(spoiled, out));
  EXPECT_FALSE(decoder.feed(frame, out));
  EXPECT_TRUE(out.empty());
}

TEST(EventStream, CutStreamIsNotAtABoundary) {
  const std::string frame = load_vectors()[0].frame;
  EventStreamDecoder decoder;
  std::vector<EventMessage> out;
  ASSERT_TRUE(decoder.feed(frame.substr(0, frame.size() - 1), out));
  EXPECT_FALSE(decoder.at_boundary());
}

TEST(EventStream, AllHeaderTypes) {
  EventMessage message;
  for (std::uint8_t type = 0; type <= 9; ++type) {
    constexpr std::size_t kWidths[] = {0, 0, 1, 2, 4, 8, 3, 5, 8, 16};
    message.headers.push_back({"h" + std::to_string(type), type, std::string(kWidths[type], 'x')});
  }
  message.payload = "p";
  const auto out = decode(encode_message(message));
  ASSERT_TRUE(out) << out.error().detail;
  EXPECT_EQ(out->at(0), message);
}

TEST(EventStream, EmptyMessageIsSixteenBytes) {
  const std::string frame = encode_message({});
  EXPECT_EQ(frame.size(), 16U);
  EXPECT_TRUE(decode(frame));
}

TEST(EventStream, RefusesDuplicateHeaders) {
  EventMessage message;
  message.headers = {{"a", 7, "1"}, {"a", 7, "2"}};
  const auto out = decode(encode_message(message));
  ASSERT_FALSE(out);
  EXPECT_NE(out.error().detail.find("duplicate"), std::string::npos);
}

TEST(EventStream, RefusesUnknownTypesAndOverruns) {
  EventMessage message;
  message.headers = {{"a", 7, "value"}};
  const std::string frame = encode_message(message);
  std::string type = frame;
  type[14] = 10;
  EXPECT_FALSE(decode(resealed(type)));
  std::string long_value = frame;
  long_value[16] = 6;
  EXPECT_FALSE(decode(resealed(long_value)));
  std::string long_name = frame;
  long_name[12] = 100;
  EXPECT_FALSE(decode(resealed(long_name)));
  std::string no_name = frame;
  no_name[12] = 0;
  EXPECT_FALSE(decode(resealed(no_name)));
  std::string headers_too_long = frame;
  headers_too_long[7] = static_cast<char>(headers_too_long[7] + 1);
  EXPECT_FALSE(decode(resealed(headers_too_long)));
}

TEST(EventStream, LimitsAreHitBeforeAnythingIsBuffered) {
  const auto prelude = [](std::size_t total, std::size_t headers) {
    std::string frame(16, '\0');
    for (std::size_t i = 0; i < 4; ++i) {
      frame[i] = static_cast<char>(total >> (24 - 8 * i));
      frame[4 + i] = static_cast<char>(headers >> (24 - 8 * i));
    }
    return resealed(frame).substr(0, 12);
  };
  EXPECT_TRUE(decode(prelude(limits::kEventStreamFrameBytes, 0)));
  EXPECT_FALSE(decode(prelude(limits::kEventStreamFrameBytes + 1, 0)));
  EXPECT_TRUE(decode(prelude(1 << 20, limits::kEventStreamHeaderBytes)));
  EXPECT_FALSE(decode(prelude(1 << 20, limits::kEventStreamHeaderBytes + 1)));
  EXPECT_FALSE(decode(prelude(15, 0)));
}

TEST(EventStream, HeaderCountIsLimited) {
  EventMessage message;
  for (std::size_t i = 0; i < limits::kEventStreamHeaders; ++i) {
    message.headers.push_back({"h" + std::to_string(i), 0, ""});
  }
  EXPECT_TRUE(decode(encode_message(message)));
  message.headers.push_back({"one more", 0, ""});
  EXPECT_FALSE(decode(encode_message(message)));
}

TEST(EventStream, RoundTripsAnything) {
  rc::check([](const std::vector<std::string>& payloads) {
    std::string stream;
    for (const auto& payload : payloads) stream += encode_event("chunk", payload);
    const auto out = decode(stream);
    RC_ASSERT(out.has_value());
    RC_ASSERT(out->size() == payloads.size());
    for (std::size_t i = 0; i < payloads.size(); ++i) RC_ASSERT((*out)[i].payload == payloads[i]);
  });
}

}  // namespace
}  // namespace sekisho::wire::aws
