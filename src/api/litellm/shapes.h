#pragma once
// Fields that LiteLLM's bodies share, and how its answers spell limits. Numbers of money are JSON
// numbers there; ours keep every digit.

#include <initializer_list>

#include "api/fields.h"
#include "api/resources/scene.h"
#include "ledger/account.h"
#include "wire/json_writer.h"

namespace sekisho::api::litellm {

std::vector<FieldSpec> limit_fields();
// Adds names that LiteLLM knows and we have no place for: accepted when they ask for nothing.
void unsupported(std::vector<FieldSpec>& fields, std::initializer_list<std::string_view> names);
Result<> apply_limits(const Fields& body, identity::LimitSettings& limits);
Result<> apply_models(const Fields& body, std::vector<std::string>& models);
// `spend` can be set to nothing else than 0; `organization_id` is the caller's own.
Result<> check_rest(const Scene& scene, const Fields& body);

// max_budget, budget_duration, budget_reset_at, tpm_limit, rpm_limit, max_parallel_requests, spend.
Result<> write_limits(wire::JsonWriter& w, Scene& scene, ledger::Scope scope,
                      const identity::LimitSettings& limits);
void write_text(wire::JsonWriter& w, std::string_view name, std::string_view text);  // "" → null
void write_nulls(wire::JsonWriter& w, std::initializer_list<std::string_view> names);
void write_empty_objects(wire::JsonWriter& w, std::initializer_list<std::string_view> names);

}  // namespace sekisho::api::litellm
