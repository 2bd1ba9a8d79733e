#include "ledger/directory_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace sekisho::ledger {
namespace {

std::string owner(int fd) {
  std::array<char, 32> text{};
  auto got = ::pread(fd, text.data(), text.size(), 0);
  std::string_view pid(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  return std::string(pid.substr(0, pid.find('\n')));
}

}  // namespace

Result<DirectoryLock> DirectoryLock::acquire(const std::string& directory) {
  std::error_code ignored;
  std::filesystem::create_directories(directory, ignored);
  std::string path = directory + "/lock";
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return fail(Code::kStoreFailed, fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  }
  DirectoryLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return fail(Code::kConflict, fmt::format("{} is in use by process {}", directory, owner(fd)));
  }
  auto pid = fmt::format("{}\n", ::getpid());
  bool written = ::ftruncate(fd, 0) == 0 &&
                 ::pwrite(fd, pid.data(), pid.size(), 0) == static_cast<ssize_t>(pid.size());
  (void)written;  // a full disk: the lock holds all the same, without a name
  return lock;
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace sekisho::ledger
