#include "ledger/sim_disk.h"

#include <algorithm>

#include "ledger/segment.h"

namespace sekisho::ledger {

class SimDisk::SimFile final : public MappedFile {
 public:
  SimFile(SimDisk& disk, std::shared_ptr<File> file) : disk_(disk), file_(std::move(file)) {
    bytes_ = file_->live;
  }
  Result<> sync() override {
    if (disk_.fail_flushes_) {
      file_->dropped = file_->live;
      return fail(Code::kStoreFailed, "disk: cannot flush");
    }
    flush(*file_);
    return {};
  }
  Result<> rewrite(std::size_t bytes) override {
    auto& dropped = file_->dropped;
    for (std::size_t at = 0; at < std::min(bytes, dropped.size()); at += kPageBytes) {
      dropped[at] = ~file_->live[at];  // differs, so it is flushed again
    }
    return {};
  }

 private:
  SimDisk& disk_;
  std::shared_ptr<File> file_;
};

std::size_t SimDisk::used() const {
  std::size_t sum = 0;
  for (const auto& [path, file] : files_) sum += file->live.size();
  return sum;
}

Result<std::unique_ptr<MappedFile>> SimDisk::create(const std::string& path, std::size_t bytes,
                                                    std::span<const std::byte> head) {
  if (used() + bytes > capacity_) {
    return fail(Code::kStoreFailed, "disk full: cannot make " + path);
  }
  auto file = std::make_shared<File>();
  file->live.resize(bytes);
  std::ranges::copy(head, file->live.begin());
  file->durable = file->live;
  files_[path] = file;
  return std::make_unique<SimFile>(*this, file);
}

Result<std::unique_ptr<MappedFile>> SimDisk::open(const std::string& path) {
  auto found = files_.find(path);
  if (found == files_.end()) return fail(Code::kStoreFailed, "disk: cannot open " + path);
  return std::make_unique<SimFile>(*this, found->second);
}

Result<std::vector<std::string>> SimDisk::list(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& [path, file] : files_) {
    if (path.starts_with(directory + "/")) names.push_back(path.substr(directory.size() + 1));
  }
  return names;
}

Result<> SimDisk::remove(const std::string& path) {
  files_.erase(path);
  return {};
}

Result<> SimDisk::rename(const std::string& from, const std::string& to) {
  auto node = files_.extract(from);
  if (!node) return fail(Code::kStoreFailed, "disk: cannot rename " + from);
  files_.erase(to);
  node.key() = to;
  files_.insert(std::move(node));
  return {};
}

// A writer fills a page from its beginning, so what a page held at some moment is a first part of
// what it holds now.
void SimDisk::cut_page(File& file, std::size_t begin) {
  std::size_t end = std::min(begin + kPageBytes, file.live.size());
  std::span live(file.live.data() + begin, end - begin);
  std::span durable(file.durable.data() + begin, end - begin);
  if (std::ranges::equal(live, durable)) return;
  std::size_t slots = live.size() / kRecordBytes;
  std::size_t kept = begin == 0 ? slots * random_.below(2) : random_.below(slots + 1);
  for (std::size_t i = kept * kRecordBytes; i < live.size(); ++i) live[i] = durable[i];
}

void SimDisk::flush(File& file) {
  for (std::size_t at = 0; at < file.live.size(); at += kPageBytes) {
    std::size_t size = std::min(kPageBytes, file.live.size() - at);
    std::span live(file.live.data() + at, size);
    bool dropped = !file.dropped.empty() &&
                   std::ranges::equal(live, std::span(file.dropped.data() + at, size));
    if (!dropped) std::ranges::copy(live, file.durable.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

void SimDisk::kill() {
  for (auto& [path, file] : files_) file = std::make_shared<File>(*file);
}

void SimDisk::power_cut() {
  kill();
  for (auto& [path, file] : files_) {
    for (std::size_t at = 0; at < file->live.size(); at += kPageBytes) cut_page(*file, at);
    file->durable = file->live;
    file->dropped.clear();
  }
}

}  // namespace sekisho::ledger
