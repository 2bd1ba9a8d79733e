#pragma once
// One record per call (refused ones too), handed to a bounded queue without blocking; a full queue
// drops and counts. TraceStore (trace_store.h) writes them in batches and answers queries.

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/money.h"
#include "wire/usage.h"

namespace sekisho::trace {

struct VerdictRecord {
  std::string rule;   // rule id
  std::string mode;   // detect | redact | block
  std::string where;  // "request" | "response"
  std::uint32_t count = 0;
};

struct CallRecord {
  RequestId request;
  WallTime at{};
  OrganisationId organisation;
  UnitId unit;
  UserId user;
  KeyId key;
  ModelId model;
  DeploymentId deployment;
  std::string model_asked, client, session, dialect, upstream_dialect;
  std::string operation;  // "chat", "messages", …
  wire::Usage usage;
  Money cost;
  std::string settlement;       // reported | partial | estimated | reserved | none
  std::string settlement_note;  // what to doubt about the amount; usually empty
  int status = 0;               // what the client got
  std::string outcome;          // ok | refused | upstream_error | client_gone | cut | internal
  std::string refusal;          // code and rule, for refused calls
  std::string stop_reason;
  std::uint32_t signals = 0;  // gateway::Signals, packed; 0 = none
  std::uint32_t attempts = 0;
  std::int64_t first_byte_us = 0, last_byte_us = 0, own_us = 0;  // since the request's first byte
  std::int64_t request_bytes = 0, response_bytes = 0;
  std::int64_t scanned_request_bytes = -1, scanned_response_bytes = -1;  // -1 = not scanned
  std::string rules_version;
  std::vector<VerdictRecord> verdicts;
  std::vector<std::string> tags, dropped_fields;
  std::string request_content, response_content;  // by capture policy; empty = not captured
  bool streamed = false;
};

}  // namespace sekisho::trace
