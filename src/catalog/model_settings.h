#pragma once
// Models as people set them up: what they said, without what the starter table adds. resolve()
// turns a group into what workers read. Values; checks are pure.

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"

namespace sekisho::catalog {

struct UpstreamRow {
  UpstreamId id;
  std::string name;
  std::string provider;  // "bedrock", "anthropic", "openai", "gemini": column of the starter table
};

struct DeploymentSettings {
  DeploymentId id;  // none = new
  UpstreamId upstream;
  std::string upstream_model;  // model id, profile id or ARN
  std::string priced_as;  // starter model id that describes an opaque one (ARN); empty = itself
  std::string region;
  std::int64_t weight = 1;
  std::optional<Prices> prices;  // the operator's own; none = the starter table's
};

struct GroupSettings {
  ModelId id;
  std::string name;
  std::vector<std::string> aliases;
  std::optional<std::int64_t> context_window, max_output;  // none = the starter table's
  bool allow_unpriced = false;
  bool auto_prompt_caching = false;             // see ModelGroup
  bool from_file = false;                       // of the configuration file: read-only for the API
  std::vector<DeploymentSettings> deployments;  // in order of preference
};

// Errors: kInvalidArgument, kTooLarge naming the field.
Result<> check(const GroupSettings& group);

// Facts come from the first deployment that the starter table knows, limits from the settings where
// given; a deployment that it does not know and that has no prices of its own stays unpriced.
ModelGroup resolve(const GroupSettings& group, const std::vector<UpstreamRow>& upstreams);

}  // namespace sekisho::catalog
