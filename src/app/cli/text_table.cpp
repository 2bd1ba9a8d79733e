#include "app/cli/text_table.h"

#include <algorithm>

#include "app/cli/display_width.h"

namespace sekisho::app::cli {

void TextTable::add(std::vector<std::string> cells) {
  for (auto& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string TextTable::render() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto width = display_width(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[i]));
    widths.push_back(width);
  }
  std::string out;
  auto cell = [&](std::size_t i, const std::string& text) {
    std::string padding(widths[i] - display_width(text), ' ');
    out += columns_[i].right ? padding + text : text + padding;
    if (i + 1 < columns_.size()) {
      out += "  ";
      return;
    }
    while (out.ends_with(' ')) out.pop_back();
    out += '\n';
  };
  for (std::size_t i = 0; i < columns_.size(); ++i) cell(i, columns_[i].title);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) cell(i, row[i]);
  }
  return out;
}

}  // namespace sekisho::app::cli
