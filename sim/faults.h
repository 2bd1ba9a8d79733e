#pragma once
// Bends the pieces of an answer as a scenario asks: pace, delays, cuts, garbage, wrong order.
// Sans-IO. A fault at piece `at` hits that piece, counted from 0 after pacing; without `at` the
// middle one; an index past the end hits the last piece.

#include <vector>

#include "sim/provider.h"

namespace sekisho::sim {

// Spreads the pieces in time: `pace` tokens per second, first delay, gap after the first piece.
void pace_pieces(const Scenario& scenario, std::vector<Piece>& pieces);
void apply_fault(const Fault& fault, const ProviderApi& api, std::vector<Piece>& pieces);

}  // namespace sekisho::sim
