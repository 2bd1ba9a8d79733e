#include "catalog/starter_data.h"

namespace sekisho::catalog::starter {

extern const char* const kBedrock = R"(
anthropic.claude-3-7-sonnet-20250219-v1:0 claude-3-7-sonnet 200000 8192
  .,us,eu unstated 3 15 0.3 3.75 -
anthropic.claude-fable-5 claude-fable-5 1000000 128000
  .,global aws 10 50 1 12.5 20
  us,eu,au,apac aws 11 55 1.1 13.75 22
anthropic.claude-fable-5-1 claude-fable-5-1 1000000 128000
  .,global aws 10 50 0.25 12.5 20
  us aws 11 55 0.275 13.75 22
  eu unstated 11 55 0.275 13.75 22
anthropic.claude-haiku-4-5-20251001-v1:0 claude-haiku-4-5 200000 64000
  .,global aws 1 5 0.1 1.25 2
  us,eu,jp,au aws 1.1 5.5 0.11 1.375 2.2
  apac aws 1.1 5.5 0.11 1.375 -
anthropic.claude-haiku-5-5 claude-haiku-5-5 1000000 128000
  .,global aws 0.1 0.5 0.01 0.125 0.2
    >100000 0.5 2.5 0.05 0.625 1
  us,eu,jp,au,apac aws 0.11 0.55 0.011 0.1375 0.22
    >100000 0.55 2.75 0.055 0.6875 1.1
anthropic.claude-mythos-5 claude-mythos-5 1000000 128000
  us aws 11 55 1.1 13.75 22
anthropic.claude-mythos-5-1 claude-mythos-5-1 1000000 128000
  .,global aws 10 50 0.25 12.5 20
  us aws 11 55 0.275 13.75 22
anthropic.claude-opus-4-20250514-v1:0 claude-opus-4 200000 32000
  .,us,eu unstated 15 75 1.5 18.75 -
anthropic.claude-opus-4-1-20250805-v1:0 claude-opus-4-1 200000 32000
  .,eu unstated 15 75 1.5 18.75 -
  us aws 15 75 1.5 18.75 -
anthropic.claude-opus-4-5-20251101-v1:0 claude-opus-4-5 200000 64000
  .,global aws 5 25 0.5 6.25 10
  us,eu aws 5.5 27.5 0.55 6.875 11
anthropic.claude-opus-4-6-v1 claude-opus-4-6 1000000 128000
  .,global aws 5 25 0.5 6.25 10
  us,eu,au aws 5.5 27.5 0.55 6.875 11
anthropic.claude-opus-4-7 claude-opus-4-7 1000000 128000
  .,global aws 5 25 0.5 6.25 10
  us,eu,jp,au,apac aws 5.5 27.5 0.55 6.875 11
anthropic.claude-opus-4-8 claude-opus-4-8 1000000 128000
  .,global aws 5 25 0.5 6.25 10
  us,eu,jp,au,apac aws 5.5 27.5 0.55 6.875 11
anthropic.claude-opus-5 claude-opus-5 1000000 128000
  .,global aws 5 25 0.5 6.25 10
  us,eu,jp,au,apac aws 5.5 27.5 0.55 6.875 11
anthropic.claude-opus-5-5 claude-opus-5-5 1000000 128000
  .,global aws 4 20 0.2 5 8
  us,eu,jp,au,apac aws 4.4 22 0.22 5.5 8.8
anthropic.claude-sonnet-4-20250514-v1:0 claude-sonnet-4 200000 64000
  .,global,us,eu,apac aws 3 15 0.3 3.75 -
    >200000 6 22.5 0.6 7.5 -
anthropic.claude-sonnet-4-5-20250929-v1:0 claude-sonnet-4-5 200000 64000
  .,global aws 3 15 0.3 3.75 6
    >200000 6 22.5 0.6 7.5 12
  us,eu,jp,au aws 3.3 16.5 0.33 4.125 6.6
    >200000 6.6 24.75 0.66 8.25 13.2
anthropic.claude-sonnet-4-6 claude-sonnet-4-6 1000000 64000
  .,global aws 3 15 0.3 3.75 6
  us,eu,jp,au,apac aws 3.3 16.5 0.33 4.125 6.6
anthropic.claude-sonnet-5 claude-sonnet-5 1000000 128000
  .,global aws 2 10 0.2 2.5 4
  us,eu,jp,au,apac aws 2.2 11 0.22 2.75 4.4
anthropic.claude-sonnet-5-5 claude-sonnet-5-5 1000000 128000
  .,global aws 2 10 0.1 2.5 4
  us,eu,jp,au,apac aws 2.2 11 0.11 2.75 4.4
meta.llama3-1-70b-instruct-v1:0 llama3-1-70b-instruct 128000 4096
  .,us aws 0.72 0.72 - - -
meta.llama3-1-8b-instruct-v1:0 llama3-1-8b-instruct 128000 4096
  .,us aws 0.22 0.22 - - -
meta.llama3-2-11b-instruct-v1:0 llama3-2-11b-instruct 128000 4096
  .,us aws 0.16 0.16 - - -
meta.llama3-2-90b-instruct-v1:0 llama3-2-90b-instruct 128000 4096
  .,us aws 0.72 0.72 - - -
meta.llama3-3-70b-instruct-v1:0 llama3-3-70b-instruct 128000 4096
  .,us aws 0.72 0.72 - - -
meta.llama4-maverick-17b-instruct-v1:0 llama4-maverick-17b-instruct 1000000 8192
  .,us aws 0.24 0.97 - - -
meta.llama4-scout-17b-instruct-v1:0 llama4-scout-17b-instruct 10000000 8192
  .,us aws 0.17 0.66 - - -
amazon.nova-2-lite-v1:0 nova-2-lite 1000000 64000
  .,global aws 0.3 2.5 0.075 - -
  us aws 0.33 2.75 0.0825 - -
  eu unstated 0.429 3.597 0.10725 - -
  jp aws 0.396 3.311 0.099 - -
  apac unstated 0.396 3.311 0.099 - -
amazon.nova-lite-v1:0 nova-lite 300000 10000
  .,us aws 0.06 0.24 0.015 - -
  eu unstated 0.078 0.312 0.0195 - -
  apac unstated 0.063 0.252 0.01575 - -
amazon.nova-micro-v1:0 nova-micro 128000 10000
  .,us aws 0.035 0.14 0.00875 - -
  eu unstated 0.046 0.184 0.0115 - -
  apac unstated 0.037 0.148 0.00925 - -
amazon.nova-premier-v1:0 nova-premier 1000000 10000
  .,us aws 2.5 12.5 0.625 - -
amazon.nova-pro-v1:0 nova-pro 300000 10000
  .,us aws 0.8 3.2 0.2 - -
  eu aws 1.05 4.2 0.2625 - -
  apac unstated 0.84 3.36 0.21 - -
)";

}  // namespace sekisho::catalog::starter
