#pragma once
// Prices of a deployment in requests and answers: USD per million tokens, exact decimals.

#include "api/fields.h"
#include "catalog/catalog.h"
#include "wire/json_writer.h"

namespace sekisho::api {

std::vector<FieldSpec> price_fields();
// Errors: kInvalidArgument for more than six decimals.
Result<catalog::Prices> read_prices(const Fields& fields);
void write_prices(wire::JsonWriter& w, const catalog::Prices& prices);

}  // namespace sekisho::api
