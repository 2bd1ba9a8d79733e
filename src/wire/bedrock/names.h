#pragma once
// Names as Bedrock allows them: tool ids, tool names, document names, request metadata. What is
// allowed stays; what is not is replaced by something that depends on the original alone, so that a
// conversation keeps its bytes from turn to turn. Pure functions.

#include <string>
#include <string_view>

namespace sekisho::wire::bedrock {

// ^[a-zA-Z0-9_.:-]{1,64}$: the id itself, or a hash of it.
std::string tool_use_id(std::string_view id);
// ^[a-zA-Z0-9_-]{1,64}$: the name itself, or its beginning and a hash of the whole.
std::string tool_name(std::string_view name);
// 1..200 of letters, digits, single spaces, - ( ) [ ]; the file's ending stays readable.
std::string document_name(std::string_view file_name);
// [a-zA-Z0-9\s:_@$#=/+,-.], at most 256: each other character becomes '_'.
std::string metadata_text(std::string_view text);

}  // namespace sekisho::wire::bedrock
