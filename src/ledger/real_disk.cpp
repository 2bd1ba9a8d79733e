#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "ledger/disk.h"

namespace sekisho::ledger {
namespace {

Failure broken(const char* doing, const std::string& path, int number) {
  bool full = number == ENOSPC || number == EDQUOT;
  return fail(Code::kStoreFailed, fmt::format("{}: cannot {} {}: {}", full ? "disk full" : "disk",
                                              doing, path, std::strerror(number)));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

class RealFile final : public MappedFile {
 public:
  RealFile(Descriptor fd, std::string path, std::span<std::byte> bytes)
      : fd_(std::move(fd)), path_(std::move(path)) {
    bytes_ = bytes;
  }
  ~RealFile() override {
    if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
  }
  Result<> sync() override {
    if (::fdatasync(fd_.get()) != 0) return broken("flush", path_, errno);
    return {};
  }
  void warm(std::size_t begin, std::size_t size) override {
    auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    auto from = begin / page * page, to = std::min(bytes_.size(), begin + size);
#ifdef MADV_POPULATE_WRITE
    if (from < to) (void)::madvise(bytes_.data() + from, to - from, MADV_POPULATE_WRITE);
#endif
  }
  // Through the descriptor: that marks the pages, and is no write in memory that other threads
  // read.
  Result<> rewrite(std::size_t bytes) override {
    for (std::size_t at = 0; at < bytes;) {
      auto wrote = ::pwrite(fd_.get(), bytes_.data() + at, bytes - at, static_cast<off_t>(at));
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote <= 0) return broken("write", path_, wrote < 0 ? errno : EIO);
      at += static_cast<std::size_t>(wrote);
    }
    return {};
  }

 private:
  Descriptor fd_;
  std::string path_;
};

Result<std::unique_ptr<MappedFile>> map(Descriptor fd, const std::string& path, std::size_t size) {
  std::span<std::byte> bytes;
  if (size > 0) {
    void* at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (at == MAP_FAILED) return broken("map", path, errno);
    bytes = {static_cast<std::byte*>(at), size};
  }
  return std::make_unique<RealFile>(std::move(fd), path, bytes);
}

Result<> sync_directory_of(const std::string& path) {
  auto directory = std::filesystem::path(path).parent_path().string();
  Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return broken("flush", directory, errno);
  return {};
}

Result<> fill(int fd, const std::string& path, std::size_t bytes, std::span<const std::byte> head) {
  if (int error = ::posix_fallocate(fd, 0, static_cast<off_t>(bytes)); error != 0) {
    return broken("make", path, error);
  }
  // Zeros are really written: a page that is only reserved has to be looked for at its first use,
  // and its flush has to change the file's map, which takes longer than the record in it.
  std::array<std::byte, 64 * 1024> zeros{};
  for (std::size_t at = 0; at < bytes;) {
    auto wrote =
        ::pwrite(fd, zeros.data(), std::min(zeros.size(), bytes - at), static_cast<off_t>(at));
    if (wrote <= 0) return broken("write", path, wrote < 0 ? errno : EIO);
    at += static_cast<std::size_t>(wrote);
  }
  auto wrote = ::pwrite(fd, head.data(), head.size(), 0);
  if (wrote != static_cast<ssize_t>(head.size())) {
    return broken("write", path, wrote < 0 ? errno : EIO);
  }
  if (::fsync(fd) != 0) return broken("flush", path, errno);
  return {};
}

class RealDisk final : public Disk {
 public:
  Result<std::unique_ptr<MappedFile>> create(const std::string& path, std::size_t bytes,
                                             std::span<const std::byte> head) override {
    std::string unfinished = path + ".new";
    Descriptor fd(::open(unfinished.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (fd.get() < 0) return broken("make", path, errno);
    if (auto done = fill(fd.get(), path, bytes, head); !done) {
      ::unlink(unfinished.c_str());
      return Failure(done.error());
    }
    TRY_VOID(rename(unfinished, path));
    return map(std::move(fd), path, bytes);
  }

  Result<std::unique_ptr<MappedFile>> open(const std::string& path) override {
    Descriptor fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    struct stat info{};
    if (fd.get() < 0 || ::fstat(fd.get(), &info) != 0) return broken("open", path, errno);
    return map(std::move(fd), path, static_cast<std::size_t>(info.st_size));
  }

  Result<std::vector<std::string>> list(const std::string& directory) override {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) return broken("make", directory, error.value());
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
      names.push_back(entry.path().filename().string());
    }
    if (error) return broken("read", directory, error.value());
    std::ranges::sort(names);
    return names;
  }

  Result<> remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return broken("remove", path, errno);
    return sync_directory_of(path);
  }

  Result<> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return broken("rename", from, errno);
    return sync_directory_of(to);
  }
};

}  // namespace

std::unique_ptr<Disk> make_real_disk() {
  return std::make_unique<RealDisk>();
}

}  // namespace sekisho::ledger
