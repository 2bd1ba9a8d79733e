#pragma once
// Writes call records into the trace database. One per connection, on its thread, inside the
// caller's transaction. Words and recent sessions are remembered, so that a record of known ones
// is one row of one table.
//
// A word that people choose freely would let the vocabulary grow without end: beyond
// limits::kTraceWords new words are stored as "other".

#include <array>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/database.h"
#include "trace/trace.h"

namespace sekisho::trace {

class CallWriter {
 public:
  explicit CallWriter(store::Database& database);

  // How many records the tables refused (content beyond its limit, say): they are left out and do
  // not hold up the others. A failure of the store ends it.
  Result<std::size_t> write(std::span<const CallRecord* const> records);
  // After a rollback nothing remembered may be trusted.
  void forget();

 private:
  using Place = std::pair<std::int64_t, const CallRecord*>;  // the row that it wants
  using WordId = std::optional<std::int64_t>;
  enum Word : std::uint8_t {
    kClient,
    kDialect,
    kUpstreamDialect,
    kOperation,
    kSettlement,
    kOutcome,
    kStopReason,
    kRulesVersion,
    kWords
  };
  struct LastWord {
    std::string text;
    WordId id;
  };
  struct Session {
    std::int64_t id, last_call;
  };
  Result<WordId> word(Word which, const std::string& text);
  Result<WordId> find_word(const std::string& text);
  Result<std::optional<std::int64_t>> session(const std::string& text, std::int64_t call);
  Result<> see_key(KeyId key, std::int64_t call);
  Result<> fill(store::RowBatch& rows, std::string& detail, Place place);
  Result<> insert(std::span<const Place> places);
  Result<std::int64_t> free_row(const RequestId& request);
  Result<> insert_elsewhere(const CallRecord& record, std::string& detail);
  Result<> write_content(const CallRecord& record, std::int64_t row);
  Result<> refuse(Error error);

  store::Database& db_;
  std::array<LastWord, kWords> last_words_;
  std::unordered_map<std::string, std::int64_t> words_;
  std::unordered_map<std::string, Session> sessions_;
  std::unordered_map<KeyId, std::int64_t> keys_;  // last_call as stored
  std::vector<Place> places_;
  store::RowBatch rows_, lone_row_;
  std::array<std::string, store::RowBatch::kRows> details_;  // of the rows
  std::size_t refused_ = 0;
};

}  // namespace sekisho::trace
