#pragma once
// Disk and books that fail on purpose, for the simulation. A Fuse counts the effects of a process
// on the world outside (files made, flushed and removed, transactions committed) and lets the
// process die just before or just after one of them: from then on nothing that it does has an
// effect. One thread.

#include <memory>
#include <string>
#include <utility>

#include "base/random.h"
#include "ledger/books.h"
#include "ledger/sim_disk.h"

namespace sekisho::ledger {

class Fuse {
 public:
  enum class Moment : std::uint8_t { kAlive, kDieBefore, kDieAfter };

  // The process will die at one of the next `effects` effects.
  void light(Random& random, std::uint64_t effects) {
    left_ = random.below(effects);
    after_ = random.below(2) == 0;
    lit_ = true;
  }
  void renew() { lit_ = burnt_ = false; }
  bool burnt() const { return burnt_; }

  template <class Effect>
  auto guard(Effect effect) -> decltype(effect()) {
    auto moment = next();
    if (moment == Moment::kDieBefore) return dead();
    auto outcome = effect();
    if (moment == Moment::kDieAfter) return dead();
    return outcome;
  }
  static Failure dead() { return fail(Code::kStoreFailed, "the simulated process is dead"); }

 private:
  Moment next() {
    if (burnt_) return Moment::kDieBefore;
    if (!lit_ || left_-- > 0) return Moment::kAlive;
    burnt_ = true;
    return after_ ? Moment::kDieAfter : Moment::kDieBefore;
  }
  std::uint64_t left_ = 0;
  bool lit_ = false, after_ = false, burnt_ = false;
};

class FusedFile final : public MappedFile {
 public:
  FusedFile(Fuse& fuse, std::unique_ptr<MappedFile> file) : fuse_(fuse), file_(std::move(file)) {
    bytes_ = file_->bytes();
  }
  Result<> sync() override {
    return fuse_.guard([&] { return file_->sync(); });
  }
  Result<> rewrite(std::size_t bytes) override { return file_->rewrite(bytes); }

 private:
  Fuse& fuse_;
  std::unique_ptr<MappedFile> file_;
};

class FusedDisk final : public Disk {
 public:
  FusedDisk(SimDisk& disk, Fuse& fuse) : disk_(disk), fuse_(fuse) {}

  Result<std::unique_ptr<MappedFile>> create(const std::string& path, std::size_t bytes,
                                             std::span<const std::byte> head) override {
    bool was_alive = !fuse_.burnt();
    auto made = fuse_.guard([&] { return disk_.create(path, bytes, head); });
    if (was_alive && fuse_.burnt()) (void)disk_.create(path + ".new", bytes, {});  // half made
    return wrapped(std::move(made));
  }
  Result<std::unique_ptr<MappedFile>> open(const std::string& path) override {
    if (fuse_.burnt()) return Fuse::dead();
    return wrapped(disk_.open(path));
  }
  Result<std::vector<std::string>> list(const std::string& directory) override {
    if (fuse_.burnt()) return Fuse::dead();
    return disk_.list(directory);
  }
  Result<> remove(const std::string& path) override {
    return fuse_.guard([&] { return disk_.remove(path); });
  }
  Result<> rename(const std::string& from, const std::string& to) override {
    return fuse_.guard([&] { return disk_.rename(from, to); });
  }

 private:
  Result<std::unique_ptr<MappedFile>> wrapped(Result<std::unique_ptr<MappedFile>> file) {
    if (!file) return file;
    return std::make_unique<FusedFile>(fuse_, std::move(*file));
  }
  SimDisk& disk_;
  Fuse& fuse_;
};

class FusedBooks final : public Books {
 public:
  FusedBooks(store::Database& database, Fuse& fuse) : database_(database), fuse_(fuse) {}
  void full(bool full) { full_ = full; }

  Result<> write(const Job& job) override {
    if (fuse_.burnt()) return Fuse::dead();
    TRY(auto transaction, store::Transaction::begin(database_));
    TRY_VOID(job(database_));
    if (full_) return fail(Code::kStoreFailed, "disk full: cannot write the books");
    return fuse_.guard([&] { return transaction.commit(); });
  }
  Result<> read(const Job& job) override {
    if (fuse_.burnt()) return Fuse::dead();
    return job(database_);
  }

 private:
  store::Database& database_;
  Fuse& fuse_;
  bool full_ = false;
};

}  // namespace sekisho::ledger
