#pragma once
// Text inside JSON strings, both ways. `raw` is the content of a JSON string between its quotes,
// still escaped, as a validating walk accepted it. Pure functions, any thread. Nothing fails: what
// a validating walk would have refused is passed through (a bad escape stays as it is, a lone
// surrogate becomes U+FFFD), so that a guard sees at least what a lenient reader would see.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::wire {

// Appends `text` escaped for use between quotes: `"`, `\` and control characters only (short forms
// \b \f \n \r \t where they exist, else \u00xx in lower case). REQUIRES: text is UTF-8.
void append_escaped(std::string& out, std::string_view text);
std::string escape_json(std::string_view text);

// The index of the first byte that must be escaped, or text.size().
std::size_t find_escapable(std::string_view text);

// JSON string content → UTF-8 text. Surrogate pairs are joined.
std::string unescape_json(std::string_view raw);

// The decoded view of a raw string, with the way back from decoded to raw offsets; needed to redact
// a span found in the text inside the raw body. Nothing is copied when nothing is escaped: `raw`
// must outlive this object. The way back is looked for when it is first asked for: few texts hold
// anything to be found. One thread.
class DecodedText {
 public:
  explicit DecodedText(std::string_view raw);
  std::string_view text() const { return escaped_ ? std::string_view(decoded_) : raw_; }
  // The raw offset at which the character that holds decoded byte `decoded` begins. For
  // decoded == text().size(): the size of raw. Offsets inside one escape map to its backslash;
  // so [raw_offset(a), raw_offset(b)) with a, b on character borders is what spells [a, b).
  std::size_t raw_offset(std::size_t decoded) const;
  // As raw_offset, but rounded up: the first raw offset behind the character that holds the byte
  // before `decoded`. A redaction ends here.
  std::size_t raw_end(std::size_t decoded) const;

 private:
  // One escape sequence (or surrogate pair).
  struct Escape {
    std::uint32_t decoded, raw;  // where it begins
    std::uint8_t decoded_size, raw_size;
  };
  const Escape* last_escape_before(std::size_t decoded) const;
  void find_escapes() const;

  std::string_view raw_;
  bool escaped_ = false;
  std::string decoded_;
  mutable bool mapped_ = false;
  mutable std::vector<Escape> escapes_;
};

}  // namespace sekisho::wire
