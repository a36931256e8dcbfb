// What users do in a random history, and a small model of what comes of it: ROLE_MATRIX as
// requirements.md tells it, without rows, keys, counters or positions.

#ifndef ROSTER_TESTS_DOMAIN_USER_USER_MODEL_H_
#define ROSTER_TESTS_DOMAIN_USER_USER_MODEL_H_

#include <rapidcheck.h>

#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace roster::domain {

inline constexpr const char* kUsers[] = {"u0", "u1", "u2", "u3", "u4", "u5"};
inline constexpr const char* kEmails[] = {"a@x.org", "A@X.org", "b@x.org", "c@x.org", "C@x.ORG"};
inline constexpr const char* kUserNames[] = {"ann", "ANN ", "bob", "", "cat"};
inline constexpr const char* kRoles[] = {"super_admin", "admin", "viewer"};

// A step of a history; what does not matter to its kind is ignored.
struct Step {
  enum Kind { kCreate, kEmail, kEnable, kDisable, kDelete, kRestore, kRole, kSignIn, kKinds };
  int kind, user, email, user_name, role, days;
  bool by_user;  // u0 asks, rather than a service account
};

std::ostream& operator<<(std::ostream& out, const Step& step);

rc::Gen<std::vector<Step>> Steps();

// What a user is.
struct ModelUser {
  std::string email, user_name, role;
  enum { kStands, kDisabled, kDeleted } state = kStands;
  bool signed_in = false;
  uint64_t revision = 1;
  int deleted_on = 0;  // day

  std::string Status() const {
    if (state == kDeleted) return "DELETED";
    if (state == kDisabled) return "DISABLED";
    return signed_in ? "ACTIVE" : "PENDING";
  }
};

// Decides by looking at every user. A plain value.
class Model {
 public:
  // The reason of the refusal; "" when the step is done, "nothing" when it changes nothing.
  std::string Do(const Step& step, int day);

  const std::map<std::string, ModelUser>& users() const { return users_; }

  // Users who may do what super_admin (account.manage), or also admin (access.manage), may.
  int Administrators(bool of_access) const;

 private:
  static bool Carries(const std::string& role, bool of_access) {
    return role == "super_admin" || (of_access && role == "admin");
  }

  bool May(const Step& step) const;

  bool MayGive(const Step& step, const std::string& role) const;

  std::string OwnerOf(const std::string& name, const char* taken, const std::string& except) const;

  // R48, by a recount with the user gone or in another role.
  bool IsLast(const ModelUser& user, const std::string& role_after) const;

  std::string Create(const Step& step, const std::string& id);
  std::string Change(const Step& step, ModelUser& user, bool self, int day);
  std::string ChangeEmail(const Step& step, ModelUser& user);
  std::string ChangeRole(const Step& step, ModelUser& user, bool self);
  std::string Remove(const Step& step, ModelUser& user, bool self, int day);

  std::map<std::string, ModelUser> users_;
};

}  // namespace roster::domain

#endif  // ROSTER_TESTS_DOMAIN_USER_USER_MODEL_H_
