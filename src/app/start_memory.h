#pragma once
// Memory that only the start needs: pages of code and constants (configuration, schema, migrations,
// dynamic linking) and freed heap. They stay in the page cache; what is used again comes back by a
// minor fault.

namespace sekisho::app {

void release_start_memory();

}  // namespace sekisho::app
