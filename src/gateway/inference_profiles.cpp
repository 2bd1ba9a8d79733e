#include "gateway/inference_profiles.h"

#include <algorithm>
#include <charconv>

#include "http/percent.h"
#include "wire/bedrock/count_tokens.h"
#include "wire/json_writer.h"

namespace sekisho::gateway {
namespace {

constexpr std::string_view kArn = "arn:aws:bedrock:", kAccount = "000000000000",
                           kProfile = ":inference-profile/";
constexpr std::size_t kPageSize = 1000;  // Bedrock's own maximum

struct Profile {
  std::string id, region;
};

// The provider's id, where it leads to this group and says no account.
Profile profile_of(const Policy& policy, const KeyPolicy& key, const catalog::ModelGroup& group) {
  for (const auto& deployment : group.deployments) {
    const auto* upstream = policy.find_upstream(deployment.upstream);
    const auto& id = deployment.upstream_model;
    bool told = upstream && upstream->kind == UpstreamKind::kBedrock && !id.starts_with("arn:");
    if (told && policy.find_model(id, key) == &group) return {id, upstream->region};
  }
  return {group.name, "us-east-1"};
}

void write_profile(wire::JsonWriter& w, const Policy& policy, const KeyPolicy& key,
                   const catalog::ModelGroup& group) {
  auto profile = profile_of(policy, key, group);
  auto begin = std::string(kArn) + profile.region + ":";
  w.begin_object();
  w.field("inferenceProfileName", group.name);
  w.field("description", group.name);
  w.field("createdAt", "2026-01-01T00:00:00Z").field("updatedAt", "2026-01-01T00:00:00Z");
  w.field("inferenceProfileArn",
          begin + std::string(kAccount) + std::string(kProfile) + profile.id);
  w.key("models").begin_array().begin_object();
  w.field("modelArn",
          begin + ":foundation-model/" + std::string(wire::bedrock::foundation_model(profile.id)));
  w.end_object().end_array();
  w.field("inferenceProfileId", profile.id);
  w.field("status", "ACTIVE").field("type", "SYSTEM_DEFINED");
  w.end_object();
}

std::string parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    auto end = std::min(query.find('&'), query.size());
    auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    auto equals = std::min(pair.find('='), pair.size());
    if (pair.substr(0, equals) != name) continue;
    return http::percent_decode(pair.substr(std::min(equals + 1, pair.size())));
  }
  return {};
}

Outcome<std::size_t> number(std::string_view query, std::string_view name, std::size_t otherwise) {
  auto text = parameter(query, name);
  if (text.empty()) return otherwise;
  std::size_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return value;
  wire::Refusal refusal;
  refusal.code = Code::kInvalidArgument;
  refusal.rule = "query";
  refusal.detail = std::string(name) + ": must be a whole number";
  return Refused(std::move(refusal));
}

}  // namespace

Outcome<std::string> inference_profiles_json(const Policy& policy, const KeyPolicy& key,
                                             std::string_view query) {
  auto most = number(query, "maxResults", kPageSize);
  if (!most) return Refused(std::move(most).error());
  auto first = number(query, "nextToken", 0);
  if (!first) return Refused(std::move(first).error());
  auto groups = policy.allowed_models(key);
  if (parameter(query, "type") == "APPLICATION") groups.clear();
  auto begin = std::min(*first, groups.size());
  auto end = begin + std::min(std::clamp<std::size_t>(*most, 1, kPageSize), groups.size() - begin);
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object().key("inferenceProfileSummaries").begin_array();
  for (auto i = begin; i < end; ++i) write_profile(w, policy, key, *groups[i]);
  w.end_array();
  if (end < groups.size()) w.field("nextToken", std::to_string(end));
  w.end_object();
  return out;
}

std::string inference_profile_json(const Policy& policy, const KeyPolicy& key,
                                   const catalog::ModelGroup& group) {
  std::string out;
  wire::JsonWriter w(out);
  write_profile(w, policy, key, group);
  return out;
}

std::string_view name_of_profile(std::string_view name) {
  if (!name.starts_with(kArn)) return name;
  auto rest = name.substr(kArn.size());
  rest.remove_prefix(std::min(rest.find(':'), rest.size()));
  auto ours = ":" + std::string(kAccount) + std::string(kProfile);
  return rest.starts_with(ours) ? rest.substr(ours.size()) : name;
}

}  // namespace sekisho::gateway
