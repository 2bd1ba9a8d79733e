#include "guard/fingerprint_plan.h"

#include <algorithm>
#include <bit>
#include <bitset>
#include <limits>
#include <numeric>
#include <string_view>
#include <utility>

namespace sekisho::guard {

namespace {

constexpr std::size_t kWidth = NibbleFilter::kWidth;
constexpr int kRounds = 2;  // each takes every anchor out and puts it in where it costs least

// How often each byte stands in what agents send (code, prose, JSON, Japanese), in 1/10,000.
// Rough is enough: it only decides which fingerprints are taken and which share a bucket.
constexpr std::array<double, 256> kByteWeight = [] {
  std::array<double, 256> weight{};
  for (auto& w : weight) w = 1;
  constexpr std::string_view kLettersByRank = "etaoinsrhldcumfpgwybvkxjqz";
  double w = 800;
  for (const char c : kLettersByRank) {
    weight[static_cast<unsigned char>(c)] = w;
    weight[static_cast<unsigned char>(c - 32)] = 25;
    w *= 0.87;
  }
  weight[' '] = 1500;
  weight['\n'] = 250;
  for (char c = '0'; c <= '9'; ++c) weight[static_cast<unsigned char>(c)] = 80;
  for (const char c : std::string_view("_-.,:;/\"'()=")) weight[static_cast<unsigned char>(c)] = 90;
  for (unsigned b = 0x80; b < 0xC0; ++b) weight[b] = 15;
  weight[0xE3] = 300;
  weight[0x81] = weight[0x82] = weight[0x83] = 100;
  return weight;
}();

// Words that programs, their logs and what is said about them are full of. A fingerprint that
// stands in one of them costs as much as letting kWordCost of ordinary triples pass by chance.
constexpr std::string_view kOrdinaryWords =
    " import from export const function return string number boolean true false null none "
    "undefined async await promise public private protected static void class struct interface "
    "type types enum extends implements namespace include define template typename while switch "
    "case break continue default throw catch try finally new delete this self super lambda yield "
    "assert expect describe test tests should print println printf format error errors warning "
    "info debug trace log logger message messages request response result results value values "
    "index length size count path paths file files filename directory folder content contents "
    "name names text line lines list array object map set get put add remove update create "
    "insert select where order group table column user users session config configuration "
    "option options parameter params argument arguments property properties description "
    "required optional schema model models token tokens api apis key keys url http https com "
    "www html json yaml xml css src lib bin dist build package module modules version install "
    "run start stop server client service services handler controller component components "
    "render state props effect callback event events listener signal signals stream buffer "
    "thread process memory cache queue stack node nodes edge tree root parent child children "
    "left right top bottom begin end first last next previous current example simple assigned "
    "design display image images color style width height button input output click change "
    "open close read write save load send receive check pass passed passes fail failed failure "
    "success successfully complete completed important implementation implement simplify access "
    "account application database connection network security secure sign signed release commit "
    "branch merge pull push issue comment please because before after between without within "
    "about would could their there these those which other changes working using used will have "
    "been that this with your into when then than also only more most some each every first "
    "master main subscription discord backlog basic assistant system tool role "
    "int8 uint32 uint64_t int64_t size_t std:: fmt:: -> => == != && || += ++ // /* */ () [] {} "
    "---- ==== **** .... ://www. - [ ] - [x] ```\n\n\n   \t\t は です ます した して こと ため "
    "パス ファイル ";
constexpr double kWordCost = 2e-4;
constexpr double kAllTriples = 1e12;  // the weight of all bytes, three times

// The share of ordinary bytes that a pair of half-byte sets admits.
double weight_of(const NibbleFilter::HalfSets& sets) {
  double sum = 0;
  for (unsigned high = sets.high; high != 0; high &= high - 1) {
    const auto row = static_cast<unsigned>(std::countr_zero(high)) << 4U;
    for (unsigned low = sets.low; low != 0; low &= low - 1) {
      sum += kByteWeight[row | static_cast<unsigned>(std::countr_zero(low))];
    }
  }
  return sum;
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

NibbleFilter::Bucket with(const NibbleFilter::Bucket& bucket, const Anchor& anchor,
                          std::size_t offset) {
  NibbleFilter::Bucket grown = bucket;
  for (std::size_t k = 0; k < kWidth; ++k) {
    const char c = anchor.text[offset + k];
    grown[k].add(static_cast<unsigned char>(c));
    if (anchor.fold_case && is_lower(c)) grown[k].add(static_cast<unsigned char>(c - 32));
  }
  return grown;
}

double cost_of(const NibbleFilter::Bucket& bucket) {
  double cost = 1;
  for (const auto& sets : bucket) cost *= weight_of(sets);
  return cost;
}

// The triples of kOrdinaryWords; rarely another is taken for one.
class OrdinaryTriples {
 public:
  OrdinaryTriples() {
    for (std::size_t i = 0; i + kWidth <= kOrdinaryWords.size(); ++i) {
      seen_.set(slot_of(kOrdinaryWords.substr(i)));
    }
  }
  bool has(std::string_view text) const { return seen_.test(slot_of(text)); }

 private:
  static constexpr std::size_t kBits = 17;
  static std::size_t slot_of(std::string_view text) {
    std::uint32_t hash = 0;
    for (const char c : text.substr(0, kWidth)) hash = hash << 8U | static_cast<unsigned char>(c);
    return hash * 0x9E3779B1U >> (32U - kBits);
  }
  std::bitset<1U << kBits> seen_;
};

class Planner {
 public:
  explicit Planner(std::span<const Anchor> anchors)
      : anchors_(anchors), bucket_(anchors.size(), NibbleFilter::kBuckets) {
    plan_.offset.resize(anchors.size());
  }

  FingerprintPlan plan() {
    // Short anchors leave no choice: the others find them in place.
    std::vector<std::size_t> order(anchors_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {},
                      [&](std::size_t i) { return std::pair(anchors_[i].text.size(), i); });
    for (int round = 0; round < kRounds; ++round) {
      for (const std::size_t i : order) {
        take_out(i);
        put_in(i);
      }
    }
    return std::move(plan_);
  }

 private:
  void take_out(std::size_t anchor) {
    const std::size_t from = bucket_[anchor];
    if (from == NibbleFilter::kBuckets) return;
    bucket_[anchor] = NibbleFilter::kBuckets;
    NibbleFilter::Bucket left{};
    for (std::size_t i = 0; i < anchors_.size(); ++i) {
      if (bucket_[i] == from) left = with(left, anchors_[i], plan_.offset[i]);
    }
    plan_.buckets[from] = left;
    cost_[from] = cost_of(left);
  }

  void put_in(std::size_t index) {
    const Anchor& anchor = anchors_[index];
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t offset = 0; offset + kWidth <= anchor.text.size(); ++offset) {
      const auto print = std::string_view(anchor.text).substr(offset);
      const double ordinary = ordinary_.has(print) ? kWordCost * kAllTriples : 0;
      for (std::size_t b = 0; b < NibbleFilter::kBuckets; ++b) {
        const double grown = cost_of(with(plan_.buckets[b], anchor, offset));
        const double increase = grown - cost_[b] + ordinary;
        if (increase >= least) continue;
        least = increase;
        bucket_[index] = b;
        plan_.offset[index] = static_cast<std::uint8_t>(offset);
      }
    }
    const std::size_t into = bucket_[index];
    plan_.buckets[into] = with(plan_.buckets[into], anchor, plan_.offset[index]);
    cost_[into] = cost_of(plan_.buckets[into]);
  }

  std::span<const Anchor> anchors_;
  std::vector<std::size_t> bucket_;  // of each anchor; kBuckets: none yet
  std::array<double, NibbleFilter::kBuckets> cost_{};
  OrdinaryTriples ordinary_;
  FingerprintPlan plan_;
};

}  // namespace

FingerprintPlan plan_fingerprints(std::span<const Anchor> anchors) {
  return Planner(anchors).plan();
}

}  // namespace sekisho::guard
