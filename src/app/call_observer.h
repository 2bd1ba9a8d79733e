#pragma once
// Where a finished call goes: trace store, metrics, log, and the demo's live lines. One per worker,
// on its thread; nothing here blocks.

#include <functional>

#include "gateway/worker.h"
#include "trace/log.h"
#include "trace/metrics.h"
#include "trace/trace_store.h"

namespace sekisho::app {

// Families of the data plane, declared once.
struct CallMetrics {
  explicit CallMetrics(trace::Metrics& metrics);
  trace::CounterId calls, tokens, cost, upstream_errors, over_reserve, unpriced_tier, bugs,
      verdicts;
  trace::HistogramId duration, first_byte, own;
};

using LiveLine = std::function<void(const trace::CallRecord&, const gateway::CallFinish&)>;

class CallObserver final : public gateway::Observer {
 public:
  CallObserver(std::size_t worker, trace::TraceStore& traces, trace::MetricsShard& shard,
               const CallMetrics& families, trace::Log& log, LiveLine live)
      : worker_(worker),
        traces_(traces),
        shard_(shard),
        families_(families),
        log_(log),
        live_(std::move(live)) {}

  void call_finished(trace::CallRecord record, const gateway::CallFinish& finish) override;
  void upstream_problem(const RequestId& request, std::string_view upstream,
                        const Error& error) override;
  void count_bug(std::string_view where) override;

 private:
  void count(const trace::CallRecord& record, const gateway::CallFinish& finish);
  std::size_t worker_;
  trace::TraceStore& traces_;
  trace::MetricsShard& shard_;
  const CallMetrics& families_;
  trace::Log& log_;
  LiveLine live_;
};

}  // namespace sekisho::app
