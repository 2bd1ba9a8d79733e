#pragma once
// Every bound on foreign bytes, named once, with its reason. Values that operators may change are
// defaults here and keys of the configuration; the rest are fixed. Each has a test that hits it.

#include <chrono>
#include <cstddef>

namespace sekisho::limits {

using namespace std::chrono_literals;

// HTTP/1.1 heads: Claude Code's longest seen head is about 3 KB, Bedrock metadata may reach 8.5 KB.
inline constexpr std::size_t kHeadBytes = 64 * 1024;
inline constexpr std::size_t kRequestLineBytes = 8 * 1024;
inline constexpr std::size_t kHeaderLineBytes = 16 * 1024;
inline constexpr std::size_t kHeaderCount = 100;
inline constexpr std::size_t kChunkLineBytes = 256;             // size and extensions of one chunk
inline constexpr std::size_t kChunkExtensionBytes = 16 * 1024;  // of one body; nobody uses them
inline constexpr std::size_t kInterimResponses = 16;            // 1xx before the final answer

// Bodies: agents send 0.1 to 1 MB, documents and images more; 64 MB covers every provider's cap.
inline constexpr std::size_t kRequestBodyBytes = 64 << 20;   // configurable
inline constexpr std::size_t kResponseBodyBytes = 64 << 20;  // non-streamed answers held whole
inline constexpr std::size_t kBufferedBytesTotal = std::size_t{1} << 30;  // all bodies in flight
inline constexpr std::size_t kManagementBodyBytes = 1 << 20;
inline constexpr std::size_t kProfileFileBytes = 1 << 20;  // ~/.aws/config, ~/.aws/credentials

inline constexpr std::size_t kReadBufferFirst = 16 * 1024;     // holds a head and a small body
inline constexpr std::size_t kReadBufferLargest = 256 * 1024;  // a large body in few calls
inline constexpr std::size_t kUnreadBodyBytes = 64 * 1024;     // read and dropped to keep alive

// JSON: real bodies nest below 30; 128 leaves room for tool schemas.
inline constexpr std::size_t kJsonDepth = 128;
inline constexpr std::size_t kTopLevelKeys = 256;  // of any object whose fields are governed
inline constexpr std::size_t kTextBlocks = 100'000;
inline constexpr std::size_t kMessages = 100'000;  // each leaves a checkpoint of 20 bytes
inline constexpr std::size_t kTools = 4'096;       // hundreds with many MCP servers
inline constexpr std::size_t kRequestTags = 256;
inline constexpr std::size_t kChoices = 128;         // OpenAI's own cap of n
inline constexpr std::size_t kIdentifierBytes = 64;  // ids, names, types: providers' own cap
// In tool definitions, tool arguments and unknown fields, strings under this are not text blocks
// (no rule matches so little; schemas are full of "string" and "object"), nor keys under twice it.
inline constexpr std::size_t kShortestBlock = 8;

// Providers' error texts, for the log and (scrubbed) for the client.
inline constexpr std::size_t kUpstreamMessageBytes = 4096;

// Of each side of one call, when traces keep contents.
inline constexpr std::size_t kCapturedBytes = 256 * 1024;

// Streams
inline constexpr std::size_t kSseFrameBytes = 8 << 20;  // one image or tool argument in one event
inline constexpr std::size_t kEventStreamFrameBytes = 24 << 20;     // botocore's own limit
inline constexpr std::size_t kEventStreamHeaderBytes = 128 * 1024;  // likewise
inline constexpr std::size_t kEventStreamHeaders = 64;        // real frames carry three or four
inline constexpr std::size_t kClientQueueBytes = 256 * 1024;  // over this, stop reading upstream

// Time
inline constexpr auto kHeadTimeout = 30s;      // from the first byte to the end of the head
inline constexpr auto kBodyIdleTimeout = 60s;  // between two reads of a request body
// Slower than this on average a body is given up, once the idle time has passed: one byte per idle
// time would else hold a connection for ever. Modems are faster.
inline constexpr std::size_t kBodyBytesPerSecond = 4'096;
inline constexpr auto kKeepAliveTimeout = 75s;  // idle between requests (nginx's default)
inline constexpr auto kConnectTimeout = 5s;
inline constexpr auto kUpstreamIdlePool = 55s;  // below AWS load balancers' 60 s
// A pooled connection that had died is told to be dead within a round trip or a resend; one that
// closes later may have done the work, which must not be asked for (and paid) twice.
inline constexpr auto kStaleTold = 2s;
inline constexpr auto kUpstreamFirstByte = 600s;    // long thinking without streaming
inline constexpr auto kUpstreamIdle = 300s;         // between two bytes of a stream
inline constexpr auto kPingInterval = 15s;          // silent gap after which we send a ping
inline constexpr auto kRetryWait = 5s;              // the longest before we ask a provider again
inline constexpr auto kDeploymentRest = 10s;        // after a failure without a time from them
inline constexpr auto kDeploymentRestBroken = 60s;  // after a refusal that somebody must mend
inline constexpr auto kDeploymentRestLongest = 600s;
inline constexpr auto kRetryAfterLongest = 24h;  // of what a provider's header is believed
inline constexpr auto kDrainTimeout = 30s;       // graceful stop
inline constexpr auto kWriteStall = 120s;        // a client that reads nothing at all
inline constexpr auto kLinger = 2s;              // for the peer to take our last bytes

// Counts
inline constexpr std::size_t kConnections = 20'000;
inline constexpr std::size_t kUpstreamPoolPerHost = 512;  // per worker
inline constexpr std::size_t kUpstreamIdlePerHost = 64;   // per worker
inline constexpr std::size_t kTraceQueue = 65'536;
inline constexpr std::size_t kTraceWords = 10'000;  // distinct outcomes, clients, versions …
inline constexpr std::size_t kTraceSessionsKnown = 50'000;    // remembered by the writer
inline constexpr std::size_t kTraceScan = 100'000;            // rows looked at for one page
inline constexpr std::size_t kMetricSeries = 2'000;           // of one family; then "other"
inline constexpr std::size_t kLogQueueBytes = 4 << 20;        // log lines waiting for a slow disk
inline constexpr std::size_t kLogLineBytes = 16 * 1024;       // one line; longer values are cut
inline constexpr std::size_t kUnitDepth = 16;                 // organisation → … → team
inline constexpr std::size_t kBudgetLevels = kUnitDepth + 3;  // key, user, units, organisation
inline constexpr std::size_t kRefusals = 256;   // connections over the cap that get a 503 at a time
inline constexpr int kUpstreamAttempts = 3;     // beyond which no deployment is tried again
inline constexpr int kUpstreamDeployments = 8;  // of one model, tried for one call
inline constexpr std::size_t kResolverThreads = 4;   // look-ups at a time, whole process
inline constexpr std::size_t kResolverCache = 1024;  // names; egress knows only configured ones
inline constexpr auto kResolverFresh = 30s;          // providers move addresses within a minute

// Store
inline constexpr std::size_t kStoreValueBytes = 128 << 20;  // one text or blob in the database
inline constexpr std::size_t kStoreStatements = 256;        // prepared ones kept per connection
inline constexpr std::size_t kStoreQueue = 4'096;           // writes and reads waiting, per thread
inline constexpr std::size_t kStoreBatch = 256;             // writes that share one commit

// What people name and write into the management API
inline constexpr std::size_t kKeyTextLeast = 20;  // of a key that people choose: about 100 bits
inline constexpr std::size_t kKeyTextMost = 200;
inline constexpr std::size_t kNameBytes = 255;
inline constexpr std::size_t kModelPatterns = 1'000;  // of one scope
inline constexpr std::size_t kTags = 64;
inline constexpr std::size_t kMetadataBytes = 64 * 1024;
inline constexpr std::size_t kAliases = 64;                // of one model
inline constexpr std::size_t kDeployments = 64;            // of one model
inline constexpr std::size_t kPriceTiers = 8;              // of one deployment
inline constexpr std::size_t kUpstreamModelBytes = 2'048;  // Bedrock's longest ARN
inline constexpr std::size_t kListPage = 1'000;            // rows of one answer

// Ledger
inline constexpr std::size_t kJournalSegmentBytes = 4 << 20;  // 16,368 records; configurable
inline constexpr auto kJournalSync = 100ms;    // what a power cut may lose; configurable
inline constexpr auto kBooksInterval = 500ms;  // between two bulk writes to the database
// Journal or books that cannot be written for this long end admission: what is journalled only in
// memory that is mapped must not grow without bound. Shorter troubles (a lock, a slow disk) pass.
inline constexpr auto kLedgerTrouble = 10s;
inline constexpr std::size_t kBooksBatch = 20'000;   // journal records of one transaction
inline constexpr std::size_t kLedgerScan = 100'000;  // entries looked at for one page

// Conversation memory
inline constexpr std::size_t kConversationBytes = 256 << 20;  // all workers together, configurable

}  // namespace sekisho::limits
