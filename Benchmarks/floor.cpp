// The floor: how fast the same report can be read into one table at all. Two threads: one fetches, one parses and writes.
// No mirror of lists, no ledger, no actuals, no deletions.
//   floor REPORTS_URL WORKSPACE FROM TO DATABASE     FROM and TO in seconds since 1970
#include <curl/curl.h>
#include <simdjson.h>
#include <sqlite3.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <strings.h>
#include <ctime>
#include <mutex>
#include <optional>
#include <queue>
#include <stdexcept>
#include <string>
#include <thread>

static size_t append(char *data, size_t size, size_t count, void *target) {
  static_cast<std::string *>(target)->append(data, size * count);
  return size * count;
}

static size_t header(char *data, size_t size, size_t count, void *target) {
  if (size * count >= 15 && strncasecmp(data, "Last-Page: true", 15) == 0) *static_cast<bool *>(target) = true;
  return size * count;
}

static std::string instant(long seconds) {
  char text[32];
  time_t time = seconds;
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime(&time));
  return text;
}

struct Pages {
  std::mutex mutex;
  std::condition_variable changed;
  std::queue<std::optional<std::string>> waiting;

  void push(std::optional<std::string> page) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return waiting.size() < 4; });
    waiting.push(std::move(page));
    changed.notify_all();
  }

  std::optional<std::string> pop() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return !waiting.empty(); });
    auto page = std::move(waiting.front());
    waiting.pop();
    changed.notify_all();
    return page;
  }
};

static void fetch(std::string url, long from, long to, Pages &pages) {
  CURL *curl = curl_easy_init();
  curl_slist *headers = curl_slist_append(nullptr, "Content-Type: application/json");
  headers = curl_slist_append(headers, ("X-Api-Key: " + std::string(getenv("CLOCKIFY_API_KEY"))).c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, header);
  for (long start = from; start < to; start += 30 * 86400) {
    for (int page = 1;; page++) {
      std::string body, request =
          "{\"dateRangeStart\":\"" + instant(start) + "\",\"dateRangeEnd\":\"" +
          instant(std::min(to, start + 30 * 86400) - 1) + "\",\"sortOrder\":\"ASCENDING\",\"timeZone\":\"UTC\"," +
          "\"detailedFilter\":{\"sortColumn\":\"DATE\",\"page\":" + std::to_string(page) + ",\"pageSize\":1000}}";
      bool isLast = false;
      curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.c_str());
      curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
      curl_easy_setopt(curl, CURLOPT_HEADERDATA, &isLast);
      long status = 0;
      if (curl_easy_perform(curl) != CURLE_OK) throw std::runtime_error("no answer");
      curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
      if (status != 200) throw std::runtime_error("answer " + std::to_string(status));
      pages.push(std::move(body));
      if (isLast) break;
    }
  }
  pages.push(std::nullopt);
}

int main(int, char **arguments) {
  sqlite3 *db;
  sqlite3_open(arguments[5], &db);
  sqlite3_exec(db,
               "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE IF NOT EXISTS time_entry (id TEXT "
               "PRIMARY KEY, user TEXT, project TEXT, start TEXT, \"end\" TEXT, billable INT, description TEXT)",
               nullptr, nullptr, nullptr);
  sqlite3_stmt *upsert;
  sqlite3_prepare_v2(db,
                     "INSERT INTO time_entry VALUES (?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET user=excluded.user, "
                     "project=excluded.project, start=excluded.start, \"end\"=excluded.\"end\", "
                     "billable=excluded.billable, description=excluded.description",
                     -1, &upsert, nullptr);
  Pages pages;
  std::string url = std::string(arguments[1]) + "/workspaces/" + arguments[2] + "/reports/detailed";
  std::thread fetcher(fetch, url, atol(arguments[3]), atol(arguments[4]), std::ref(pages));
  simdjson::ondemand::parser parser;
  long rows = 0;
  auto bind = [&](int column, simdjson::simdjson_result<simdjson::ondemand::value> value) {
    std::string_view text;
    if (value.get_string().get(text) == simdjson::SUCCESS)
      sqlite3_bind_text(upsert, column, text.data(), int(text.size()), SQLITE_TRANSIENT);
    else
      sqlite3_bind_null(upsert, column);
  };
  while (auto page = pages.pop()) {
    simdjson::padded_string json(*page);
    auto document = parser.iterate(json);
    sqlite3_exec(db, "BEGIN", nullptr, nullptr, nullptr);
    for (auto entry : document["timeentries"].get_array()) {
      bind(1, entry["_id"]);
      bind(2, entry["userId"]);
      bind(3, entry["projectId"]);
      bind(4, entry["timeInterval"]["start"]);
      bind(5, entry["timeInterval"]["end"]);
      bool billable = false;
      if (entry["billable"].get_bool().get(billable) == simdjson::SUCCESS) sqlite3_bind_int(upsert, 6, billable);
      bind(7, entry["description"]);
      if (sqlite3_step(upsert) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db));
      sqlite3_reset(upsert);
      rows++;
    }
    sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr);
  }
  fetcher.join();
  sqlite3_finalize(upsert);
  sqlite3_close(db);
  std::printf("%ld entries\n", rows);
}
