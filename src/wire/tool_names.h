#pragma once
// Tool names that the target's dialect does not allow get another name on the way up and their own
// back on the way down. The other name depends only on the original, so prompt caches hold. Also
// remembers which tools take free text (OpenAI's custom tools), because their answers need another
// shape. A value; small (only what differs is kept).

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::wire {

struct ToolAlias {
  std::string sent;      // the name that the upstream knows
  std::string original;  // the client's
  bool custom = false;
  friend bool operator==(const ToolAlias&, const ToolAlias&) = default;
};

class ToolNames {
 public:
  void add(ToolAlias alias) { aliases_.push_back(std::move(alias)); }
  const ToolAlias* find_sent(std::string_view sent) const {
    for (const ToolAlias& alias : aliases_) {
      if (alias.sent == sent) return &alias;
    }
    return nullptr;
  }
  const std::vector<ToolAlias>& aliases() const { return aliases_; }

 private:
  std::vector<ToolAlias> aliases_;
};

// A tool's name as a dialect takes it, ^[a-zA-Z0-9_-]{1,most}$: the name itself, or its beginning
// and a hash of the whole.
std::string tool_name_within(std::string_view name, std::size_t most);
// A call's id of letters, digits and `also`, at most `most`: the id itself, or a hash of it.
std::string tool_id_within(std::string_view id, std::size_t most, std::string_view also);

}  // namespace sekisho::wire
