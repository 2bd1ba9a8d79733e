#pragma once
// White space as the providers see it when they ask whether a text says anything: that of Unicode,
// not of ASCII alone. Pure, any thread. REQUIRES: UTF-8.

#include <string_view>

namespace sekisho::sim {

bool is_blank(std::string_view text);  // nothing but white space; true for ""
bool ends_blank(std::string_view text);

}  // namespace sekisho::sim
