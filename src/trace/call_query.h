#pragma once
// Questions to the trace database, to be asked on a reading connection (TraceStore::read).
//
// Lists come newest first. A page ends when it is full or when limits::kTraceScan rows were looked
// at; `next` then goes on from there (pass it as `before`), so a filter that matches little never
// holds the reader for long. An absent `next` means: nothing older is left.

#include <optional>
#include <string>
#include <vector>

#include "store/database.h"
#include "trace/trace.h"

namespace sekisho::trace {

struct CallFilter {
  std::optional<OrganisationId> organisation;
  std::vector<UnitId> units;  // any of them; empty = all
  std::optional<UserId> user;
  std::optional<KeyId> key;
  std::optional<ModelId> model;
  std::optional<std::string> outcome, session;
  std::optional<WallTime> from, until;  // from <= call < until, to the millisecond
  std::optional<std::int64_t> before;   // the cursor of the page before
  std::size_t at_most = 50;
};

struct CallPage {
  std::vector<CallRecord> calls;  // without their content
  std::optional<std::int64_t> next;
};

Result<CallPage> list_calls(store::Database& database, const CallFilter& filter);
// With its content, if that was kept.
Result<std::optional<CallRecord>> find_call(store::Database& database, const RequestId& request);

}  // namespace sekisho::trace
