#include "trace/trace_store.h"

#include "trace/call_writer.h"
#include "trace/retention.h"
#include "trace/schema.h"

namespace sekisho::trace {
namespace {

constexpr std::size_t kBatch = 10'000;        // records of one transaction
constexpr std::int64_t kDeleteStep = 10'000;  // calls deleted in one
constexpr std::int64_t kVacuumPages = 2'000;  // given back in one
constexpr std::int64_t kMsPerDay = 86'400'000;
constexpr Duration kRetentionEvery = std::chrono::seconds(30);

}  // namespace

// What the writer's thread does at each tick. Records stay in the queue until their transaction has
// been committed.
class TraceStore::Writer {
 public:
  Writer(TraceStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  Result<> tick(store::Database& db) {
    if (!calls_) calls_.emplace(db);
    records_.clear();
    store_.queue_.look(kBatch, records_);
    TRY(refused_, calls_->write(records_));
    return retain(db);
  }

  void ticked(const Result<>& outcome) {
    if (outcome) {
      store_.written_.fetch_add(records_.size() - refused_, std::memory_order_relaxed);
      store_.rejected_.fetch_add(refused_, std::memory_order_relaxed);
      store_.queue_.take();
    } else if (calls_) {
      calls_->forget();
    }
  }

 private:
  Result<> retain(store::Database& db) {
    if (clock_.steady() < next_retention_) return {};
    std::int64_t deleted = 0;
    const auto& retention = store_.options_.retention;
    if (retention.days > 0) {
      auto before = unix_ms(clock_.wall()) - retention.days * kMsPerDay;
      TRY(deleted, delete_calls_before(db, before, kDeleteStep));
    }
    if (retention.bytes > 0) {
      TRY(auto more, shrink_to(db, retention.bytes, kDeleteStep));
      deleted += more;
    }
    if (deleted > 0) {
      TRY_VOID(db.release_free_pages(kVacuumPages));
    } else {
      next_retention_ = clock_.steady() + kRetentionEvery;
    }
    return {};
  }

  TraceStore& store_;
  const Clock& clock_;
  std::vector<const CallRecord*> records_;  // of this tick, in the queue
  std::optional<CallWriter> calls_;
  std::size_t refused_ = 0;
  SteadyTime next_retention_{};
};

TraceStore::TraceStore(Options options, const Clock& clock)
    : options_(std::move(options)),
      queue_(options_.workers, options_.queue),
      writer_(std::make_unique<Writer>(*this, clock)) {}

Result<std::unique_ptr<TraceStore>> TraceStore::start(Options options, const Clock& clock) {
  std::unique_ptr<TraceStore> traces(new TraceStore(std::move(options), clock));
  store::OpenOptions file;
  file.path = traces->options_.path;
  file.durable = false;
  file.max_pages = traces->options_.max_pages;
  store::StoreThread::Options thread;
  thread.interval = traces->options_.interval;
  thread.tick = [writer = traces->writer_.get()](store::Database& db) { return writer->tick(db); };
  thread.ticked = [writer = traces->writer_.get()](const Result<>& r) { writer->ticked(r); };
  TRY(traces->thread_, store::StoreThread::start(std::move(file), {schema()}, std::move(thread)));
  return traces;
}

TraceStore::~TraceStore() {
  stop();
}

void TraceStore::stop() {
  if (thread_) thread_->stop();
}

Result<> TraceStore::flush() {
  while (queue_.waiting() > 0) {
    TRY_VOID(thread_->tick_now());
  }
  return thread_->tick_now();
}

}  // namespace sekisho::trace
