#include "sim/faults.h"

#include <algorithm>
#include <chrono>

namespace sekisho::sim {
namespace {

using Then = Piece::Then;

std::vector<Piece> drip(std::vector<Piece> pieces, std::int64_t delay_ms) {
  std::vector<Piece> out;
  for (Piece& piece : pieces) {
    for (std::size_t i = 0; i < piece.bytes.size(); ++i) {
      Piece drop{std::string(1, piece.bytes[i]), i == 0 ? piece.tokens : 0};
      drop.after = std::chrono::milliseconds(delay_ms);
      if (i == 0) drop.after += piece.after;
      out.push_back(std::move(drop));
    }
  }
  return out;
}

void end_before(std::vector<Piece>& pieces, std::size_t at, Then then) {
  Piece end{"", 0, pieces[at].after};
  end.then = then;
  pieces.resize(at);
  pieces.push_back(std::move(end));
}

}  // namespace

void pace_pieces(const Scenario& scenario, std::vector<Piece>& pieces) {
  if (pieces.empty()) return;
  for (Piece& piece : pieces) {
    if (scenario.pace > 0) {
      piece.after += std::chrono::nanoseconds(piece.tokens * 1'000'000'000 / scenario.pace);
    }
  }
  pieces.front().after += std::chrono::milliseconds(scenario.delay_ms);
  if (pieces.size() > 1) pieces[1].after += std::chrono::milliseconds(scenario.gap_ms);
}

void apply_fault(const Fault& fault, const ProviderApi& api, std::vector<Piece>& pieces) {
  if (pieces.empty()) return;
  const auto middle = static_cast<std::int64_t>(pieces.size() / 2);
  const std::size_t at =
      std::min(static_cast<std::size_t>(std::max<std::int64_t>(0, fault.at.value_or(middle))),
               pieces.size() - 1);
  Piece& hit = pieces[at];
  switch (fault.kind) {
    case FaultKind::kNone:
    case FaultKind::kStatus:
    case FaultKind::kMissingUsage:
      return;
    case FaultKind::kHang:
      return end_before(pieces, at, Then::kHang);
    case FaultKind::kReset:
      return end_before(pieces, at, Then::kReset);
    case FaultKind::kClose:
      return end_before(pieces, at, Then::kClose);
    case FaultKind::kHalfFrame:
      hit.bytes.resize(hit.bytes.size() / 2);
      hit.then = Then::kClose;
      pieces.resize(at + 1);
      return;
    case FaultKind::kGarbage:
      hit.bytes = "\xDE\xAD\xBE\xEF these bytes are no frame \xFF\xFE\n\n";
      return;
    case FaultKind::kBadCrc:
      if (!hit.bytes.empty()) hit.bytes.back() = static_cast<char>(hit.bytes.back() ^ 0x5A);
      return;
    case FaultKind::kDrip:
      pieces = drip(std::move(pieces), fault.delay_ms);
      return;
    case FaultKind::kException:
      hit = {api.stream_error(fault), 0, hit.after, Then::kEnd};
      hit.billed = at > 0;
      pieces.resize(at + 1);
      return;
    case FaultKind::kWrongOrder:
      if (at + 1 < pieces.size()) std::swap(pieces[at].bytes, pieces[at + 1].bytes);
      return;
  }
}

}  // namespace sekisho::sim
