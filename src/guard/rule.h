#pragma once
// Rules are data. Each names literal anchors, the shape of what stands around them, and carries
// its own examples, which a test checks. Tables: rules_*.cpp. Patterns are RE2 syntax.
//
// Invariant (tested): anchors that could occur inside a run of their own rule's alphabet demand
// the start of a run (`run_start`). So the candidates of one rule overlap O(1)-fold and the work
// is linear in the text, whatever the text is.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace sekisho::guard {

enum class Shape : std::uint8_t {
  kToken,       // anchor, then a run of `alphabet`; `pattern` must match from the anchor on
  kAssignment,  // anchor is (part of) a name; the assigned value must match `pattern` wholly
  kUrl,         // anchor "://"; the password of user:password@host; `pattern` matches the scheme
  kKeyBlock,    // PEM-like block; `pattern` matches the header's label
  kFollowing,   // known by the anchor before it; `check` says how
};

enum class Check : std::uint8_t {
  kNone,
  kGithubChecksum,   // CRC-32 in base 62 of the body
  kBasicCredential,  // base64 of user:password
  kBotNumber,        // 8 to 10 digits stand before the anchor
  kAfterThree,       // a run of the alphabet begins three bytes before the anchor
  kPassword,         // chosen by people: character mix, no stop words
  kSecret,           // chosen by machines: length and entropy
  kServiceAccount,   // key block that is a member "private_key" of a JSON object
  kAfterKeyId,       // kFollowing: the secret key after an AWS key id
  kUserOption,       // kFollowing: the password of an option user:password
  kPasswordOption,   // kFollowing: the password glued to an option of a program that we know
  kEncodedKey,       // kFollowing: the rest of a provider key within base64
};

enum Mix : std::uint8_t { kAnyMix = 0, kNeedsDigit = 1, kNeedsUpper = 2, kNeedsLower = 4 };

struct RuleSpec {
  std::string_view id;
  std::string_view description;
  Shape shape = Shape::kToken;
  std::string_view anchors;        // separated by '|'
  bool fold_case = false;          // anchors in lower case, met in any case
  std::string_view alphabet = {};  // kToken: bytes that continue the token
  std::string_view pattern = {};
  // kToken: what a token that is broken over two lines must be, both parts together: of one length
  // only, or with a checksum, so that a word on the next line is not taken for its end.
  std::string_view broken = {};
  std::size_t min_bytes = 0;  // kToken: shorter runs are not looked at
  bool run_start = false;     // the byte before the anchor must not be of the alphabet
  bool glued = false;         // …but once in a run it may stand behind a name: MY_KEY_sk-ant-…
  bool long_run = false;      // may go on beyond kTokenBytes
  // kToken: leading bytes of the anchor that are not secret. kAssignment: those that are the name,
  // where the anchor holds a sign too.
  std::uint8_t skip = 0;
  std::uint8_t mix = kAnyMix;
  double min_entropy = 3.0;  // bits per byte of what follows the anchor
  Check check = Check::kNone;
  bool generic = false;  // gives way to rules that know the provider
  // For tests: a template of the secret, or of a text with the secret in <<>>. [class]{n} or
  // {m,n} draws characters, (a|b) an alternative, <crc> the checksum of the body.
  std::string_view sample = {};
  std::array<std::string_view, 3> clean = {};  // texts in which nothing may be found
};

std::span<const RuleSpec> code_hosting_rules();
std::span<const RuleSpec> cloud_rules();
std::span<const RuleSpec> model_provider_rules();
std::span<const RuleSpec> service_rules();
std::span<const RuleSpec> japan_rules();
std::span<const RuleSpec> key_block_rules();
std::span<const RuleSpec> generic_rules();

}  // namespace sekisho::guard
