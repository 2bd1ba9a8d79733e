#pragma once
// How many columns a text takes on a terminal. Pure, any thread.

#include <cstddef>
#include <string>
#include <string_view>

namespace sekisho::app::cli {

// East Asian wide and full-width characters and emoji take two columns, combining marks none.
std::size_t display_width(std::string_view utf8);

// Without control characters: what others named must not steer the terminal.
std::string printable(std::string_view utf8);

}  // namespace sekisho::app::cli
