#include "wire/cache_marks.h"

#include <algorithm>

namespace sekisho::wire {
namespace {

void collect(CacheMark& mark, std::vector<CacheMark*>& marks) {
  if (mark != CacheMark::kNone) marks.push_back(&mark);
}

}  // namespace

void settle_cache_marks(Conversation& conversation, const TargetModel& target,
                        std::vector<std::string>& dropped) {
  std::vector<CacheMark*> marks;
  for (Tool& tool : conversation.tools) {
    if (target.family == "nova") tool.cache = CacheMark::kNone;  // caches no tools
    collect(tool.cache, marks);
  }
  for (Block& block : conversation.system) collect(block.cache, marks);
  for (Turn& turn : conversation.turns) {
    for (Block& block : turn.blocks) collect(block.cache, marks);
  }
  if (!target.prompt_caching && !marks.empty()) dropped.push_back("cache_control");
  const std::size_t allowed = target.prompt_caching ? kCachePoints : 0;
  CacheMark longest = target.one_hour_cache ? CacheMark::kOneHour : CacheMark::kFiveMinutes;
  if (allowed > 0 && longest != CacheMark::kOneHour &&
      std::any_of(marks.begin(), marks.end(),
                  [](const CacheMark* mark) { return *mark == CacheMark::kOneHour; })) {
    dropped.push_back("cache_control.ttl");
  }
  for (std::size_t i = 0; i < marks.size(); ++i) {
    CacheMark& mark = *marks[i];
    if (i + allowed < marks.size()) {
      mark = CacheMark::kNone;
    } else if (mark > longest) {
      mark = longest;
    } else {
      longest = mark;
    }
  }
}

}  // namespace sekisho::wire
