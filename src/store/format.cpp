#include "store/format.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

namespace sekisho::store {
namespace {

Error constraint(int extended, const char* text) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_FOREIGNKEY:
    case SQLITE_CONSTRAINT_TRIGGER:
    case SQLITE_CONSTRAINT_ROWID:
      return {Code::kConflict, text};
    default:
      return {Code::kInvalidArgument, text};
  }
}

}  // namespace

Error describe(const std::string& path, int code, int extended, int system, const char* text) {
  bool full = code == SQLITE_FULL ||
              (code == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT || system == EFBIG));
  if (full) return {Code::kStoreFailed, "disk full: cannot write " + path};
  switch (code) {
    case SQLITE_CONSTRAINT:
      return constraint(extended, text);
    case SQLITE_TOOBIG:
      return {Code::kTooLarge, path + ": a value is too large"};
    case SQLITE_NOTADB:
      return {Code::kCorrupt, path + " is not a database of Sekisho"};
    case SQLITE_CORRUPT:
      return {Code::kCorrupt, path + " is damaged: " + text};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Code::kStoreFailed, path + " is held by another process"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {Code::kStoreFailed, "no permission to write " + path};
    case SQLITE_CANTOPEN:
      return {Code::kStoreFailed,
              "cannot open " + path + (system ? std::string(": ") + std::strerror(system) : "")};
    default:
      return {Code::kStoreFailed, path + ": " + text};
  }
}

}  // namespace sekisho::store
