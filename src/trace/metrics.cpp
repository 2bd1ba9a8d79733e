#include "trace/metrics.h"

#include <algorithm>
#include <atomic>
#include <map>

#include "base/limits.h"

namespace sekisho::trace {
namespace {

constexpr char kSeparator = '\x1f';  // between label values in a key
constexpr std::string_view kOther = "other";
constexpr std::size_t kLabelBytes = 200;

// Integers with the decimal point moved: exact, no floating point.
std::string shifted(std::int64_t value, int decimals) {
  auto text = std::to_string(value);
  if (decimals == 0) return text;
  std::string sign = value < 0 ? "-" : "";
  text.erase(0, sign.size());
  auto places = static_cast<std::size_t>(decimals);
  if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
  auto point = text.size() - places;
  auto fraction = text.substr(point);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  return sign + text.substr(0, point) + (fraction.empty() ? "" : "." + fraction);
}

void append_escaped(std::string& out, std::string_view value) {
  for (char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

}  // namespace

// One worker's part of one series. Written by that worker only, read by render().
struct alignas(64) Metrics::Cell {
  explicit Cell(std::size_t buckets) : counts(buckets) {}
  std::vector<std::atomic<std::int64_t>> counts;  // of a histogram's buckets
  std::atomic<std::int64_t> sum{0};               // a counter's value

  static void add(std::atomic<std::int64_t>& to, std::int64_t amount) {  // one writer: no lock
    to.store(to.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
};

struct Metrics::Series {
  std::vector<std::unique_ptr<Cell>> cells;  // one per worker
};

struct Metrics::Family {
  enum class Kind : std::uint8_t { kCounter, kHistogram, kGauge } kind;
  std::string name, help;
  Labels labels;
  int decimals = 0;
  std::vector<std::int64_t> bounds;
  std::function<std::int64_t()> value;
  std::map<std::string, Series> series;  // ordered: renderings compare well

  std::string label_text(const std::string& key, std::string_view bound) const;
  void render(std::string& out) const;
  void render_series(std::string& out, const std::string& key, const Series& one) const;
};

Metrics::Metrics(std::size_t workers) : workers_(workers) {
  for (std::size_t i = 0; i < workers; ++i) {
    shards_.push_back(std::make_unique<MetricsShard>(*this, i));
  }
}

Metrics::~Metrics() = default;

CounterId Metrics::counter(std::string name, std::string help, Labels labels, int decimals) {
  families_.push_back(std::make_unique<Family>(Family{Family::Kind::kCounter,
                                                      std::move(name),
                                                      std::move(help),
                                                      std::move(labels),
                                                      decimals,
                                                      {},
                                                      {},
                                                      {}}));
  return {families_.size() - 1};
}

HistogramId Metrics::histogram(std::string name, std::string help, Labels labels,
                               std::vector<std::int64_t> bounds, int decimals) {
  families_.push_back(std::make_unique<Family>(Family{Family::Kind::kHistogram,
                                                      std::move(name),
                                                      std::move(help),
                                                      std::move(labels),
                                                      decimals,
                                                      std::move(bounds),
                                                      {},
                                                      {}}));
  return {families_.size() - 1};
}

void Metrics::gauge(std::string name, std::string help, std::function<std::int64_t()> value,
                    int decimals) {
  families_.push_back(std::make_unique<Family>(Family{Family::Kind::kGauge,
                                                      std::move(name),
                                                      std::move(help),
                                                      {},
                                                      decimals,
                                                      {},
                                                      std::move(value),
                                                      {}}));
}

Metrics::Series& Metrics::series(std::size_t number, std::string key) {
  std::lock_guard lock(mutex_);
  auto& family = *families_[number];
  if (auto known = family.series.find(key); known != family.series.end()) return known->second;
  if (family.series.size() >= limits::kMetricSeries) {
    key.clear();
    for (std::size_t i = 0; i < family.labels.size(); ++i) (key += kOther) += kSeparator;
  }
  auto& series = family.series[key];
  if (series.cells.empty()) {
    auto buckets = family.kind == Family::Kind::kHistogram ? family.bounds.size() + 1 : 0;
    for (std::size_t i = 0; i < workers_; ++i) {
      series.cells.push_back(std::make_unique<Cell>(buckets));
    }
  }
  return series;
}

Metrics::Cell& MetricsShard::cell(std::size_t family, Values values) {
  if (known_.size() <= family) known_.resize(family + 1);
  key_.clear();
  for (auto value : values) {
    key_ += value.substr(0, kLabelBytes);
    key_ += kSeparator;
  }
  auto& known = known_[family];
  if (auto found = known.find(std::string_view(key_)); found != known.end()) return *found->second;
  auto& cell = *metrics_.series(family, key_).cells[worker_];
  // What ends in "other" is not remembered: foreign names must not fill our memory.
  if (known.size() < limits::kMetricSeries) known[key_] = &cell;
  return cell;
}

void MetricsShard::add(CounterId counter, Values values, std::int64_t amount) {
  Metrics::Cell::add(cell(counter.family, values).sum, amount);
}

void MetricsShard::observe(HistogramId histogram, Values values, std::int64_t value) {
  auto& to = cell(histogram.family, values);
  const auto& bounds = metrics_.families_[histogram.family]->bounds;
  auto bucket = std::ranges::lower_bound(bounds, value) - bounds.begin();
  Metrics::Cell::add(to.counts[static_cast<std::size_t>(bucket)], 1);
  Metrics::Cell::add(to.sum, value);
}

std::string Metrics::Family::label_text(const std::string& key, std::string_view bound) const {
  std::string out;
  std::string_view rest = key;
  for (const auto& label : labels) {
    auto end = rest.find(kSeparator);
    out += (out.empty() ? "{" : ",") + label + "=\"";
    append_escaped(out, rest.substr(0, end));
    out += '"';
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  if (!bound.empty()) out += (out.empty() ? "{le=\"" : ",le=\"") + std::string(bound) + '"';
  return out.empty() ? out : out + '}';
}

void Metrics::Family::render_series(std::string& out, const std::string& key,
                                    const Series& one) const {
  auto total = [&](auto part) {
    std::int64_t sum = 0;
    for (const auto& cell : one.cells) sum += part(*cell).load(std::memory_order_relaxed);
    return sum;
  };
  auto sum = total([](const Cell& cell) -> auto& { return cell.sum; });
  if (kind == Kind::kCounter) {
    out += name + label_text(key, "") + ' ' + shifted(sum, decimals) + '\n';
    return;
  }
  std::int64_t count = 0;
  for (std::size_t i = 0; i <= bounds.size(); ++i) {
    count += total([i](const Cell& cell) -> auto& { return cell.counts[i]; });
    auto bound = i < bounds.size() ? shifted(bounds[i], decimals) : "+Inf";
    out += name + "_bucket" + label_text(key, bound) + ' ' + std::to_string(count) + '\n';
  }
  out += name + "_sum" + label_text(key, "") + ' ' + shifted(sum, decimals) + '\n';
  out += name + "_count" + label_text(key, "") + ' ' + std::to_string(count) + '\n';
}

void Metrics::Family::render(std::string& out) const {
  const char* type = kind == Kind::kCounter     ? "counter"
                     : kind == Kind::kHistogram ? "histogram"
                                                : "gauge";
  out += "# HELP " + name + ' ' + help + "\n# TYPE " + name + ' ' + type + '\n';
  if (kind == Kind::kGauge) {
    out += name + ' ' + shifted(value(), decimals) + '\n';
    return;
  }
  for (const auto& [key, one] : series) render_series(out, key, one);
}

std::string Metrics::render() const {
  std::string out;
  std::lock_guard lock(mutex_);
  for (const auto& family : families_) family->render(out);
  return out;
}

}  // namespace sekisho::trace
