#include "trace/call_detail.h"

namespace sekisho::trace {
namespace {

void put_number(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}
void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}
void put_list(std::string& out, const std::vector<std::string>& list) {
  put_number(out, list.size());
  for (const auto& text : list) put_text(out, text);
}

class Reader {
 public:
  explicit Reader(store::Bytes bytes) : rest_(bytes) {}
  bool ok() const { return ok_; }
  bool finished() const { return ok_ && rest_.empty(); }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      if (rest_.empty()) break;
      auto byte = rest_.front();
      rest_ = rest_.subspan(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  std::string text() {
    auto size = number();
    if (size > rest_.size()) {
      ok_ = false;
      return {};
    }
    std::string out(reinterpret_cast<const char*>(rest_.data()), size);
    rest_ = rest_.subspan(size);
    return out;
  }
  // Calls read() for each element; every element takes a byte at least.
  template <class Read>
  void list(Read read) {
    auto count = number();
    if (count > rest_.size()) ok_ = false;
    for (; ok_ && count > 0; --count) read();
  }

 private:
  store::Bytes rest_;
  bool ok_ = true;
};

}  // namespace

void encode_detail(const CallRecord& record, std::string& out) {
  if (record.model_asked.empty() && record.refusal.empty() && record.tags.empty() &&
      record.dropped_fields.empty() && record.verdicts.empty() && record.settlement_note.empty() &&
      record.signals == 0) {
    return;
  }
  put_text(out, record.model_asked);
  put_text(out, record.refusal);
  put_list(out, record.tags);
  put_list(out, record.dropped_fields);
  put_number(out, record.verdicts.size());
  for (const auto& verdict : record.verdicts) {
    put_text(out, verdict.rule);
    put_text(out, verdict.mode);
    put_text(out, verdict.where);
    put_number(out, verdict.count);
  }
  // What came later in time stands last; what would be empty at the end is left out.
  if (!record.settlement_note.empty() || record.signals != 0) put_text(out, record.settlement_note);
  if (record.signals != 0) put_number(out, record.signals);
}

bool decode_detail(store::Bytes bytes, CallRecord& record) {
  if (bytes.empty()) return true;
  Reader in(bytes);
  record.model_asked = in.text();
  record.refusal = in.text();
  in.list([&] { record.tags.push_back(in.text()); });
  in.list([&] { record.dropped_fields.push_back(in.text()); });
  in.list([&] {
    VerdictRecord verdict;
    verdict.rule = in.text();
    verdict.mode = in.text();
    verdict.where = in.text();
    verdict.count = static_cast<std::uint32_t>(in.number());
    record.verdicts.push_back(std::move(verdict));
  });
  if (in.ok() && !in.finished()) record.settlement_note = in.text();
  if (in.ok() && !in.finished()) record.signals = static_cast<std::uint32_t>(in.number());
  return in.finished();
}

}  // namespace sekisho::trace
