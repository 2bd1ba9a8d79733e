#include "catalog/starter_data.h"

namespace sekisho::catalog::starter {

extern const char* const kModels = R"(
claude-3-7-sonnet claude reasoning no-schema
claude-fable-5 claude no-sampling adaptive no-prefill thinks cache=512 us=110
claude-fable-5-1 claude no-sampling no-forced adaptive no-prefill thinks cache=512 us=110
claude-haiku-4-5 claude reasoning cache=4096
claude-haiku-5-5 claude reasoning no-sampling adaptive no-prefill cache=512 us=110
claude-mythos-5 claude no-sampling adaptive no-prefill thinks cache=512 us=110
claude-mythos-5-1 claude no-sampling no-forced adaptive no-prefill thinks cache=512 us=110
claude-opus-4 claude reasoning no-schema cache=1024
claude-opus-4-1 claude reasoning no-schema cache=1024
claude-opus-4-5 claude reasoning cache=4096
claude-opus-4-6 claude reasoning adaptive no-prefill cache=4096 us=110
claude-opus-4-7 claude reasoning no-sampling adaptive no-prefill cache=2048 us=110
claude-opus-4-8 claude reasoning no-sampling adaptive no-prefill cache=1024 fast=200 us=110
claude-opus-5 claude reasoning no-sampling adaptive no-prefill cache=512 fast=200 us=110
claude-opus-5-5 claude no-sampling no-forced adaptive no-prefill thinks cache=512 fast=200 us=110
claude-sonnet-4 claude reasoning no-schema cache=1024
claude-sonnet-4-5 claude reasoning cache=1024
claude-sonnet-4-6 claude reasoning adaptive no-prefill cache=1024 us=110
claude-sonnet-5 claude reasoning no-sampling adaptive no-prefill cache=1024 us=110
claude-sonnet-5-5 claude no-sampling no-forced adaptive no-prefill thinks cache=512 us=110
gemini-2.5-flash gemini reasoning
gemini-2.5-flash-lite gemini reasoning
gemini-2.5-pro gemini thinks
gemini-3-flash gemini reasoning adaptive
gemini-3.1-flash-lite gemini reasoning adaptive
gemini-3.1-pro gemini thinks adaptive
gemini-3.5-flash gemini reasoning adaptive
gemini-3.5-flash-lite gemini reasoning adaptive
gemini-3.6-flash gemini reasoning adaptive
gemini-3.7-flash gemini reasoning adaptive
gemini-3.8-flash gemini reasoning adaptive
gemini-4-argon gemini thinks adaptive
gpt-4.1 gpt image=1536
gpt-4.1-mini gpt image=2489
gpt-4.1-nano gpt image=3779
gpt-4o gpt image=1445
gpt-4o-mini gpt image=48169
gpt-5 gpt reasoning no-sampling image=1190
gpt-5-mini gpt reasoning no-sampling image=2489
gpt-5-nano gpt reasoning no-sampling image=3779
gpt-5.1 gpt reasoning no-sampling image=3779
gpt-5.2 gpt reasoning no-sampling image=3779
gpt-5.4 gpt reasoning no-sampling image=24600
gpt-5.4-mini gpt reasoning no-sampling image=2489
gpt-5.4-nano gpt reasoning no-sampling image=3779
gpt-5.5 gpt reasoning no-sampling image=24600
gpt-5.6 gpt reasoning no-sampling image=24600
gpt-5.6-luna gpt reasoning no-sampling image=24600
gpt-5.6-sol gpt reasoning no-sampling image=24600
gpt-5.6-terra gpt reasoning no-sampling image=24600
gpt-6-astra gpt reasoning no-sampling image=24600
gpt-6-luna gpt reasoning no-sampling image=24600
gpt-6-sol gpt reasoning no-sampling image=24600
gpt-6.1-sol gpt reasoning no-sampling image=24600
gpt-6.1-terra gpt reasoning no-sampling image=24600
llama3-1-70b-instruct llama no-images no-caching no-forced no-schema
llama3-1-8b-instruct llama no-images no-caching no-forced no-schema
llama3-2-11b-instruct llama no-caching no-forced no-schema
llama3-2-90b-instruct llama no-caching no-forced no-schema
llama3-3-70b-instruct llama no-images no-caching no-forced no-schema
llama4-maverick-17b-instruct llama no-caching no-forced no-schema
llama4-scout-17b-instruct llama no-caching no-forced no-schema
nova-2-lite nova reasoning no-schema
nova-lite nova no-schema
nova-micro nova no-images no-schema
nova-premier nova no-schema
nova-pro nova no-schema
o3 gpt reasoning no-sampling image=1275
o4-mini gpt reasoning no-sampling image=2643
)";

}  // namespace sekisho::catalog::starter
