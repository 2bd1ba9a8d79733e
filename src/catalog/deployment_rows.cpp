#include <string>

#include "catalog/catalog_store.h"

// The part of CatalogStore that reads and writes deployments and their own prices.

namespace sekisho::catalog {
namespace {

Rates read_rates(const store::Statement& row, int first) {
  auto price = [&](int column) -> std::optional<Price> {
    if (row.null(column)) return {};
    return Price{row.integer(column)};
  };
  return {Price{row.integer(first)}, Price{row.integer(first + 1)},
          price(first + 2),          price(first + 3),
          price(first + 4),          price(first + 5)};
}

std::optional<std::int64_t> pico(const std::optional<Price>& price) {
  if (!price) return {};
  return price->pico_usd;
}

Result<> write_tier(store::Database& db, DeploymentId id, std::int64_t above, const Rates& rates) {
  return db.run("INSERT INTO deployment_price VALUES (?, ?, ?, ?, ?, ?, ?, ?)", id, above,
                rates.input.pico_usd, rates.output.pico_usd, pico(rates.cache_read),
                pico(rates.cache_write_5m), pico(rates.cache_write_1h), pico(rates.reasoning));
}

}  // namespace

Result<std::optional<Prices>> CatalogStore::prices(DeploymentId id, store::Statement& deployment) {
  TRY(auto row, db_.query("SELECT above, input, output, cache_read, cache_write_5m, cache_write_1h,"
                          " reasoning FROM deployment_price WHERE deployment = ? ORDER BY above",
                          id));
  std::optional<Prices> out;
  for (;;) {
    TRY(bool more, row.step());
    if (!more) return out;
    if (!out) {
      out.emplace();
      out->base = read_rates(row, 1);
      out->source = "operator";
      out->effective_date = deployment.text(6);
      out->fast_percent = deployment.integer(7);
      out->us_percent = deployment.integer(8);
    } else {
      out->tiers.push_back({row.integer(0), read_rates(row, 1)});
    }
  }
}

Result<std::vector<DeploymentSettings>> CatalogStore::deployments(ModelId id) {
  TRY(auto row, db_.query("SELECT id, upstream, upstream_model, priced_as, region, weight,"
                          " ifnull(price_date, ''), fast_percent, us_percent FROM deployment"
                          " WHERE model = ? AND deleted = 0 ORDER BY position",
                          id));
  std::vector<DeploymentSettings> out;
  for (;;) {
    TRY(bool more, row.step());
    if (!more) return out;
    DeploymentSettings d;
    d.id = row.id<DeploymentId>(0);
    d.upstream = row.id<UpstreamId>(1);
    d.upstream_model = row.text(2);
    d.priced_as = row.text(3);
    d.region = row.text(4);
    d.weight = row.integer(5);
    TRY(d.prices, prices(d.id, row));
    out.push_back(std::move(d));
  }
}

Result<> CatalogStore::write_deployments(const GroupSettings& group) {
  TRY_VOID(db_.run("UPDATE deployment SET deleted = 1 WHERE model = ?", group.id));
  std::int64_t position = 0;
  for (const auto& d : group.deployments) {
    auto id = d.id;
    if (!id) {
      TRY_VOID(
          db_.run("INSERT INTO deployment(model, position, upstream, upstream_model, priced_as,"
                  " region, weight) VALUES (?, 0, ?, '', '', '', 0)",
                  group.id, d.upstream));
      id = DeploymentId{db_.last_insert_id()};
    }
    auto date = d.prices ? std::optional(d.prices->effective_date) : std::nullopt;
    TRY_VOID(db_.run(
        "UPDATE deployment SET position = ?, upstream = ?, upstream_model = ?,"
        " priced_as = ?, region = ?, weight = ?, price_date = ?, fast_percent = ?,"
        " us_percent = ?, deleted = 0 WHERE id = ?",
        position++, d.upstream, d.upstream_model, d.priced_as, d.region, d.weight, date,
        d.prices ? d.prices->fast_percent : 100, d.prices ? d.prices->us_percent : 100, id));
    TRY_VOID(write_prices(id, d));
  }
  return {};
}

Result<> CatalogStore::write_prices(DeploymentId id, const DeploymentSettings& deployment) {
  TRY_VOID(db_.run("DELETE FROM deployment_price WHERE deployment = ?", id));
  if (!deployment.prices) return {};
  TRY_VOID(write_tier(db_, id, 0, deployment.prices->base));
  for (const auto& tier : deployment.prices->tiers) {
    TRY_VOID(write_tier(db_, id, tier.above, tier.rates));
  }
  return {};
}

}  // namespace sekisho::catalog
