#pragma once
// The disk seam: the few operations that the journal needs. RealDisk (real_disk.cpp) is the
// operating system; SimDisk (sim_disk.h) has a capacity, forgets what was not synced and tears
// writes. Thread-safe; a MappedFile may be written by one thread while another syncs it.
// Errors: kStoreFailed, with "disk full" in the detail where that is the reason.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace sekisho::ledger {

// A file's bytes in memory, shared with the file: what is written here survives the process.
class MappedFile {
 public:
  virtual ~MappedFile() = default;
  std::span<std::byte> bytes() const { return bytes_; }
  // Everything written before the call is on the disk after it. After a failure the kernel may
  // have dropped what it could not write, so the next success says nothing about it, unless
  // rewrite() came between.
  virtual Result<> sync() = 0;
  // Writes the first `bytes` once more, as they stand in memory. REQUIRES: nobody changes them.
  virtual Result<> rewrite(std::size_t bytes) = 0;
  // Makes this part ready to be written without page faults, where the system can. Only speed.
  virtual void warm(std::size_t /*begin*/, std::size_t /*size*/) {}

 protected:
  std::span<std::byte> bytes_;
};

class Disk {
 public:
  virtual ~Disk() = default;
  // Makes a file of `bytes` that begins with `head`, zero after it, all of it allocated and
  // durable. All or nothing: on failure there is no such file.
  virtual Result<std::unique_ptr<MappedFile>> create(const std::string& path, std::size_t bytes,
                                                     std::span<const std::byte> head) = 0;
  virtual Result<std::unique_ptr<MappedFile>> open(const std::string& path) = 0;
  // Names (not paths) of the files in a directory, sorted; the directory is made if absent.
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
  virtual Result<> remove(const std::string& path) = 0;  // absent: fine
  virtual Result<> rename(const std::string& from, const std::string& to) = 0;
};

std::unique_ptr<Disk> make_real_disk();

}  // namespace sekisho::ledger
