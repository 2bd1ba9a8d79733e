#pragma once
// Rows for people: columns padded by display width, nothing drawn. Pure, any thread.

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::app::cli {

class TextTable {
 public:
  struct Column {
    std::string title;
    bool right = false;  // figures
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // REQUIRES: as many cells as columns.
  void add(std::vector<std::string> cells);
  std::string render() const;  // title line and rows, no trailing blanks

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sekisho::app::cli
