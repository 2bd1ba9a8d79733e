#pragma once
// A disk in memory for simulation and tests: it has a capacity, remembers apart what is durable and
// what only the kernel holds, and can lose the latter. A killed process is simulated by opening the
// files again after kill(); a power cut by power_cut(). One thread, or callers that do not overlap.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "ledger/disk.h"

namespace sekisho::ledger {

class SimDisk final : public Disk {
 public:
  explicit SimDisk(Random& random) : random_(random) {}

  Result<std::unique_ptr<MappedFile>> create(const std::string& path, std::size_t bytes,
                                             std::span<const std::byte> head) override;
  Result<std::unique_ptr<MappedFile>> open(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Result<> remove(const std::string& path) override;
  Result<> rename(const std::string& from, const std::string& to) override;

  void capacity(std::size_t bytes) { capacity_ = bytes; }  // below what is used: full at once
  std::size_t used() const;
  void fail_flushes(bool fail) { fail_flushes_ = fail; }
  // The process that has files open is killed: what it still writes to them goes nowhere.
  void kill();
  // A kill, and of each page that was not flushed either what is durable or what had been written
  // up to some moment survives.
  void power_cut();
  // The bytes of a file, to damage or to compare.
  std::vector<std::byte>& contents(const std::string& path) { return files_.at(path)->live; }

 private:
  struct File {
    std::vector<std::byte> live, durable;
    // As pages were when they could not be flushed; one that has not changed since then is never
    // flushed again. Empty: no flush has failed.
    std::vector<std::byte> dropped;
  };
  class SimFile;
  static void flush(File& file);
  void cut_page(File& file, std::size_t begin);

  Random& random_;
  std::size_t capacity_ = static_cast<std::size_t>(-1);
  bool fail_flushes_ = false;
  std::map<std::string, std::shared_ptr<File>> files_;
};

}  // namespace sekisho::ledger
