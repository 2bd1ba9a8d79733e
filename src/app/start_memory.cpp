#include "app/start_memory.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

// jemalloc's, in builds that have it (see src/CMakeLists.txt).
extern "C" [[gnu::weak]] int mallctl(const char* name, void* old, std::size_t* old_size,
                                     void* value, std::size_t size);

namespace sekisho::app {
namespace {

// Whole pages that nothing of this process was written to: of another kind a segment may own the
// rest of its first and last page.
int release_constant_pages(dl_phdr_info* object, std::size_t /*size*/, void* page_size) {
  const auto page = *static_cast<const std::uintptr_t*>(page_size);
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    std::uintptr_t begin = object->dlpi_addr + segment.p_vaddr;
    std::uintptr_t end = begin + segment.p_filesz;
    begin = (begin + page - 1) / page * page;
    end = end / page * page;
    if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void release_start_memory() {
  // MALLCTL_ARENAS_ALL
  if (mallctl) mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);
  auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  ::dl_iterate_phdr(release_constant_pages, &page);
}

}  // namespace sekisho::app
