// The server that integration tests of the store stand on.
#include "support/postgres_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace sasrec::test {
namespace {

using testing::HasSubstr;

/// The first value of the answer, or the error's message.
std::string query(const std::string& connection_string, const std::string& statement) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(connection_string.c_str()), &PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) return PQerrorMessage(connection.get());
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), statement.c_str()), &PQclear);
  if (PQresultStatus(result.get()) == PGRES_TUPLES_OK) return PQgetvalue(result.get(), 0, 0);
  return PQerrorMessage(connection.get());
}

TEST(PostgresServer, KeepsWhatIsCommittedOverEveryEnd) {
  PostgresServer server;
  const auto database = server.connection_string();
  EXPECT_EQ(query(database, "CREATE TABLE words (word text)"), "");
  const auto add = [&](const std::string& word) {
    return query(database, "INSERT INTO words VALUES ('" + word + "')");
  };
  const auto words = [&] {
    return query(database, "SELECT string_agg(word, ' ' ORDER BY word) FROM words");
  };

  EXPECT_EQ(add("a"), "");
  server.stop();
  EXPECT_FALSE(server.running());
  EXPECT_THAT(words(), HasSubstr("No such file or directory"));
  server.start();
  EXPECT_EQ(words(), "a");

  EXPECT_EQ(add("b"), "");
  server.stop(PostgresServer::StopMode::kImmediate);
  server.start();
  EXPECT_EQ(words(), "a b");

  // A session that is open meanwhile does not keep the server from coming back.
  const std::unique_ptr<PGconn, decltype(&PQfinish)> session(PQconnectdb(database.c_str()), &PQfinish);
  EXPECT_EQ(add("c"), "");
  server.kill();
  EXPECT_FALSE(server.running());
  server.start();
  EXPECT_EQ(words(), "a b c");
  EXPECT_THAT(server.log(), HasSubstr("was not properly shut down"));
  const std::unique_ptr<PGresult, decltype(&PQclear)> answer(PQexec(session.get(), "SELECT 1"), &PQclear);
  EXPECT_EQ(PQstatus(session.get()), CONNECTION_BAD);
}

TEST(PostgresServer, ListensOnTcpWithAPassword) {
  PostgresServer server({.listen = PostgresServer::Listen::kSocketAndTcp});
  server.create_database("shop \"1\"");
  const auto uri = server.tcp_connection_string("shop \"1\"");
  EXPECT_EQ(query(uri, "SELECT current_database()"), "shop \"1\"");
  auto without = uri;
  without.replace(without.find(':', without.find("//")), without.find('@') - without.find(':', without.find("//")), "");
  EXPECT_THAT(query(without, "SELECT 1"), HasSubstr("no password supplied"));

  server.kill();
  server.start();
  EXPECT_EQ(query(uri, "SELECT 1"), "1") << "port and password stay";
}

TEST(PostgresServer, HasTheSettingsItIsGiven) {
  const PostgresServer server({.fsync = PostgresServer::Fsync::kOn,
                               .settings = {{"application_name", "it's ours"}, {"shared_buffers", "16MB"}}});
  const auto setting = [&](const std::string& name) {
    return query(server.connection_string(),
                 "SELECT setting FROM pg_file_settings WHERE name = '" + name + "' AND applied");
  };
  EXPECT_EQ(setting("fsync"), "on");
  EXPECT_EQ(setting("full_page_writes"), "on");
  EXPECT_EQ(setting("application_name"), "it's ours");
  EXPECT_EQ(setting("shared_buffers"), "16MB");
}

TEST(PostgresServer, SeveralRunAtOnce) {
  const PostgresServer one;
  const PostgresServer other;
  EXPECT_EQ(query(one.connection_string(), "CREATE TABLE words (word text)"), "");
  EXPECT_THAT(query(other.connection_string(), "SELECT * FROM words"), HasSubstr("does not exist"));
}

TEST(PostgresServer, SaysWhyItDoesNotStart) {
  try {
    const PostgresServer server({.settings = {{"shared_buffers", "plenty"}}});
    FAIL() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("shared_buffers"));
  }
}

}  // namespace
}  // namespace sasrec::test
