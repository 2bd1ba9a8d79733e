#pragma once
// Counters, histograms and gauges for Prometheus. Families are declared once, before the workers
// start; each worker then counts through its own MetricsShard, on cache lines of its own, without
// locks (a lock is taken only when a set of label values is met for the first time). render() adds
// the shards up and may run on any thread at any time.
//
// Label values come from outside, so the series of a family are bounded (limits::kMetricSeries):
// beyond that, new sets are counted under "other" in every label. Values never hold secrets: they
// are names of models, outcomes, codes.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sekisho::trace {

struct CounterId {
  std::size_t family = 0;
};
struct HistogramId {
  std::size_t family = 0;
};

class MetricsShard;

class Metrics {
 public:
  using Labels = std::vector<std::string>;

  explicit Metrics(std::size_t workers);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Values are integers; `decimals` shifts the point when they are printed (6: microseconds are
  // shown as seconds, 9: nano-dollars as dollars).
  CounterId counter(std::string name, std::string help, Labels labels, int decimals = 0);
  // `bounds` are the upper bounds of the buckets, ascending; one without end is added.
  HistogramId histogram(std::string name, std::string help, Labels labels,
                        std::vector<std::int64_t> bounds, int decimals = 0);
  // Asked at each rendering, on the rendering thread.
  void gauge(std::string name, std::string help, std::function<std::int64_t()> value,
             int decimals = 0);

  // REQUIRES: every family is declared. A shard is for one thread.
  MetricsShard& shard(std::size_t worker) { return *shards_[worker]; }

  std::string render() const;  // text exposition format 0.0.4

 private:
  friend class MetricsShard;
  struct Cell;
  struct Series;
  struct Family;
  Series& series(std::size_t family, std::string key);
  std::size_t workers_;
  mutable std::mutex mutex_;  // guards the lists of series
  std::vector<std::unique_ptr<Family>> families_;
  std::vector<std::unique_ptr<MetricsShard>> shards_;
};

class MetricsShard {
 public:
  using Values = std::initializer_list<std::string_view>;

  MetricsShard(Metrics& metrics, std::size_t worker) : metrics_(metrics), worker_(worker) {}
  // REQUIRES: as many values as the family has labels; amount >= 0.
  void add(CounterId counter, Values values, std::int64_t amount = 1);
  void observe(HistogramId histogram, Values values, std::int64_t value);

 private:
  struct KeyHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
      return std::hash<std::string_view>()(key);
    }
  };
  Metrics::Cell& cell(std::size_t family, Values values);
  Metrics& metrics_;
  std::size_t worker_;
  std::string key_;
  std::vector<std::unordered_map<std::string, Metrics::Cell*, KeyHash, std::equal_to<>>> known_;
};

}  // namespace sekisho::trace
