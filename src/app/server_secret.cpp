#include "app/server_secret.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>

#include "app/private_file.h"
#include "wire/aws/sha256.h"

namespace sekisho::app {
namespace {

constexpr std::size_t kHexDigits = 64;

Result<std::string> read_secret(const std::string& path, const struct stat& file) {
  if ((file.st_mode & 077) != 0) {
    return fail(Code::kPermissionDenied, "others may read '" + path + "': chmod 600 it");
  }
  std::ifstream in(path);
  std::string text;
  in >> text;
  const bool hex = text.size() == kHexDigits && std::ranges::all_of(text, [](char c) {
                     return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                   });
  if (hex) return text;
  return fail(Code::kCorrupt, "'" + path +
                                  "' does not hold a secret; restore it, or delete it (every "
                                  "AWS credential of a virtual key changes then)");
}

}  // namespace

Result<std::string> load_server_secret(const std::string& path, Random& random) {
  struct stat file{};
  if (::stat(path.c_str(), &file) == 0) return read_secret(path, file);
  if (errno != ENOENT) return fail(Code::kStoreFailed, "cannot read '" + path + "'");
  wire::aws::Digest bytes;
  random.fill(bytes);
  std::string text = wire::aws::hex(bytes);
  TRY_VOID(write_private_file(path, text + "\n"));
  return text;
}

}  // namespace sekisho::app
