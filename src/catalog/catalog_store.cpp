#include "catalog/catalog_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/lines.h"

namespace sekisho::catalog {
namespace {

constexpr const char* kGroup =
    "SELECT id, name, aliases, context_window, max_output, allow_unpriced, from_file,"
    " auto_prompt_caching FROM model WHERE deleted = 0";

GroupSettings read_group(const store::Statement& row) {
  GroupSettings group;
  group.id = row.id<ModelId>(0);
  group.name = row.text(1);
  group.aliases = store::split_lines(row.view(2));
  group.context_window = row.maybe_integer(3);
  group.max_output = row.maybe_integer(4);
  group.allow_unpriced = row.flag(5);
  group.from_file = row.flag(6);
  group.auto_prompt_caching = row.flag(7);
  return group;
}

Failure of_the_file(const GroupSettings& group) {
  return fail(Code::kConflict, "model '" + group.name + "' is set in the configuration file");
}

// Ids of deployments that the file described before, by what identifies them.
void keep_ids(GroupSettings& group, const GroupSettings& before) {
  auto left = before.deployments;
  for (auto& deployment : group.deployments) {
    auto same = std::ranges::find_if(left, [&](const DeploymentSettings& old) {
      return old.upstream == deployment.upstream && old.region == deployment.region &&
             old.upstream_model == deployment.upstream_model;
    });
    if (same == left.end()) continue;
    deployment.id = same->id;
    left.erase(same);
  }
}

}  // namespace

Result<UpstreamId> CatalogStore::upstream(std::string_view name, std::string_view provider) {
  TRY_VOID(
      db_.run("INSERT INTO upstream(name, provider) VALUES (?, ?) ON CONFLICT (name)"
              " DO UPDATE SET provider = excluded.provider",
              name, provider));
  TRY(auto row, db_.query("SELECT id FROM upstream WHERE name = ?", name));
  TRY_VOID(row.step());
  return row.id<UpstreamId>(0);
}

Result<std::vector<UpstreamRow>> CatalogStore::upstreams() {
  TRY(auto row, db_.prepare("SELECT id, name, provider FROM upstream ORDER BY id"));
  std::vector<UpstreamRow> out;
  for (;;) {
    TRY(bool more, row.step());
    if (!more) return out;
    out.push_back({row.id<UpstreamId>(0), row.text(1), row.text(2)});
  }
}

Result<GroupSettings> CatalogStore::get(ModelId id) {
  TRY(auto row, db_.query(std::string(kGroup) + " AND id = ?", id));
  TRY(bool found, row.step());
  if (!found) return fail(Code::kNotFound, fmt::format("model {} does not exist", id.value));
  auto group = read_group(row);
  TRY(group.deployments, deployments(id));
  return group;
}

Result<std::vector<GroupSettings>> CatalogStore::groups() {
  std::vector<GroupSettings> out;
  TRY(auto row, db_.prepare(std::string(kGroup) + " ORDER BY name"));
  for (;;) {
    TRY(bool more, row.step());
    if (!more) break;
    out.push_back(read_group(row));
  }
  for (auto& group : out) {
    TRY(group.deployments, deployments(group.id));
  }
  return out;
}

Result<std::map<std::int64_t, std::string>> CatalogStore::names() {
  std::map<std::int64_t, std::string> out;
  TRY(auto row, db_.prepare("SELECT id, name FROM model"));
  for (;;) {
    TRY(bool more, row.step());
    if (!more) return out;
    out[row.integer(0)] = row.text(1);
  }
}

Result<std::vector<ModelGroup>> CatalogStore::load_catalog() {
  TRY(auto known, upstreams());
  TRY(auto all, groups());
  std::vector<ModelGroup> out;
  out.reserve(all.size());
  for (const auto& group : all) out.push_back(resolve(group, known));
  return out;
}

Result<> CatalogStore::check_names_free(const GroupSettings& group) {
  std::vector<std::string> wanted = group.aliases;
  wanted.push_back(group.name);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (std::count(wanted.begin(), wanted.end(), wanted[i]) > 1) {
      return fail(Code::kInvalidArgument, "aliases: '" + wanted[i] + "' is there twice");
    }
  }
  TRY(auto row, db_.prepare(kGroup));
  for (;;) {
    TRY(bool more, row.step());
    if (!more) return {};
    auto other = read_group(row);
    if (other.id == group.id) continue;
    for (const auto& name : wanted) {
      if (name == other.name || std::ranges::count(other.aliases, name) > 0) {
        return fail(Code::kConflict,
                    fmt::format("name: '{}' belongs to model '{}'{}", name, other.name,
                                other.from_file ? " (configuration file)" : ""));
      }
    }
  }
}

Result<> CatalogStore::check_upstreams(const GroupSettings& group) {
  TRY(auto known, upstreams());
  for (std::size_t i = 0; i < group.deployments.size(); ++i) {
    auto id = group.deployments[i].upstream;
    if (std::ranges::count(known, id, &UpstreamRow::id) == 0) {
      return fail(Code::kNotFound, fmt::format("deployments[{}].upstream: upstream {} does not"
                                               " exist",
                                               i, id.value));
    }
  }
  return {};
}

Result<ModelId> CatalogStore::insert(GroupSettings& group) {
  group.id = {};
  // A name that comes back gets its old id: reports continue.
  TRY(auto old, db_.query("SELECT id FROM model WHERE name = ? AND deleted = 1 ORDER BY id DESC",
                          group.name));
  TRY(bool known, old.step());
  if (known) {
    group.id = old.id<ModelId>(0);
  } else {
    TRY_VOID(
        db_.run("INSERT INTO model(name, aliases, allow_unpriced, from_file)"
                " VALUES (?, '', 0, 0)",
                group.name));
    group.id = ModelId{db_.last_insert_id()};
  }
  TRY_VOID(rewrite(group));
  return group.id;
}

Result<> CatalogStore::rewrite(GroupSettings& group) {
  TRY_VOID(
      db_.run("UPDATE model SET name = ?, aliases = ?, context_window = ?, max_output = ?,"
              " allow_unpriced = ?, from_file = ?, auto_prompt_caching = ?, deleted = 0"
              " WHERE id = ?",
              group.name, store::join_lines(group.aliases), group.context_window, group.max_output,
              group.allow_unpriced, group.from_file, group.auto_prompt_caching, group.id));
  return write_deployments(group);
}

Result<ModelId> CatalogStore::create(GroupSettings group) {
  group.from_file = false;
  group.id = {};
  for (auto& deployment : group.deployments) deployment.id = {};
  TRY_VOID(check(group));
  TRY_VOID(check_upstreams(group));
  TRY_VOID(check_names_free(group));
  TRY(auto transaction, store::Transaction::begin(db_));
  TRY(auto id, insert(group));
  TRY_VOID(transaction.commit());
  return id;
}

Result<> CatalogStore::update(GroupSettings group) {
  TRY(auto before, get(group.id));
  if (before.from_file) return of_the_file(before);
  group.from_file = false;
  TRY_VOID(check(group));
  TRY_VOID(check_upstreams(group));
  TRY_VOID(check_names_free(group));
  for (std::size_t i = 0; i < group.deployments.size(); ++i) {
    auto id = group.deployments[i].id;
    if (id && std::ranges::count(before.deployments, id, &DeploymentSettings::id) == 0) {
      return fail(Code::kNotFound, fmt::format("deployments[{}].id: model '{}' has no deployment"
                                               " {}",
                                               i, before.name, id.value));
    }
  }
  TRY(auto transaction, store::Transaction::begin(db_));
  TRY_VOID(rewrite(group));
  return transaction.commit();
}

Result<> CatalogStore::forget(ModelId id) {
  TRY_VOID(db_.run("UPDATE deployment SET deleted = 1 WHERE model = ?", id));
  return db_.run("UPDATE model SET deleted = 1 WHERE id = ?", id);
}

Result<> CatalogStore::remove(ModelId id) {
  TRY(auto before, get(id));
  if (before.from_file) return of_the_file(before);
  TRY(auto transaction, store::Transaction::begin(db_));
  TRY_VOID(forget(id));
  return transaction.commit();
}

Result<> CatalogStore::sync_file(std::vector<GroupSettings> wanted) {
  for (auto& group : wanted) {
    group.from_file = true;
    auto named = [&](Result<> checked) -> Result<> {
      if (checked) return checked;
      return fail(checked.error().code, "model '" + group.name + "': " + checked.error().detail);
    };
    TRY_VOID(named(check(group)));
    TRY_VOID(named(check_upstreams(group)));
  }
  TRY(auto transaction, store::Transaction::begin(db_));
  TRY(auto before, groups());
  std::erase_if(before, [](const GroupSettings& group) { return !group.from_file; });
  for (const auto& old : before) {
    if (std::ranges::count(wanted, old.name, &GroupSettings::name) == 0) TRY_VOID(forget(old.id));
  }
  for (auto& group : wanted) {
    auto old = std::ranges::find(before, group.name, &GroupSettings::name);
    if (old != before.end()) {
      group.id = old->id;
      keep_ids(group, *old);
      // Out of the way of names that move from one group of the file to another.
      TRY_VOID(db_.run("UPDATE model SET aliases = '' WHERE id = ?", group.id));
    }
  }
  for (auto& group : wanted) {
    TRY_VOID(check_names_free(group));
    if (group.id) {
      TRY_VOID(rewrite(group));
    } else {
      TRY_VOID(insert(group));
    }
  }
  return transaction.commit();
}

}  // namespace sekisho::catalog
