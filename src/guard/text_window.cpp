#include "guard/guard.h"
#include "guard/scanner.h"

namespace sekisho::guard {

namespace {

// The front of the buffer is dropped in strides of this, so that most pushes move nothing.
constexpr std::size_t kDropBytes = 512;

}  // namespace

class TextWindow::State {
 public:
  explicit State(std::shared_ptr<const RuleSet> rules)
      : rules_(std::move(rules)), scanner_(rules_->compiled()) {}

  void push(std::string_view piece, bool last, std::vector<Finding>& out) {
    if (finished_) return;
    finished_ = last;
    buffer_.append(piece);
    scanner_.advance({buffer_, last}, base_, out);
    clear_ = base_ + scanner_.clear();
    const std::size_t done = scanner_.droppable();
    if (done < kDropBytes) return;
    scanner_.drop(done);
    buffer_.erase(0, done);
    base_ += done;
  }

  std::size_t clear() const { return clear_; }
  std::size_t received() const { return base_ + buffer_.size(); }
  const ScanCounts& counts() const { return scanner_.counts(); }

 private:
  std::shared_ptr<const RuleSet> rules_;
  Scanner scanner_;
  std::string buffer_;  // the text from base_ on
  std::size_t base_ = 0;
  std::size_t clear_ = 0;
  bool finished_ = false;
};

TextWindow::TextWindow(std::shared_ptr<const RuleSet> rules)
    : state_(std::make_unique<State>(std::move(rules))) {}
TextWindow::~TextWindow() = default;
TextWindow::TextWindow(TextWindow&&) noexcept = default;
TextWindow& TextWindow::operator=(TextWindow&&) noexcept = default;

void TextWindow::push(std::string_view piece, std::vector<Finding>& out) {
  state_->push(piece, false, out);
}
void TextWindow::finish(std::vector<Finding>& out) {
  state_->push({}, true, out);
}
std::size_t TextWindow::clear_until() const {
  return state_->clear();
}
std::size_t TextWindow::received() const {
  return state_->received();
}
const ScanCounts& TextWindow::counts() const {
  return state_->counts();
}

}  // namespace sekisho::guard
