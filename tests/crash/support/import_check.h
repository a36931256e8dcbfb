// The files that the tests import, and what must hold of a server that was killed while it took
// them in. A row of a file is recognised by its user name, so that nothing but the numbers of file
// and row must be remembered.

#ifndef ROSTER_TESTS_CRASH_SUPPORT_IMPORT_CHECK_H_
#define ROSTER_TESTS_CRASH_SUPPORT_IMPORT_CHECK_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/crash/support/client.h"

namespace roster::crash {

// File and row, both from 1.
using RowKey = std::pair<int, int>;

// The rows of a file that are imported together.
inline constexpr int kGroupRows = 200;

identity::v1::UserProfile PersonOf(const RowKey& key);
std::string CsvOf(int file, int rows);

// What was acknowledged, over all imports.
struct Acknowledged {
  std::map<RowKey, std::string> user_ids;
  std::map<uint64_t, std::vector<std::string>> user_ids_of_commit;
};

// Every problem in words; empty: there is none.
using Problems = std::vector<std::string>;

// The users of the dump that come from files, and what is wrong with them: a user lacks something
// or is there twice, or the dump has a user that no file has.
struct ImportedUsers {
  std::map<RowKey, identity::v1::User> by_row;
  Problems problems;
};
ImportedUsers FindImported(const Dump& dump, const Account& account);

// Adds what the import of a file told.
void Note(const ImportAnswer& answer, int file, Acknowledged& acknowledged);

// Every acknowledged row is there under the id that was told, and its commit has the rows that were
// told with it.
Problems CheckAcknowledged(const Acknowledged& acknowledged, const ImportedUsers& users,
                           const Dump& dump);

// Positions have no gap; each import commit holds a whole group; users and events of their creation
// are the same set. `rows` are there in each file.
Problems CheckCommits(const Dump& dump, const ImportedUsers& users, int rows);

// Every row of the file is found by id, email and user name as it is listed, or by none of them.
absl::StatusOr<Problems> CheckLookups(Client& client, const Account& account,
                                      const ImportedUsers& users, int file, int rows);

// A repeated import created the rows that were not there before, and no other.
Problems CheckRepeat(const ImportAnswer& answer, const ImportedUsers& before, int file, int rows);

}  // namespace roster::crash

#endif  // ROSTER_TESTS_CRASH_SUPPORT_IMPORT_CHECK_H_
