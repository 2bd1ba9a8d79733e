#pragma once
// A certificate authority for tests: makes certificates with chosen names and times, as PEM files
// in a directory of its own that goes with it.

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <memory>
#include <string>

namespace sekisho::io::testing {

struct Pair {
  std::string certificate_file, key_file;
};

class Authority {
 public:
  explicit Authority(const std::string& name)
      : directory_(make_directory()), key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    fill(certificate_, key_, name, "", 0, 3600);
    extend(certificate_, NID_basic_constraints, "critical,CA:TRUE");
    X509_set_issuer_name(certificate_, X509_get_subject_name(certificate_));
    X509_sign(certificate_, key_, EVP_sha256());
    write(name, certificate_, key_);
  }
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;
  ~Authority() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
    std::filesystem::remove_all(directory_);
  }

  std::string file() const { return paths_.certificate_file; }

  // `names` as in "DNS:localhost,IP:127.0.0.1"; valid from and to, in seconds from now.
  Pair issue(const std::string& file, const std::string& names, long from = -60, long to = 3600) {
    auto* key = EVP_EC_gen("P-256");
    auto* certificate = X509_new();
    fill(certificate, key, file, names, from, to);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate_));
    X509_sign(certificate, key_, EVP_sha256());
    auto pair = write(file, certificate, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return pair;
  }

 private:
  static std::string make_directory() {
    auto path = (std::filesystem::temp_directory_path() / "sekisho-ca-XXXXXX").string();
    if (!::mkdtemp(path.data())) std::abort();
    return path;
  }
  static void extend(X509* certificate, int kind, const char* value) {
    auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  void fill(X509* certificate, EVP_PKEY* key, const std::string& name, const std::string& names,
            long from, long to) {
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial_);
    X509_gmtime_adj(X509_getm_notBefore(certificate), from);
    X509_gmtime_adj(X509_getm_notAfter(certificate), to);
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    if (!names.empty()) extend(certificate, NID_subject_alt_name, names.c_str());
  }
  Pair write(const std::string& name, X509* certificate, EVP_PKEY* key) {
    Pair pair{directory_ + "/" + name + ".pem", directory_ + "/" + name + ".key"};
    auto save = [](const std::string& path, auto&& writer) {
      auto* file = std::fopen(path.c_str(), "w");
      writer(file);
      std::fclose(file);
    };
    save(pair.certificate_file, [&](FILE* f) { PEM_write_X509(f, certificate); });
    save(pair.key_file,
         [&](FILE* f) { PEM_write_PrivateKey(f, key, nullptr, nullptr, 0, nullptr, nullptr); });
    if (paths_.certificate_file.empty()) paths_ = pair;
    return pair;
  }

  std::string directory_;
  long serial_ = 0;
  Pair paths_;
  EVP_PKEY* key_;
  X509* certificate_;
};

}  // namespace sekisho::io::testing
