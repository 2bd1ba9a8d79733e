// The shared vectors, as a verifier meets them: each is accepted, and no change of it is.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "wire/aws/sigv4.h"
#include "wire/json_slice.h"

namespace sekisho::wire::aws {
namespace {

struct Vector {
  std::string path, authorization;
};

struct Vectors {
  std::string text;
  JsonDocument document;
  std::vector<Vector> all;

  Vectors() {
    std::ifstream in(SEKISHO_SOURCE_DIR "/tests/vectors/sigv4_bedrock_vectors.json");
    text.assign(std::istreambuf_iterator<char>(in), {});
    EXPECT_TRUE(document.parse(text));
    for (const JsonValue one : document.root().find("vectors")) {
      for (const JsonValue signature : one.find("signatures")) {
        all.push_back({one.find("wire_path").text(), signature.find("authorization").text()});
      }
    }
  }

  Result<void> verify(const Vector& vector, std::string_view hash,
                      std::string_view authorization) const {
    const JsonValue root = document.root();
    TRY(const auto parsed, parse_authorization(authorization));
    ReceivedRequest request{"POST", vector.path, {}, hash};
    for (const JsonValue header : root.find("headers")) {
      request.headers.emplace_back(header.name(), header.string());
    }
    const auto now = parse_amz_date(root.find("amz_date").string());
    return verify_signature(request, parsed, root.find("secret_access_key").text(),
                            {"us-east-1", "bedrock"}, *now);
  }
};

}  // namespace

TEST(SigV4Vectors, EachIsAcceptedAndNoChangeOfIt) {
  const Vectors vectors;
  ASSERT_EQ(vectors.all.size(), 8U);
  const std::string hash = vectors.document.root().find("payload_sha256").text();
  for (const Vector& vector : vectors.all) {
    const auto good = vectors.verify(vector, hash, vector.authorization);
    EXPECT_TRUE(good) << vector.path << ": " << good.error().detail;
    std::string other = vector.authorization;
    other.back() = other.back() == '0' ? '1' : '0';
    EXPECT_FALSE(vectors.verify(vector, hash, other));
    EXPECT_FALSE(vectors.verify(vector, sha256_hex("another body"), vector.authorization));
    EXPECT_FALSE(vectors.verify({vector.path + "/", ""}, hash, vector.authorization));
  }
}

}  // namespace sekisho::wire::aws
