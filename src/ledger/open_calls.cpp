#include "ledger/open_calls.h"

#include <algorithm>

namespace sekisho::ledger {

std::optional<Record> OpenCalls::apply(const Record& record, SegmentName segment) {
  RequestId request{record.request};
  if (record.kind == RecordKind::kReserve || record.kind == RecordKind::kProgress) {
    auto& call = calls_[request];
    call.record = record;
    if (!call.newer_than_row) call.newer_than_row = segment;
    return std::nullopt;
  }
  if (auto found = calls_.find(request); found != calls_.end()) {
    if (found->second.has_row) ended_rows_.push_back(request);
    calls_.erase(found);
  }
  if (record.kind == RecordKind::kSettle) return record;
  return std::nullopt;
}

void OpenCalls::restore(const Record& record) {
  calls_[RequestId{record.request}] = {record, true, {}};
}

std::vector<Record> OpenCalls::close_all() {
  std::vector<Record> out;
  for (auto& [request, call] : calls_) {
    auto& record = out.emplace_back(call.record);
    bool known = record.kind == RecordKind::kProgress;
    record.kind = RecordKind::kSettle;
    record.settlement =
        static_cast<std::uint8_t>(known ? Settlement::kPartial : Settlement::kReserved);
    if (!known) record.cost = record.reserved;
    if (call.has_row) ended_rows_.push_back(request);
  }
  calls_.clear();
  std::ranges::sort(out, {}, &Record::request);
  return out;
}

std::vector<RequestId> OpenCalls::need_row_without(SegmentName segment) const {
  std::vector<RequestId> out;
  for (const auto& [request, call] : calls_) {
    if (call.newer_than_row == segment) out.push_back(request);
  }
  return out;
}

void OpenCalls::mark_row(RequestId request) {
  auto& call = calls_.at(request);
  call.has_row = true;
  call.newer_than_row.reset();
}

std::vector<Scope> charged_scopes(const Record& record) {
  std::vector<Scope> out;
  if (record.charged & kChargedKey) out.push_back({ScopeKind::kKey, record.key});
  if (record.charged & kChargedUser) out.push_back({ScopeKind::kUser, record.user});
  for (std::uint32_t i = 0; i < record.unit_count; ++i) {
    out.push_back({ScopeKind::kUnit, record.units[i]});
  }
  if (record.charged & kChargedOrganisation) {
    out.push_back({ScopeKind::kOrganisation, record.organisation});
  }
  return out;
}

}  // namespace sekisho::ledger
