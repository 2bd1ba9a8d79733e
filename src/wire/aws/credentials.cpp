#include "wire/aws/credentials.h"

#include <fstream>
#include <iterator>

#include "base/limits.h"
#include "wire/aws/profile_file.h"

namespace sekisho::wire::aws {
namespace {

std::string value_or(const EnvironmentLookup& env, std::string_view name, std::string fallback) {
  auto value = env(name);
  return value && !value->empty() ? *std::move(value) : std::move(fallback);
}

std::string path_of(const EnvironmentLookup& env, std::string_view variable,
                    std::string_view file) {
  std::string path = value_or(env, variable, "~/.aws/" + std::string(file));
  if (path.starts_with("~/")) path = value_or(env, "HOME", "") + path.substr(1);
  return path;
}

// A file that is not there is an empty one.
Result<Profiles> read_profiles(const std::string& path, ProfileFileKind kind) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Profiles{};
  std::string text;
  text.resize(limits::kProfileFileBytes + 1);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  auto profiles = parse_profile_file(text, kind);
  if (!profiles) return fail(profiles.error().code, path + ": " + profiles.error().detail);
  return profiles;
}

std::string property(const Profile& profile, std::string_view name) {
  const auto found = profile.find(name);
  return found == profile.end() ? std::string() : found->second;
}

Result<Credentials> complete(Credentials credentials, const std::string& where) {
  if (credentials.access_key_id.empty() != credentials.secret_access_key.empty()) {
    return fail(Code::kInvalidArgument,
                where + " has only one of the access key id and the secret access key");
  }
  return credentials;
}

Result<Credentials> keys_of(const Profile& profile, const std::string& where) {
  return complete(
      {property(profile, "aws_access_key_id"), property(profile, "aws_secret_access_key"),
       property(profile, "aws_session_token")},
      where);
}

struct ProfileFiles {
  std::string credentials_path, config_path;
  Profiles credentials, config;
};

Result<ProfileFiles> read_files(const EnvironmentLookup& env) {
  ProfileFiles files;
  files.credentials_path = path_of(env, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  files.config_path = path_of(env, "AWS_CONFIG_FILE", "config");
  TRY(files.credentials, read_profiles(files.credentials_path, ProfileFileKind::kCredentials));
  TRY(files.config, read_profiles(files.config_path, ProfileFileKind::kConfig));
  return files;
}

// A way to credentials that the profile names and that this program does not go.
std::string unsupported_way(const Profile& profile) {
  for (const std::string_view name : {"role_arn", "sso_session", "sso_start_url", "login_session",
                                      "credential_process", "web_identity_token_file"}) {
    if (profile.contains(name)) return std::string(name);
  }
  return {};
}

Result<Credentials> from_profile(const std::string& name, const EnvironmentLookup& env) {
  TRY(const ProfileFiles files, read_files(env));
  std::string other_way;
  bool found = false;
  for (const auto* one : {&files.credentials, &files.config}) {
    const auto profile = one->find(name);
    if (profile == one->end()) continue;
    found = true;
    TRY(auto keys, keys_of(profile->second, "AWS profile \"" + name + "\""));
    if (!keys.access_key_id.empty()) return keys;
    if (other_way.empty()) other_way = unsupported_way(profile->second);
  }
  std::string why = "AWS profile \"" + name + "\" ";
  if (!found) {
    why += "is in neither " + files.credentials_path + " nor " + files.config_path;
  } else if (!other_way.empty()) {
    why += "gets its credentials by " + other_way + ", which is not supported: use static keys";
  } else {
    why += "has no aws_access_key_id in " + files.credentials_path + " or " + files.config_path;
  }
  return fail(Code::kUnauthenticated, std::move(why));
}

}  // namespace

Result<Credentials> load_credentials(const CredentialSource& source, const EnvironmentLookup& env) {
  TRY(auto fixed, complete({source.access_key_id, source.secret_access_key, source.session_token},
                           "the configuration"));
  if (!fixed.access_key_id.empty()) return fixed;
  if (!source.profile.empty()) return from_profile(source.profile, env);
  if (!source.environment) {
    return fail(Code::kUnauthenticated,
                "no AWS credentials: the configuration gives neither keys nor a profile");
  }
  TRY(auto keys,
      complete({value_or(env, "AWS_ACCESS_KEY_ID", ""), value_or(env, "AWS_SECRET_ACCESS_KEY", ""),
                value_or(env, "AWS_SESSION_TOKEN", "")},
               "the environment"));
  if (!keys.access_key_id.empty()) return keys;
  auto profile = from_profile(value_or(env, "AWS_PROFILE", "default"), env);
  if (!profile && profile.error().code == Code::kUnauthenticated) {
    return fail(Code::kUnauthenticated,
                "no AWS credentials: AWS_ACCESS_KEY_ID is not set, and " + profile.error().detail);
  }
  return profile;
}

std::optional<std::string> load_bearer_key(const EnvironmentLookup& env) {
  auto key = env("AWS_BEARER_TOKEN_BEDROCK");
  if (key && key->empty()) key.reset();
  return key;
}

std::optional<std::string> load_region(const CredentialSource& source,
                                       const EnvironmentLookup& env) {
  for (const std::string_view name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (auto region = env(name); region && !region->empty()) return region;
  }
  const std::string name =
      source.profile.empty() ? value_or(env, "AWS_PROFILE", "default") : source.profile;
  const auto files = read_files(env);
  if (!files) return std::nullopt;
  for (const auto* one : {&files->config, &files->credentials}) {
    const auto profile = one->find(name);
    if (profile == one->end()) continue;
    if (auto region = property(profile->second, "region"); !region.empty()) return region;
  }
  return std::nullopt;
}

}  // namespace sekisho::wire::aws
