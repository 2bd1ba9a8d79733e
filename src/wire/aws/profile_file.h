#pragma once
// The ini dialect of ~/.aws/credentials and ~/.aws/config: sections, `name = value` lines,
// whole-line comments (# ;), trailing comments after a blank, indented sub-properties (skipped,
// they belong to the property above). Pure parser; the text is trusted to be the operator's but
// bounded anyway. Errors: kInvalidArgument naming the line number, never its content (it may hold a
// secret).

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sekisho::wire::aws {

enum class ProfileFileKind : std::uint8_t {
  kCredentials,  // [name]
  kConfig,       // [profile name] and [default]; other sections ([sso-session x]) are skipped
};

using Profile = std::map<std::string, std::string, std::less<>>;
using Profiles = std::map<std::string, Profile, std::less<>>;

// A section that comes twice is merged, the later value of a property wins (as botocore does).
Result<Profiles> parse_profile_file(std::string_view text, ProfileFileKind kind);

}  // namespace sekisho::wire::aws
