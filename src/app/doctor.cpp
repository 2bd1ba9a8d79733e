#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <vector>

#include "app/cli/display_width.h"
#include "app/commands.h"
#include "app/config.h"
#include "app/phrases.h"
#include "app/upstreams.h"
#include "http/client.h"
#include "io/epoll_network.h"
#include "ledger/directory_lock.h"
#include "ledger/disk.h"
#include "ledger/journal_files.h"
#include "ledger/recovery.h"
#include "wire/json_writer.h"

namespace sekisho::app {
namespace {

struct Check {
  std::string what;
  enum class Verdict : std::uint8_t { kGood, kWarning, kBad } verdict = Verdict::kGood;
  std::string finding, remedy;
};
using Verdict = Check::Verdict;

std::string existing_parent(std::string path) {
  std::filesystem::path p = std::filesystem::absolute(path);
  while (!std::filesystem::exists(p) && p.has_parent_path()) p = p.parent_path();
  return p.string();
}

Check check_disk(const Config& config) {
  auto where = existing_parent(config.data_directory);
  struct statvfs info{};
  if (::statvfs(where.c_str(), &info) != 0) {
    return {"disk", Verdict::kBad, "cannot look at '" + where + "'", "check the path"};
  }
  auto free_mb = info.f_bavail * info.f_frsize / (1024 * 1024);
  if (::access(where.c_str(), W_OK) != 0) {
    return {"disk", Verdict::kBad, "no permission to write in '" + where + "'",
            "run as the directory's owner, or change data_directory"};
  }
  auto text = fmt::format("{} MB free at '{}'", free_mb, where);
  if (free_mb < 256)
    return {"disk", Verdict::kBad, text, "free space: new calls are refused with 503"};
  if (free_mb < 2048) return {"disk", Verdict::kWarning, text, "free space soon"};
  return {"disk", Verdict::kGood, text, ""};
}

// The money journal, when no server is using it. Its repair is for people to ask for: records that
// cannot be read are lost to the books.
void check_journal(const DoctorCommand& command, const Config& config, std::vector<Check>& checks) {
  auto directory = config.data_directory + "/journal";
  if (!std::filesystem::exists(directory)) return;
  auto lock = ledger::DirectoryLock::acquire(directory);
  if (!lock) {
    bool used = lock.error().code == Code::kConflict;
    checks.push_back({"journal", used ? Verdict::kGood : Verdict::kBad, lock.error().detail,
                      used ? "" : "run as the directory's owner"});
    return;
  }
  auto disk = ledger::make_real_disk();
  auto read = [&]() -> Result<> {
    TRY(auto names, ledger::list_segments(*disk, directory));
    return ledger::read_segments(*disk, directory, names, {}, [](auto&&) { return Result<>(); });
  };
  auto state = read();
  if (!state && command.repair) {
    auto done = ledger::repair_journal(*disk, directory);
    for (const auto& line : done ? *done : std::vector<std::string>{}) {
      checks.push_back({"journal", Verdict::kWarning, line, ""});
    }
    state = done ? read() : Result<>(Failure(done.error()));
  }
  if (state) {
    checks.push_back({"journal", Verdict::kGood, "every record is sound", ""});
  } else {
    checks.push_back(
        {"journal", Verdict::kBad, state.error().detail,
         "restore the file, or run `sekisho doctor --repair`: the damaged file is kept "
         "beside it as .damaged, calls whose records are lost are not in the books"});
  }
}

Check check_clock(std::optional<std::int64_t> server_seconds, const std::string& from) {
  if (!server_seconds) return {"clock", Verdict::kWarning, "no upstream told its time", ""};
  auto off = std::time(nullptr) - *server_seconds;
  auto text = fmt::format("{} s beside the clock of {}", off, from);
  if (off > 240 || off < -240) {
    return {"clock", Verdict::kBad, text, "synchronise the clock (AWS signatures allow 5 minutes)"};
  }
  return {"clock", Verdict::kGood, text, ""};
}

struct Probe {
  const gateway::Upstream& upstream;
  http::Client& client;
  Check check;
  std::optional<std::int64_t> date;
};

io::task<void> probe_upstream(Probe& probe) {
  http::ClientRequest request;
  request.method = "GET";
  request.target = "/";
  http::Headers headers;
  request.headers = &headers;
  auto answer = co_await probe.client.send(probe.upstream.origin, request);
  auto& check = probe.check;
  check.what = "upstream " + probe.upstream.name;
  if (!answer) {
    check.verdict = Verdict::kBad;
    check.finding = answer.error().detail;
    check.remedy = "check endpoint, network, proxy and CA file";
    co_return;
  }
  check.finding = fmt::format("reachable at {} (answered {})", probe.upstream.origin.authority,
                              (*answer)->head().status);
  std::tm tm{};
  auto date = std::string((*answer)->head().headers.get("date"));
  if (::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S", &tm)) probe.date = ::timegm(&tm);
}

void check_upstreams(const Config& config, std::vector<Check>& checks) {
  SystemClock clock;
  io::EpollLoop loop(clock);
  io::Resolver resolver(clock);
  io::EpollNetwork network(loop, resolver);
  http::BodyBudget budget;
  http::BufferPool buffers(budget);
  http::ClientOptions options;
  options.first_byte_timeout = std::chrono::seconds(10);
  http::Client client(loop, network, buffers, options);
  Upstreams settings;
  std::optional<std::int64_t> date;
  std::string from;
  for (const auto& upstream : config.upstreams) {
    auto built = settings.build(upstream, UpstreamId{1}, process_environment);
    if (!built) {
      checks.push_back({"upstream " + upstream.name, Verdict::kBad, built.error().detail,
                        "give credentials in the configuration, a profile or the environment"});
      continue;
    }
    Probe probe{*built, client, {}, {}};
    loop.run_until_done(probe_upstream(probe));
    if (probe.date && !date) {
      date = probe.date;
      from = upstream.name;
    }
    checks.push_back(probe.check);
  }
  if (!config.upstreams.empty()) checks.push_back(check_clock(date, from));
  if (config.models.empty()) {
    checks.push_back({"models", Verdict::kWarning, "no model in the configuration",
                      "add one under 'models:', or through the API"});
  }
}

// A model whose cost cannot be bounded is refused when it is called: better told here.
void check_prices(const Config& config, std::vector<Check>& checks) {
  for (const auto& model : config.models) {
    if (model.allow_unpriced || config.settings.allow_unpriced) continue;
    for (const auto& deployment : model.deployments) {
      auto upstream =
          std::ranges::find(config.upstreams, deployment.upstream, &UpstreamConfig::name);
      const auto& id = deployment.priced_as.empty() ? deployment.model : deployment.priced_as;
      bool known = upstream != config.upstreams.end() && catalog::find_starter(upstream->kind, id);
      if (known || deployment.prices) continue;
      checks.push_back({"model " + model.name, Verdict::kWarning,
                        fmt::format("no price is known for {}: calls are refused", id),
                        "give its deployment 'prices' or 'priced_as', or allow_unpriced"});
    }
  }
}

std::string_view verdict_name(Verdict verdict) {
  return verdict == Verdict::kGood ? "ok" : verdict == Verdict::kWarning ? "warning" : "bad";
}

void print(const std::vector<Check>& checks, bool json) {
  if (json) {
    std::string out;
    wire::JsonWriter w(out);
    w.begin_object().key("checks").begin_array();
    for (const auto& check : checks) {
      w.begin_object().field("what", check.what).field("verdict", verdict_name(check.verdict));
      w.field("finding", check.finding).field("remedy", check.remedy).end_object();
    }
    w.end_array().end_object();
    std::puts(out.c_str());
    return;
  }
  bool japanese = japanese_locale();
  auto column = [japanese](std::string_view text, std::size_t width) {
    auto out = for_people(text, japanese);
    auto used = cli::display_width(out);
    return out + std::string(used < width ? width - used : 0, ' ') + " ";
  };
  for (const auto& check : checks) {
    auto line = column(verdict_name(check.verdict), 8) + column(check.what, 24) +
                for_people(check.finding, japanese);
    if (!check.remedy.empty()) line += " → " + for_people(check.remedy, japanese);
    std::puts(line.c_str());
  }
}

}  // namespace

int doctor(const DoctorCommand& command) {
  std::vector<Check> checks;
  auto config = load_config(command.config);
  if (!config) {
    checks.push_back({"configuration", Verdict::kBad, config.error().detail,
                      "see docs/configuration.md, or `sekisho init`"});
  } else {
    checks.push_back({"configuration", Verdict::kGood, command.config, ""});
    checks.push_back(check_disk(*config));
    check_journal(command, *config, checks);
    check_upstreams(*config, checks);
    check_prices(*config, checks);
  }
  print(checks, command.json);
  for (const auto& check : checks) {
    if (check.verdict == Verdict::kBad) return 1;
  }
  return 0;
}

}  // namespace sekisho::app
