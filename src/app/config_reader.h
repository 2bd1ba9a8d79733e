#pragma once
// Strict reading of a YAML document against config_spec(): afterwards a Node knows that every key
// exists, every type fits and every value is in range. yaml-cpp stays inside config_reader.cpp.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/config_spec.h"
#include "base/result.h"

namespace sekisho::app {

// A checked value: scalars as text, objects and lists as children.
struct Node {
  const Key* key = nullptr;
  int line = 0;               // 1-based; 0 = a default
  std::string text;           // of a scalar
  std::string name;           // as a member of an object or map
  std::vector<Node> items;    // kList
  std::vector<Node> members;  // kObject, kMap

  const Node* find(std::string_view name) const;  // present in the file
  std::string get(std::string_view name) const;   // text or the default
  std::int64_t integer(std::string_view name) const;
  bool boolean(std::string_view name) const;
};

Result<Node> read_config(std::string_view yaml, const std::string& name);

// The candidate nearest to `wrong`; empty when none is near.
std::string nearest_name(std::string_view wrong, const std::vector<std::string_view>& candidates);

}  // namespace sekisho::app
