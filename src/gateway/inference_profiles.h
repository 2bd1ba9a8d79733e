#pragma once
// Bedrock's inference profiles, as its clients list them (GET /inference-profiles, and one by its
// id or ARN): one for each model that the key may use, under the id that Bedrock's clients know it
// by, or else the name it has here. Accounts are never told: their number is zeros. Pure.

#include <string>
#include <string_view>

#include "gateway/exchange.h"

namespace sekisho::gateway {

// `query` as it came: type, maxResults, nextToken.
Outcome<std::string> inference_profiles_json(const Policy& policy, const KeyPolicy& key,
                                             std::string_view query);
std::string inference_profile_json(const Policy& policy, const KeyPolicy& key,
                                   const catalog::ModelGroup& group);

// The model's name in an ARN that these lists told; other names stay.
std::string_view name_of_profile(std::string_view name);

}  // namespace sekisho::gateway
