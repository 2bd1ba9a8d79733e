#pragma once
// The value of x-sekisho-dropped-fields: names of fields, most of them the client's own words, as a
// header can carry them. Pure, any thread.

#include <span>
#include <string>

namespace sekisho::gateway {

// The names, comma between them. What is not printable ASCII, a comma or a percent sign is
// percent-encoded; a long name ends in "..."; a list over 1 KB ends in "...+N", N names left out.
std::string reported_fields(std::span<const std::string> names);

}  // namespace sekisho::gateway
