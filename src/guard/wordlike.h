#pragma once
// Is a string made of words, as identifiers, file names and placeholders are, or of random
// characters, as secrets are? Pure function of the string, linear in it.

#include <cstddef>
#include <string_view>

namespace sekisho::guard {

// True if at least half of `text` is letters and at least four fifths of its pairs of adjacent
// letters (case does not count; a pair from lower to upper case does not either) are among those
// that make up nine tenths of English and program text. Chance makes such a string of 20 random
// letters and digits in 1 of 200, of 40 in 1 of 5,000. Fewer than `least_pairs` say nothing.
bool reads_as_words(std::string_view text, std::size_t least_pairs);

}  // namespace sekisho::guard
