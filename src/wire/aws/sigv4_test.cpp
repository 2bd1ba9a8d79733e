#include "wire/aws/sigv4.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <simdjson.h>

#include <fstream>
#include <sstream>

namespace sekisho::wire::aws {
namespace {

struct Vector {
  std::string path, canonical_uri, signed_headers, request_sha256, signature, authorization;
};
struct Vectors {
  Credentials credentials;
  std::string date, region, service, body, payload_sha256, signing_key_hex;
  std::vector<SignedHeader> headers;
  std::vector<Vector> all;
};

std::string text(const simdjson::dom::element& element, const char* key) {
  return std::string(element[key].get_string().value());
}

Vectors load_vectors() {
  simdjson::dom::parser parser;
  const auto json =
      parser.load(SEKISHO_SOURCE_DIR "/tests/vectors/sigv4_bedrock_vectors.json").value();
  Vectors out;
  out.credentials = {text(json, "access_key_id"), text(json, "secret_access_key"), ""};
  out.date = text(json, "amz_date");
  out.region = text(json, "region");
  out.service = text(json, "service");
  out.body = text(json, "body");
  out.payload_sha256 = text(json, "payload_sha256");
  out.signing_key_hex = text(json, "signing_key_hex");
  for (const auto field : json["headers"].get_object()) {
    out.headers.push_back({std::string(field.key), std::string(field.value.get_string().value())});
  }
  for (const auto path : json["vectors"].get_array()) {
    for (const auto one : path["signatures"].get_array()) {
      out.all.push_back({text(path, "wire_path"), text(path, "canonical_uri"),
                         text(one, "signed_headers"), text(one, "canonical_request_sha256"),
                         text(one, "signature"), text(one, "authorization")});
    }
  }
  return out;
}

std::vector<SignedHeader> chosen(const Vectors& vectors, const std::string& names) {
  std::vector<SignedHeader> out;
  for (const auto& header : vectors.headers) {
    if ((";" + names + ";").find(";" + header.name + ";") != std::string::npos) {
      out.push_back(header);
    }
  }
  return out;
}

WallTime at(const std::string& date) {
  return parse_amz_date(date).value();
}

TEST(SigV4, HoldsAllVectors) {
  const Vectors vectors = load_vectors();
  ASSERT_EQ(vectors.all.size(), 8U);
  EXPECT_EQ(sha256_hex(vectors.body), vectors.payload_sha256);
  EXPECT_EQ(
      hex(signing_key(vectors.credentials.secret_access_key, "20260102", "us-east-1", "bedrock")),
      vectors.signing_key_hex);
  for (const Vector& one : vectors.all) {
    SCOPED_TRACE(one.path + " " + one.signed_headers);
    const SigningInput input{.method = "POST",
                             .path = one.path,
                             .query = "",
                             .headers = chosen(vectors, one.signed_headers),
                             .payload_sha256_hex = vectors.payload_sha256,
                             .region = vectors.region,
                             .service = vectors.service,
                             .amz_date = vectors.date};
    EXPECT_EQ(canonical_uri(one.path), one.canonical_uri);
    EXPECT_EQ(sha256_hex(canonical_request(input)), one.request_sha256);
    EXPECT_EQ(signature(input, vectors.credentials.secret_access_key), one.signature);
    EXPECT_EQ(authorization_header(input, vectors.credentials), one.authorization);
  }
}

TEST(SigV4, VerifiesAllVectorsOverTheRawTarget) {
  const Vectors vectors = load_vectors();
  for (const Vector& one : vectors.all) {
    ReceivedRequest request{.method = "POST",
                            .target = one.path,
                            .headers = {},
                            .payload_sha256_hex = vectors.payload_sha256};
    for (const auto& header : vectors.headers)
      request.headers.push_back({header.name, header.value});
    const auto parsed = parse_authorization(one.authorization);
    ASSERT_TRUE(parsed) << parsed.error().detail;
    EXPECT_EQ(parsed->access_key_id, "AKIDEXAMPLE");
    const auto result = verify_signature(request, *parsed, vectors.credentials.secret_access_key,
                                         {"us-east-1", "bedrock"}, at(vectors.date));
    EXPECT_TRUE(result) << result.error().detail;
  }
}

TEST(SigV4, CanonicalPathNormalisesAndEncodesOnceMore) {
  EXPECT_EQ(canonical_uri("/model/a%2Fb:1/invoke"), "/model/a%252Fb%3A1/invoke");
  EXPECT_EQ(canonical_uri("/a/./b/../c/"), "/a/c/");
  EXPECT_EQ(canonical_uri("//a//b"), "/a/b");
  EXPECT_EQ(canonical_uri(""), "/");
  EXPECT_EQ(canonical_uri("/../.."), "/");
}

TEST(SigV4, QueryIsSortedAfterEncoding) {
  EXPECT_EQ(canonical_query("b=2&a=1&a=0&c"), "a=0&a=1&b=2&c=");
  EXPECT_EQ(canonical_query("x=%e3%81%82&x=a+b"), "x=%E3%81%82&x=a%2Bb");
}

TEST(SigV4, HeaderValuesAreTrimmedAndRepeatedNamesJoined) {
  const SigningInput input{
      .method = "GET",
      .path = "/",
      .query = "",
      .headers = {{"my-header", "  b \t c "}, {"host", "h"}, {"my-header", "a"}},
      .payload_sha256_hex = "p",
      .region = "r",
      .service = "s",
      .amz_date = "20260102T030405Z"};
  EXPECT_EQ(canonical_request(input), "GET\n/\n\nhost:h\nmy-header:b c,a\n\nhost;my-header\np");
}

TEST(SigV4, DatesRoundTripAndNonsenseIsRefused) {
  EXPECT_EQ(amz_date(at("20240229T235959Z")), "20240229T235959Z");
  for (const auto* bad : {"", "20230229T000000Z", "20261301T000000Z", "2026-01-02T03:04Z",
                          "20260102T240000Z", "+0260102T030405Z", "99990102T030405Z"}) {
    EXPECT_FALSE(parse_amz_date(bad)) << bad;
  }
}

// A signed request as the simulator would receive it; each test spoils one thing.
struct Sent {
  std::string target = "/model/m%3A0/converse-stream?b=2&a=1";
  std::string body_hash = sha256_hex("{}");
  WallTime now = at("20260102T030405Z");
  std::vector<SignedHeader> headers;
  Credentials credentials{"AKID", "secret", "token"};

  explicit Sent(std::string host = "gateway.example:8443") {
    headers =
        sign_request("POST", host, target, body_hash, "us-east-1", "bedrock", credentials, now);
    headers.push_back({"Host", host});
  }
  std::string& header(std::string_view name) {
    for (auto& header : headers) {
      if (header.name == name) return header.value;
    }
    static std::string none;
    return none;
  }
  Result<void> verify(std::string secret = "secret", std::chrono::minutes window = kClockWindow) {
    ReceivedRequest request{
        .method = "POST", .target = target, .headers = {}, .payload_sha256_hex = body_hash};
    for (const auto& header : headers) request.headers.push_back({header.name, header.value});
    TRY(const auto parsed, parse_authorization(header("authorization")));
    return verify_signature(request, parsed, secret, {"us-east-1", "bedrock", window}, now);
  }
};

TEST(SigV4Verify, AcceptsWhatSignRequestMade) {
  Sent sent;
  const auto result = sent.verify();
  EXPECT_TRUE(result) << result.error().detail;
  EXPECT_NE(sent.header("authorization")
                .find("SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;"
                      "x-amz-security-token,"),
            std::string::npos);
}

TEST(SigV4Verify, RefusesEveryChangeOnTheWay) {
  const auto refused = [](auto&& spoil) {
    Sent sent;
    spoil(sent);
    const auto result = sent.verify();
    return !result && result.error().code == Code::kUnauthenticated;
  };
  EXPECT_TRUE(refused([](Sent& s) { s.target = "/model/m:0/converse-stream?b=2&a=1"; }));
  EXPECT_TRUE(refused([](Sent& s) { s.target += "&c=3"; }));
  EXPECT_TRUE(refused([](Sent& s) { s.header("Host") = "elsewhere"; }));
  EXPECT_TRUE(refused([](Sent& s) { s.header("x-amz-security-token") = "other"; }));
  EXPECT_TRUE(refused([](Sent& s) { s.body_hash = sha256_hex("{ }"); }));
  EXPECT_TRUE(refused([](Sent& s) { s.header("content-type") = "text/plain"; }));
  EXPECT_TRUE(refused([](Sent& s) { s.headers.erase(s.headers.begin()); }));
  EXPECT_FALSE(refused([](Sent&) {}));
}

TEST(SigV4Verify, RefusesTheWrongSecret) {
  EXPECT_FALSE(Sent().verify("Secret"));
}

TEST(SigV4Verify, ClockWindowIsFifteenMinutesEitherWay) {
  Sent sent;
  const WallTime signed_at = sent.now;
  sent.now = signed_at + std::chrono::minutes(15);
  EXPECT_TRUE(sent.verify());
  sent.now = signed_at + std::chrono::minutes(15) + std::chrono::seconds(1);
  EXPECT_FALSE(sent.verify());
  sent.now = signed_at - std::chrono::minutes(15);
  EXPECT_TRUE(sent.verify());
  sent.now = signed_at - std::chrono::minutes(16);
  EXPECT_FALSE(sent.verify());
}

TEST(SigV4Verify, AVerifierMayBeStricter) {
  Sent sent;
  const WallTime signed_at = sent.now;
  for (const auto [minutes, good] : {std::pair(5, true), std::pair(6, false)}) {
    sent.now = signed_at + std::chrono::minutes(minutes);
    EXPECT_EQ(sent.verify("secret", std::chrono::minutes(5)).has_value(), good);
  }
}

TEST(SigV4Verify, AuthorityCountsAsHostOverHttp2) {
  const std::string hash = sha256_hex("{}");
  const SigningInput input{.method = "POST",
                           .path = "/x",
                           .query = "",
                           .headers = {{":authority", "gw"}, {"x-amz-date", "20260102T030405Z"}},
                           .payload_sha256_hex = hash,
                           .region = "us-east-1",
                           .service = "bedrock",
                           .amz_date = "20260102T030405Z"};
  const auto parsed = parse_authorization(authorization_header(input, {"AKID", "secret", ""}));
  ASSERT_TRUE(parsed);
  for (const std::string_view name : {":authority", "host"}) {
    const ReceivedRequest request{.method = "POST",
                                  .target = "/x",
                                  .headers = {{name, "gw"}, {"X-Amz-Date", "20260102T030405Z"}},
                                  .payload_sha256_hex = hash};
    EXPECT_TRUE(verify_signature(request, *parsed, "secret", {}, at("20260102T030405Z")));
  }
}

TEST(SigV4Verify, HostAndDateMustBeSigned) {
  const std::string hash = sha256_hex("");
  for (const std::string_view only : {"host", "x-amz-date"}) {
    const SigningInput input{.method = "GET",
                             .path = "/",
                             .query = "",
                             .headers = {{std::string(only), "20260102T030405Z"}},
                             .payload_sha256_hex = hash,
                             .region = "r",
                             .service = "s",
                             .amz_date = "20260102T030405Z"};
    const auto parsed = parse_authorization(authorization_header(input, {"AKID", "k", ""}));
    const ReceivedRequest request{
        .method = "GET",
        .target = "/",
        .headers = {{"host", "20260102T030405Z"}, {"x-amz-date", "20260102T030405Z"}},
        .payload_sha256_hex = hash};
    EXPECT_FALSE(verify_signature(request, *parsed, "k", {}, at("20260102T030405Z"))) << only;
  }
}

TEST(SigV4Verify, AuthorizationGrammar) {
  const std::string sig(64, 'a');
  EXPECT_TRUE(
      parse_authorization("AWS4-HMAC-SHA256 Credential=A/20260102/r/s/aws4_request,"
                          "SignedHeaders=host,Signature=" +
                          sig));
  for (const std::string& bad : std::vector<std::string>{
           "", "Bearer x", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ",
           "AWS4-HMAC-SHA256 Credential=A/20260102/r/s, SignedHeaders=host, Signature=" + sig,
           "AWS4-HMAC-SHA256 Credential=A/20260102/r/s/aws4_request, Signature=" + sig,
           "AWS4-HMAC-SHA256 Credential=A/20260102/r/s/aws4_request, SignedHeaders=host, "
           "Signature=XYZ",
           "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=" + sig}) {
    EXPECT_FALSE(parse_authorization(bad)) << bad;
  }
}

TEST(Sha256, PiecesAndMidstatesEqualTheWhole) {
  rc::check([](const std::string& a, const std::string& b) {
    Sha256 hash;
    hash.update(a);
    Sha256 copy = hash;
    copy.update(b);
    RC_ASSERT(hex(copy.digest()) == sha256_hex(a + b));
    RC_ASSERT(hex(hash.digest()) == sha256_hex(a));
    RC_ASSERT(sha256_hex(std::vector<std::string_view>{a, b}) == sha256_hex(a + b));
  });
}

TEST(Sha256, HmacOfRfc4231) {
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'),
                            "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace sekisho::wire::aws
