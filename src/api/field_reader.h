#pragma once
// Reads one object's fields against its table; the work behind parse_body and parse_query.

#include "api/fields.h"
#include "wire/json_slice.h"

namespace sekisho::api {

class FieldReader {
 public:
  // `where` is put before names in messages: "deployments[0].". Both outlive the reader.
  FieldReader(std::span<const FieldSpec> specs, std::string_view where)
      : specs_(specs), where_(where) {}

  Result<> add(std::string_view name, const wire::JsonValue& value);
  Result<> add_text(std::string_view name, std::string text);
  Result<Fields> done();

 private:
  const FieldSpec* find(std::string_view name) const;
  Result<const FieldSpec*> open(std::string_view name);
  Failure bad(std::string_view name, std::string_view what) const;
  Failure unknown(std::string_view name) const;
  Result<> put(const FieldSpec& spec, Fields::Value value);

  Result<> from_text(const FieldSpec& spec, std::string text);
  Result<> from_json(const FieldSpec& spec, const wire::JsonValue& value);
  Result<> choice(const FieldSpec& spec, std::string text);
  Result<> integer(const FieldSpec& spec, std::optional<std::int64_t> number);
  Result<> boolean(const FieldSpec& spec, std::string_view text);
  Result<> money(const FieldSpec& spec, std::string_view text);
  Result<> string_list(const FieldSpec& spec, const wire::JsonValue& value);
  Result<> object_list(const FieldSpec& spec, const wire::JsonValue& value);
  Result<Fields> object(const FieldSpec& spec, const wire::JsonValue& value,
                        const std::string& where) const;

  std::span<const FieldSpec> specs_;
  std::string_view where_;
  std::map<std::string, bool, std::less<>> seen_;
  Fields fields_;
};

}  // namespace sekisho::api
