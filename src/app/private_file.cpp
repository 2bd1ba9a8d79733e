#include "app/private_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sekisho::app {

Result<> write_private_file(const std::string& path, std::string_view text) {
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (fd < 0) {
    auto code = errno == EEXIST ? Code::kConflict : Code::kStoreFailed;
    return fail(code, "cannot write '" + path + "': " + std::strerror(errno));
  }
  auto written = ::write(fd, text.data(), text.size());
  ::close(fd);
  if (written == static_cast<ssize_t>(text.size())) return {};
  ::unlink(path.c_str());
  return fail(Code::kStoreFailed, "cannot write '" + path + "': no space");
}

}  // namespace sekisho::app
