#include "load_options.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace sekisho::bench {
namespace {

constexpr const char* kUsage =
    "usage: sekisho-bench-load --port N [--connections N] [--seconds S] [--warm-up N]\n"
    "  [--bytes N] [--fresh N|all] [--model NAME] [--stream] [--key TEXT]\n"
    "  [--conversation NAME] [--stagger-ms N] [--wait]\n"
    "A closed loop: each connection sends its next request when the answer is complete.\n"
    "--fresh: bytes at the end of each body that were never sent before.\n";

[[noreturn]] void usage() {
  std::fputs(kUsage, stderr);
  std::exit(2);
}

void set(LoadOptions& o, std::string_view name, const char* value) {
  const auto number = [value] { return std::strtoull(value, nullptr, 10); };
  if (name == "--port") {
    o.port = static_cast<std::uint16_t>(number());
  } else if (name == "--connections") {
    o.connections = static_cast<int>(number());
  } else if (name == "--seconds") {
    o.seconds = std::atof(value);
  } else if (name == "--warm-up") {
    o.warm_up = static_cast<int>(number());
  } else if (name == "--bytes") {
    o.body.bytes = number();
  } else if (name == "--fresh") {
    o.body.fresh_bytes = std::string_view(value) == "all" ? 0 : number();
  } else if (name == "--model") {
    o.body.model = value;
  } else if (name == "--key") {
    o.key = value;
  } else if (name == "--conversation") {
    o.conversation = value;
  } else if (name == "--stagger-ms") {
    o.stagger_ms = std::atof(value);
  } else {
    usage();
  }
}

}  // namespace

LoadOptions parse_load_options(int argc, char** argv) {
  LoadOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--stream") {
      options.body.stream = true;
    } else if (name == "--wait") {
      options.wait = true;
    } else if (i + 1 < argc) {
      set(options, name, argv[++i]);
    } else {
      usage();
    }
  }
  if (options.port == 0 || options.connections < 1) usage();
  return options;
}

}  // namespace sekisho::bench
