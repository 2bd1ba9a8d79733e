#pragma once
// Finds, among the tools that an agent offers, the one for a purpose, and fills its arguments by
// its JSON Schema: required members by name and type, optional ones where their name says that
// they carry the path, the content or the command. So the simulated model can drive any agent.

#include <optional>
#include <string>

#include "sim/prompt.h"

namespace sekisho::sim {

struct Errand {
  std::string path, content;
  bool write = true;            // else: read the file back
  std::string summary;          // for members such as "result" or "message"
  std::string command() const;  // the same as a shell command
};

const ToolOffer* find_writer(const std::vector<ToolOffer>& tools);
const ToolOffer* find_reader(const std::vector<ToolOffer>& tools);
const ToolOffer* find_completion(const std::vector<ToolOffer>& tools);

Json fill_arguments(const Json& schema, const Errand& errand);

}  // namespace sekisho::sim
