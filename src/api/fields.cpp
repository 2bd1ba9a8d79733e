#include "api/fields.h"

namespace sekisho::api {

template <class T>
const T* Fields::find(std::string_view name) const {
  auto it = values_.find(name);
  return it == values_.end() ? nullptr : std::get_if<T>(&it->second);
}

bool Fields::null(std::string_view name) const {
  return find<std::monostate>(name) != nullptr;
}

std::string Fields::text(std::string_view name, std::string fallback) const {
  const auto* text = find<std::string>(name);
  return text ? *text : std::move(fallback);
}

std::optional<std::int64_t> Fields::integer(std::string_view name) const {
  const auto* number = find<std::int64_t>(name);
  return number ? std::optional(*number) : std::nullopt;
}

std::optional<Money> Fields::money(std::string_view name) const {
  const auto* amount = find<Money>(name);
  return amount ? std::optional(*amount) : std::nullopt;
}

bool Fields::boolean(std::string_view name, bool fallback) const {
  const auto* flag = find<bool>(name);
  return flag ? *flag : fallback;
}

std::vector<std::string> Fields::list(std::string_view name) const {
  const auto* list = find<std::vector<std::string>>(name);
  return list ? *list : std::vector<std::string>();
}

std::optional<WallTime> Fields::time(std::string_view name) const {
  const auto* time = find<WallTime>(name);
  return time ? std::optional(*time) : std::nullopt;
}

const Fields* Fields::object(std::string_view name) const {
  const auto* objects = find<std::vector<Fields>>(name);
  return objects && objects->size() == 1 ? &objects->front() : nullptr;
}

std::vector<Fields> Fields::objects(std::string_view name) const {
  const auto* objects = find<std::vector<Fields>>(name);
  return objects ? *objects : std::vector<Fields>();
}

}  // namespace sekisho::api
