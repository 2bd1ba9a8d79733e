#pragma once
// Writes call records into the trace database. One per connection, on its thread, inside the
// caller's transaction. Words and recent sessions are remembered, so that a record of known ones
// is one INSERT.
//
// A word that people choose freely would let the vocabulary grow without end: beyond
// limits::kTraceWords new words are stored as "other".

#include <optional>
#include <string>
#include <unordered_map>

#include "store/database.h"
#include "trace/trace.h"

namespace sekisho::trace {

class CallWriter {
 public:
  explicit CallWriter(store::Database& database) : db_(database) {}

  Result<> write(const CallRecord& record);
  // After a rollback nothing remembered may be trusted.
  void forget();

 private:
  struct Session {
    std::int64_t id, last_call;
  };
  Result<std::optional<std::int64_t>> word(const std::string& text);
  Result<std::optional<std::int64_t>> session(const std::string& text, std::int64_t call);
  Result<> see_key(KeyId key, std::int64_t call);
  Result<std::int64_t> free_row(const RequestId& request);
  Result<> insert(const CallRecord& record, std::int64_t row);

  store::Database& db_;
  std::unordered_map<std::string, std::int64_t> words_;
  std::unordered_map<std::string, Session> sessions_;
  std::unordered_map<KeyId, std::int64_t> keys_;  // last_call as stored
  std::string detail_;
};

}  // namespace sekisho::trace
