#include "trace/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/limits.h"

namespace sekisho::trace {
namespace {

using testing::HasSubstr;

TEST(Metrics, AreRenderedForPrometheus) {
  Metrics metrics(2);
  auto calls =
      metrics.counter("sekisho_calls_total", "Calls by model and outcome.", {"model", "outcome"});
  auto spend = metrics.counter("sekisho_spend_usd_total", "Spend.", {"model"}, 9);
  auto latency = metrics.histogram("sekisho_first_byte_seconds", "Time to first byte.", {},
                                   {100'000, 1'000'000}, 6);
  metrics.gauge("sekisho_up_seconds", "Uptime.", [] { return 42; });
  metrics.shard(0).add(calls, {"a", "ok"});
  metrics.shard(1).add(calls, {"a", "ok"}, 2);
  metrics.shard(1).add(calls, {"b\"\\\n", "refused"});
  metrics.shard(0).add(spend, {"a"}, 1'500'000'001);
  metrics.shard(0).observe(latency, {}, 100'000);
  metrics.shard(1).observe(latency, {}, 100'001);
  metrics.shard(1).observe(latency, {}, 5'000'000);
  EXPECT_EQ(metrics.render(),
            "# HELP sekisho_calls_total Calls by model and outcome.\n"
            "# TYPE sekisho_calls_total counter\n"
            "sekisho_calls_total{model=\"a\",outcome=\"ok\"} 3\n"
            "sekisho_calls_total{model=\"b\\\"\\\\\\n\",outcome=\"refused\"} 1\n"
            "# HELP sekisho_spend_usd_total Spend.\n"
            "# TYPE sekisho_spend_usd_total counter\n"
            "sekisho_spend_usd_total{model=\"a\"} 1.500000001\n"
            "# HELP sekisho_first_byte_seconds Time to first byte.\n"
            "# TYPE sekisho_first_byte_seconds histogram\n"
            "sekisho_first_byte_seconds_bucket{le=\"0.1\"} 1\n"
            "sekisho_first_byte_seconds_bucket{le=\"1\"} 2\n"
            "sekisho_first_byte_seconds_bucket{le=\"+Inf\"} 3\n"
            "sekisho_first_byte_seconds_sum 5.200001\n"
            "sekisho_first_byte_seconds_count 3\n"
            "# HELP sekisho_up_seconds Uptime.\n"
            "# TYPE sekisho_up_seconds gauge\n"
            "sekisho_up_seconds 42\n");
}

TEST(Metrics, ForeignLabelValuesCannotGrowWithoutEnd) {
  Metrics metrics(1);
  auto calls = metrics.counter("c", "h", {"model", "outcome"});
  auto total = limits::kMetricSeries + 100;
  for (std::size_t i = 0; i < total; ++i) metrics.shard(0).add(calls, {std::to_string(i), "ok"});
  auto text = metrics.render();
  EXPECT_THAT(text, HasSubstr("c{model=\"other\",outcome=\"other\"} 100\n"));
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(text, '\n')), limits::kMetricSeries + 3);
  metrics.shard(0).add(calls, {"0", "ok"});  // a known one keeps its own series
  EXPECT_THAT(metrics.render(), HasSubstr("c{model=\"0\",outcome=\"ok\"} 2\n"));
}

TEST(Metrics, CountEverythingWhileTheyAreRead) {
  constexpr int kWorkers = 3, kEach = 20'000;
  Metrics metrics(kWorkers);
  auto calls = metrics.counter("c", "h", {"n"});
  auto times = metrics.histogram("t", "h", {"n"}, {10, 100});
  std::vector<std::thread> workers;
  for (std::size_t w = 0; w < kWorkers; ++w) {
    workers.emplace_back([&, w] {
      for (int i = 0; i < kEach; ++i) {
        metrics.shard(w).add(calls, {std::to_string(i % 10)});
        metrics.shard(w).observe(times, {"x"}, i);
      }
    });
  }
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(metrics.render().empty());
  for (auto& worker : workers) worker.join();
  EXPECT_THAT(metrics.render(), HasSubstr("c{n=\"3\"} 6000\n"));
  EXPECT_THAT(metrics.render(), HasSubstr("t_count{n=\"x\"} 60000\n"));
}

}  // namespace
}  // namespace sekisho::trace
