#include "guard/rule.h"

namespace sekisho::guard {

namespace {

constexpr std::string_view kArmour = "-----BEGIN |---- BEGIN ";

constexpr RuleSpec kKeyBlocks[] = {
    {.id = "gcp-service-account-key",
     .description = "Private key of a Google Cloud service account",
     .shape = Shape::kKeyBlock,
     .anchors = kArmour,
     .pattern = "PRIVATE KEY",
     .check = Check::kServiceAccount,
     .sample = "\"private_key\": \"<<-----BEGIN PRIVATE KEY-----\\nMIIE[A-Za-z0-9+/]{60}\\n"
               "[A-Za-z0-9+/]{64}\\n[A-Za-z0-9+/]{22}==\\n-----END PRIVATE KEY----->>\\n\"",
     .clean = {"\"private_key\": \"-----BEGIN PRIVATE KEY-----\\n...\\n\"",
               "\"private_key\": \"-----BEGIN PRIVATE KEY-----\""}},
    {.id = "openssh-private-key",
     .description = "OpenSSH private key",
     .shape = Shape::kKeyBlock,
     .anchors = kArmour,
     .pattern = "OPENSSH PRIVATE KEY",
     .sample = "-----BEGIN OPENSSH PRIVATE KEY-----\n[A-Za-z0-9+/]{70}\n[A-Za-z0-9+/]{70}\n"
               "[A-Za-z0-9+/]{11}=\n-----END OPENSSH PRIVATE KEY-----",
     .clean = {"-----BEGIN OPENSSH PRIVATE KEY-----", "starts with -----BEGIN OPENSSH PRIVATE"}},
    {.id = "pgp-private-key",
     .description = "PGP private key block",
     .shape = Shape::kKeyBlock,
     .anchors = kArmour,
     .pattern = "PGP PRIVATE KEY BLOCK",
     .sample = "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n[A-Za-z0-9+/]{64}\n"
               "[A-Za-z0-9+/]{64}\n[A-Za-z0-9+/]{10}==\n=[A-Za-z0-9]{4}\n"
               "-----END PGP PRIVATE KEY BLOCK-----",
     .clean = {"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n-----END PGP PRIVATE KEY BLOCK-----",
               "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBGAAAAABEADAAAAAAAAAAAAAAAAAAAAA"}},
    {.id = "private-key",
     .description = "Private key in PEM or SSH2 armour",
     .shape = Shape::kKeyBlock,
     .anchors = kArmour,
     .pattern = "([A-Z0-9]+ )*PRIVATE KEY",
     .sample = "-----BEGIN (RSA |EC |DSA |ENCRYPTED |)PRIVATE KEY-----\n[A-Za-z0-9+/]{64}\n"
               "[A-Za-z0-9+/]{64}\n[A-Za-z0-9+/]{30}==\n-----END PRIVATE KEY-----",
     .clean = {"-----BEGIN RSA PRIVATE KEY-----\n(base64)\n-----END RSA PRIVATE KEY-----",
               "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQ",
               "if (pem.startsWith('-----BEGIN PRIVATE KEY-----')) return parseKey(pem);"}},
    {.id = "base64-private-key",
     .description = "Private key in PEM armour, in base64 once more",
     .anchors = "LS0tLS1CRUdJTi",
     .alphabet = "A-Za-z0-9+/=",
     .pattern = "LS0tLS1CRUdJTi(BQUklWQVRFIEtFW|BSU0EgUFJJVkFURSBLRVkt|BFQyBQUklWQVRFIEtFW|"
                "BEU0EgUFJJVkFURSBLRVkt|BPUEVOU1NIIFBSSVZBVEUgS0VZ|"
                "BFTkNSWVBURUQgUFJJVkFURSBLRVkt|BQR1AgUFJJVkFURSBLRVkgQkxPQ0st)"
                "[A-Za-z0-9+/]{60,}={0,2}",
     .min_bytes = 90,
     .run_start = true,
     .long_run = true,
     .sample = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo[A-Za-z0-9+/]{400}==",
     .clean = {"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSURkekNDQWwrZ0F3SUJBZ0lFQWdBQXVUQU5CZ2",
               "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCg=="}},
    {.id = "base64-provider-key",
     .description = "Key of a provider that we know, inside base64",
     .shape = Shape::kFollowing,
     .anchors = "c2stYW50L|NrLWFudC|zay1hbnQt|c2stcHJvai|NrLXByb2ot|zay1wcm9qL|QUtJQ|FLSU|BS0lB|"
                "Z2hwX|docF|naHBf|Z2l0aHViX3BhdF|dpdGh1Yl9wYXRf|naXRodWJfcGF0X|Z2xwYXQt|dscGF0L|"
                "nbHBhdC|eG94Yi|hveGIt|4b3hiL|QUl6Y|FJem|BSXph",
     .check = Check::kEncodedKey,
     .sample = "az1BS0lB<<UTNFR1JYSFNYWVo0VFVWVw>>",
     .clean = {"QUtJQUlPU0ZPRE5ON0VYQU1QTEU=", "readDocFile(docFile)", "Z2hwX3Rva2Vu"}},
    {.id = "putty-private-key",
     .description = "PuTTY private key",
     .shape = Shape::kKeyBlock,
     .anchors = "Private-Lines:",
     .pattern = " ?[0-9]{1,3}",
     .sample = "Private-Lines: 2\n[A-Za-z0-9+/]{64}\n[A-Za-z0-9+/]{63}=",
     .clean = {"Private-Lines: 14", "Private-Lines: many words"}},
};

constexpr RuleSpec kGeneric[] = {
    {.id = "jwt",
     .description = "JSON web token",
     .anchors = "eyJ",
     .alphabet = "A-Za-z0-9_.-",
     .pattern = "eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}(\\.[A-Za-z0-9_-]*)?",
     .min_bytes = 40,
     .run_start = true,
     .long_run = true,
     .min_entropy = 3.5,
     .sample = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ[A-Za-z0-9_-]{60,200}.[A-Za-z0-9_-]{42}Q",
     .clean = {"eyJhbGciOiJIUzI1NiJ9", "eyJ...",
               "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.payload.sig"}},
    {.id = "connection-string-password",
     .description = "Password in a database or broker URL",
     .shape = Shape::kUrl,
     .anchors = "://",
     .pattern = "(?i)(jdbc:)?(postgres(ql)?|mysqlx?|mariadb|mongodb|rediss?|valkey|amqps?|mssql|"
                "sqlserver|oracle|clickhouse|cockroachdb|nats|kafka|neo4j|bolt|couchbase|ldaps?)"
                "([+.][a-z0-9+.-]+)?$",
     .sample = "(postgres|postgresql+psycopg2|mongodb+srv|amqp|mysql)://app:<<[A-Za-z0-9]{14}>>@"
               "db.internal:5432/shop",
     .clean = {"postgres://user:password@localhost/db", "redis://localhost:6379/0",
               "postgresql://${DB_USER}:${DB_PASSWORD}@db/shop"}},
    {.id = "url-password",
     .description = "Password in a URL",
     .shape = Shape::kUrl,
     .anchors = "://",
     .pattern = "(?i)(https?|ftps?|sftp|ssh|scp|git|svn|wss?|smtps?|imaps?|socks5h?|rtsp|sip)"
                "([+][a-z0-9+.-]+)?$",
     .sample = "https://deploy:<<[A-Za-z0-9_]{16}>>@git.company.co.jp/app.git",
     .clean = {"https://example.com:8443/a?mail=x@y.z", "https://user:pass@host/",
               "git clone https://$USER:$TOKEN@github.com/a/b"}},
    {.id = "bearer-token",
     .description = "Bearer token of an Authorization header",
     .anchors = "bearer ",
     .fold_case = true,
     .alphabet = "A-Za-z0-9._~+/=-",
     .pattern = "(?i)bearer [A-Za-z0-9._~+/=-]*[A-Za-z0-9_~+/=-]",
     .min_bytes = 23,
     .skip = 7,
     .mix = kNeedsDigit,
     .check = Check::kSecret,
     .generic = true,
     .sample = "Authorization: Bearer <<[A-Za-z0-9]{39}3>>",
     .clean = {"Authorization: Bearer YOUR_ACCESS_TOKEN_HERE_1", "the bearer of this letter",
               "Authorization: Bearer ${TOKEN}"}},
    {.id = "basic-credential",
     .description = "User and password of an Authorization header",
     .anchors = "basic ",
     .fold_case = true,
     .alphabet = "A-Za-z0-9+/=",
     .pattern = "(?i)basic [A-Za-z0-9+/]{8,}={0,2}",
     .min_bytes = 14,
     .skip = 6,
     .min_entropy = 2.5,
     .check = Check::kBasicCredential,
     .generic = true,
     .sample = "Authorization: Basic <<ZGVwbG95OnE3UmsyTG1YOWJW(dDRa|dDRb|eDRa)>>",
     .clean = {"basic understanding", "Authorization: Basic <credentials>"}},
    {.id = "user-option-password",
     .description = "Password of an option user:password (curl -u)",
     .shape = Shape::kFollowing,
     .anchors = " -u|--user|--proxy-user",
     .check = Check::kUserOption,
     .generic = true,
     .sample = "curl -u deploy:<<[A-Za-z0-9]{11}7k2>> https://host",
     .clean = {"docker run -u 1000:1000 image", "curl -u user:password https://example.com",
               "curl -u \"$USER:$PASSWORD2\" https://example.com"}},
    {.id = "password-option",
     .description = "Password glued to an option (mysql -p)",
     .shape = Shape::kFollowing,
     .anchors = " -p",
     .check = Check::kPasswordOption,
     .generic = true,
     .sample = "mysql -u root -p<<[A-Za-z0-9]{11}7k2>> shop",
     .clean = {"mkdir -pKx9mQ2vLp7wq", "mysql -u root -p shop2024a",
               "docker run --name mysql -p3306:3306"}},
    {.id = "generic-pw",
     .description = "Value assigned to PW",
     .shape = Shape::kAssignment,
     .anchors = "pwは|pw：|pw:|pw=|pw =|pw :",
     .fold_case = true,
     .skip = 2,
     .check = Check::kPassword,
     .generic = true,
     .sample = "PW：<<[A-Za-z0-9]{11}7k2>>",
     .clean = {"pw: string", "pw = readPassword(stdin)", "PWは変更してください"}},
    {.id = "generic-password",
     .description = "Value assigned to a name like password",
     .shape = Shape::kAssignment,
     .anchors = "password|passwd|passphrase|_pass|pwd|パスワード|暗証番号",
     .fold_case = true,
     .check = Check::kPassword,
     .generic = true,
     .sample = "DB_PASSWORD=<<[A-Za-z0-9]{13}7k>>",
     .clean = {"password: changeme123", "passwordHash = bcrypt2b10abcdef",
               "password = getPassword(user1)"}},
    {.id = "generic-secret",
     .description = "Value assigned to a name like secret, token or api_key",
     .shape = Shape::kAssignment,
     .anchors = "secret|token|apikey|api_key|api-key|api key|accesskey|access_key|access-key|"
                "authkey|auth_key|auth-key|privatekey|private_key|encryptionkey|encryption_key|"
                "signingkey|signing_key|masterkey|master_key|credential|subscription-key|"
                "subscription_key|apiキー|シークレット|トークン|秘密鍵|アクセスキー",
     .fold_case = true,
     .check = Check::kSecret,
     .generic = true,
     .sample = "api_key: \"<<[A-Za-z0-9]{31}4>>\"",
     .clean = {"max_tokens: 4096", "token: 9f3a7c1e-8b2d-4f6a-9c0e-1d2b3a4c5e6f",
               "const apiKey = process.env.API_KEY_2"}},
};

}  // namespace

std::span<const RuleSpec> key_block_rules() {
  return kKeyBlocks;
}
std::span<const RuleSpec> generic_rules() {
  return kGeneric;
}

}  // namespace sekisho::guard
