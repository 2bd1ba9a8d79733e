// Each rule against its own examples, in many surroundings.
#include <gtest/gtest.h>

#include <map>

#include "guard/scan_check.h"

namespace sekisho::guard {
namespace {

// Assignments and headers bring their own left side; they do not stand inside other syntax.
bool fits(const RuleSpec& spec, const Carrier& carrier) {
  const bool bare = spec.sample.find("<<") == std::string_view::npos;
  return bare || (carrier.name != "japanese, no marks" && carrier.name != "tag" &&
                  carrier.name != "environment" && carrier.name != "url");
}

bool covers(const std::vector<Finding>& found, const Sample& sample, std::size_t rule) {
  std::size_t at = sample.begin;
  for (const auto& f : found) {
    if (f.begin <= at && f.end > at && f.rule == rule) at = f.end;
  }
  return at == sample.end;
}

TEST(Rules, AreAboutSixtyAndWellFormed) {
  const auto& compiled = rules().compiled();
  EXPECT_GE(compiled.rules().size(), 60u);
  EXPECT_EQ(compiled.rules().size(), rules().rules().size());
  std::map<std::string_view, int> ids;
  for (const auto& rule : compiled.rules()) {
    EXPECT_EQ(++ids[rule.spec->id], 1) << rule.spec->id;
    EXPECT_FALSE(rule.spec->description.empty()) << rule.spec->id;
    EXPECT_FALSE(rule.spec->sample.empty()) << rule.spec->id;
    EXPECT_FALSE(rule.spec->clean[0].empty() || rule.spec->clean[1].empty()) << rule.spec->id;
  }
  EXPECT_TRUE(rules().version().starts_with("secrets-"));
  EXPECT_EQ(rules().version(), RuleSet::builtin_secrets()->version());
}

// The invariant of rule.h that keeps the work linear.
TEST(Rules, AnchorsCannotRepeatInsideTheirOwnRun) {
  for (const auto& rule : rules().compiled().rules()) {
    if (rule.spec->shape != Shape::kToken || rule.spec->run_start) continue;
    if (rule.spec->check == Check::kAfterThree) continue;  // looks for the run's start itself
    std::string_view anchors = rule.spec->anchors;
    while (!anchors.empty()) {
      const auto anchor = anchors.substr(0, anchors.find('|'));
      anchors.remove_prefix(std::min(anchors.size(), anchor.size() + 1));
      EXPECT_LT(rule.alphabet.run_end(anchor, 0, anchor.size()), anchor.size())
          << rule.spec->id << ' ' << anchor;
    }
  }
}

TEST(Rules, FindTheirSamplesInEverySurrounding) {
  SampleDrawer drawer(11);
  for (std::size_t r = 0; r < rules().rules().size(); ++r) {
    for (const auto& carrier : carriers()) {
      if (!fits(spec_of(r), carrier)) continue;
      const Sample sample = carry(drawer.draw(spec_of(r)), carrier);
      const auto found = scan(sample.text);
      EXPECT_TRUE(covers(found, sample, r)) << spec_of(r).id << " / " << carrier.name << '\n'
                                            << describe(sample.text, found);
    }
  }
}

TEST(Rules, FindNothingInTheirCounterExamples) {
  for (std::size_t r = 0; r < rules().rules().size(); ++r) {
    for (const auto text : spec_of(r).clean) {
      const auto found = scan(text);
      EXPECT_TRUE(found.empty()) << spec_of(r).id << '\n' << describe(text, found);
    }
  }
}

}  // namespace
}  // namespace sekisho::guard
