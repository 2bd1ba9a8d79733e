#pragma once
// One process per directory: an flock on a file in it, which holds the owner's process id. The
// kernel lets go when the process ends, however it ends.

#include <string>

#include "base/result.h"

namespace sekisho::ledger {

class DirectoryLock {
 public:
  // kConflict names the process that has it.
  static Result<DirectoryLock> acquire(const std::string& directory);
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace sekisho::ledger
