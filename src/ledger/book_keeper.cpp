#include "ledger/book_keeper.h"

#include <algorithm>

#include "ledger/entry_writer.h"

namespace sekisho::ledger {

// A segment is read to its end before the next one is begun: within a lane, order is certain.
std::size_t BookKeeper::follow(const Lane& lane, std::size_t at_most) {
  auto& position = positions_[lane.worker()];
  std::size_t read = 0;
  for (const auto& segment : lane.segments()) {
    const auto& name = segment->name();
    if (name.sequence < position.sequence) continue;
    if (name.sequence > position.sequence) position = {name.sequence, 0};
    std::size_t end = std::min(segment->written(), position.records + at_most - read);
    for (; position.records < end; ++position.records, ++read) {
      if (auto entry = open_.apply(segment->record(position.records), name)) {
        waiting_.push_back(*entry);
      }
    }
    if (position.records < segment->capacity()) break;
  }
  return read;
}

// Segments that are read to the end and that the writer has left for the next one.
std::vector<SegmentName> BookKeeper::finished(const Lane& lane) const {
  std::vector<SegmentName> out;
  const auto& position = positions_.at(lane.worker());
  auto segments = lane.segments();
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    bool read = segments[i]->name().sequence < position.sequence ||
                (segments[i]->name().sequence == position.sequence &&
                 position.records == segments[i]->capacity());
    if (!read || segments[i + 1]->written() == 0) break;
    out.push_back(segments[i]->name());
  }
  return out;
}

Result<> BookKeeper::write(store::Database& database, std::span<const SegmentName> finished,
                           std::span<const RequestId> kept, std::size_t& fresh) {
  TRY(fresh, write_entries(database, waiting_));
  for (RequestId request : kept) {
    auto record = std::as_bytes(std::span(&open_.calls().at(request).record, 1));
    store::Bytes bytes(reinterpret_cast<const std::uint8_t*>(record.data()), record.size());
    TRY_VOID(database.run("INSERT OR REPLACE INTO open_call VALUES (?, ?)",
                          store::Bytes(request.bytes), bytes));
  }
  for (RequestId request : open_.ended_rows()) {
    TRY_VOID(database.run("DELETE FROM open_call WHERE request = ?", store::Bytes(request.bytes)));
  }
  for (const auto& name : finished) {
    TRY_VOID(database.run("INSERT OR REPLACE INTO journal_done VALUES (?, ?)", name.worker,
                          static_cast<std::int64_t>(name.sequence)));
  }
  return {};
}

Result<bool> BookKeeper::round(std::span<Lane* const> lanes) {
  bool more = false;
  for (Lane* lane : lanes) {
    std::size_t room = limits::kBooksBatch - std::min(waiting_.size(), limits::kBooksBatch);
    more |= follow(*lane, room) == room;
  }
  std::vector<SegmentName> done;
  std::vector<RequestId> kept;
  for (Lane* lane : lanes) {
    for (const auto& name : finished(*lane)) {
      done.push_back(name);
      std::ranges::copy(open_.need_row_without(name), std::back_inserter(kept));
    }
  }
  if (waiting_.empty() && done.empty() && open_.ended_rows().empty()) return !more;
  std::size_t fresh = 0;
  TRY_VOID(
      books_.write([&](store::Database& database) { return write(database, done, kept, fresh); }));
  entries_ += fresh;
  waiting_.clear();
  open_.forget_ended_rows();
  for (RequestId request : kept) open_.mark_row(request);
  for (Lane* lane : lanes) {
    for (const auto& name : done) {
      if (name.worker == lane->worker()) TRY_VOID(lane->retire_oldest());
    }
  }
  return !more;
}

}  // namespace sekisho::ledger
