#include "api/phrases.h"

#include "base/phrase.h"
#include "wire/phrases.h"

namespace sekisho::api {
namespace {

constexpr Phrase kPhrases[] = {
    {"{*}; did you mean '{}'?", "{}（「{}」のことでしょうか）"},
    {"{*}; an administrator may do it", "{}（管理者であれば可能です）"},
    // Fields
    {"unknown field '{}'; valid are {}", "未知の項目「{}」です。使える項目: {}"},
    {"unknown field '{}'; none is expected here", "未知の項目「{}」です。ここに項目はありません"},
    {"unknown field '{}'", "未知の項目「{}」です"},
    {"field '{}' stands there twice", "項目「{}」が重複しています"},
    {"field '{}' is not supported here", "項目「{}」には対応していません"},
    {"field '{}' is required", "項目「{}」は必須です"},
    {"field '{}' must be a string", "項目「{}」は文字列で指定してください"},
    {"field '{}' must be an integer", "項目「{}」は整数で指定してください"},
    {"field '{}' must be true or false", "項目「{}」は true または false で指定してください"},
    {"field '{}' must be at least {}", "項目「{}」は {} 以上で指定してください"},
    {"field '{}' must be one of {}", "項目「{}」は次のいずれかで指定してください: {}"},
    {"field '{}' must be a list of strings", "項目「{}」は文字列の一覧で指定してください"},
    {"field '{}' must be a list of JSON objects",
     "項目「{}」は JSON オブジェクトの一覧で指定してください"},
    {"field '{}' must be a JSON object", "項目「{}」は JSON オブジェクトで指定してください"},
    {"field '{}' must be a JSON object without repeated keys",
     "項目「{}」はキーの重複のない JSON オブジェクトで指定してください"},
    {"field '{}' must be a time like {}", "項目「{}」は {} のような時刻で指定してください"},
    {"field '{}' must be a day like {}", "項目「{}」は {} のような日付で指定してください"},
    {"field '{}' must be an amount in USD, not negative, with at most nine decimals",
     "項目「{}」は 0 以上、小数点以下 9 桁までの USD で指定してください"},
    {"field 'from' is after 'to'", "開始日（from）が終了日（to）より後です"},
    {"field 'from' is after 'until'", "開始（from）が終了（until）より後です"},
    {"field 'group_by' names '{}' twice", "項目「group_by」に「{}」が 2 回あります"},
    {"field 'group_by' takes {}", "項目「group_by」に使えるのは {} です"},
    {"the body is not JSON: {}", "本文が JSON ではありません: {}"},
    {"the body must be a JSON object", "本文は JSON オブジェクトで送信してください"},
    {"the body is larger than 1 MiB", "本文が 1 MiB を超えています"},
    {"the URL has a broken percent escape", "URL のパーセントエンコードが壊れています"},
    {"'{}' in the path must be a number", "パスの「{}」は数字で指定してください"},
    {"there is no such path", "そのパスはありません"},
    {"this path does not take {}", "このパスは {} に対応していません"},
    {"this needs the permission '{}'; the role of this key is '{}'",
     "権限「{}」が必要です（このキーの役割は「{}」です）"},
    // Things
    {"there is no such unit", "その部門はありません"},
    {"there is no such user", "そのユーザーはありません"},
    {"there is no such virtual key", "その仮想キーはありません"},
    {"there is no such model", "そのモデルはありません"},
    {"there is no such deployment", "そのデプロイメントはありません"},
    {"there is no such organisation", "その組織はありません"},
    {"there is no such request", "そのリクエストはありません"},
    {"model '{}' is not known", "モデル「{}」は登録されていません"},
    {"upstream: '{}' is not configured", "上流「{}」は設定されていません"},
    {"alias: there is a key '{}'", "別名「{}」のキーがすでにあります"},
    {"name: there is a unit '{}' at the same place", "同じ場所に部門「{}」がすでにあります"},
    {"name: there is a user '{}'", "ユーザー「{}」がすでにあります"},
    {"email: there is a user with {}", "メールアドレス {} のユーザーがすでにあります"},
    {"name: there is an organisation '{}'", "組織「{}」がすでにあります"},
    {"name: '{}' belongs to model '{}'", "名前「{}」はモデル「{}」が使っています"},
    {"parent: unit '{}' would be inside itself", "部門「{}」が自身の下位になってしまいます"},
    {"parent: units would nest {} deep, at most {} are allowed",
     "部門の階層が {} 段になります（最大 {} 段）"},
    {"unit '{}' still has {}: move or delete them first",
     "部門「{}」にはまだ所属（{}）があります。先に移動または削除してください"},
    {"model '{}' is set in the configuration file",
     "モデル「{}」は設定ファイルで定義されているため、ここでは変更できません"},
    {"{} is the last administrator key", "{} は最後の管理者キーです"},
    {"expires: is in the past", "有効期限が過去の時刻です"},
    {"key: must begin with 'sk-'", "キーは 'sk-' で始めてください"},
    {"key: must have {} to {} characters, not {}",
     "キーは {} 文字以上 {} 文字以下にしてください（現在 {} 文字）"},
    {"key: must be ASCII without blanks", "キーは空白を含まない ASCII 文字にしてください"},
    {"this key belongs to no unit", "このキーには所属する部門がありません"},
    {"this key may not change unit '{}'", "このキーでは部門「{}」を変更できません"},
    {"this key may put things only inside its own unit",
     "このキーで追加できるのは自身の部門の中だけです"},
    {"user '{}' belongs to another unit", "ユーザー「{}」は別の部門に所属しています"},
    {"virtual key '{}' belongs to another unit", "仮想キー「{}」は別の部門に所属しています"},
    {"administrator keys cannot be given by this key", "このキーでは管理者キーを発行できません"},
    {"the role '{}' cannot be given by this key", "このキーでは役割「{}」を付与できません"},
    {"model '{}' is not among those of unit '{}'",
     "モデル「{}」は部門「{}」では許可されていません"},
    // Values
    {"{}: must not be empty", "{}: 空にはできません"},
    {"{}: must not be negative", "{}: 負の値は指定できません"},
    {"{}: has a control character", "{}: 制御文字が含まれています"},
    {"{}: begins or ends with a space", "{}: 先頭または末尾に空白があります"},
    {"{}: is not an e-mail address", "{}: メールアドレスではありません"},
    {"{}: '{}' is not one of {}", "{0}: 「{1}」は使えません（{2} のいずれか）"},
    {"{}: {} bytes, at most {} are allowed", "{}: {} バイトあります（最大 {} バイト）"},
    {"{}: '{}' is not an IANA time zone such as Asia/Tokyo",
     "{}: 「{}」は Asia/Tokyo のような IANA タイムゾーン名ではありません"},
    {"the change is stored but not in force yet: {}",
     "変更は保存されましたが、まだ反映されていません: {}"},
};

}  // namespace

std::string in_japanese(std::string_view english) {
  if (auto found = find_phrase(kPhrases, english)) return *std::move(found);
  return wire::in_language(english, wire::Language::kJapanese);
}

}  // namespace sekisho::api
