#include "tests/domain/user/user_model.h"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace roster::domain {
namespace {

std::string Lower(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  for (char& c : text) c = static_cast<char>(std::tolower(c));
  return text;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Step& step) {
  constexpr const char* kNames[] = {"create", "email",   "enable", "disable",
                                    "delete", "restore", "role",   "sign_in"};
  return out << kNames[step.kind] << " u" << step.user << " " << kEmails[step.email] << " '"
             << kUserNames[step.user_name] << "' " << kRoles[step.role] << " +" << step.days
             << (step.by_user ? " by u0" : "");
}

rc::Gen<std::vector<Step>> Steps() {
  return rc::gen::container<std::vector<Step>>(rc::gen::build<Step>(
      rc::gen::set(&Step::kind, rc::gen::inRange<int>(0, Step::kKinds)),
      rc::gen::set(&Step::user, rc::gen::inRange<int>(0, std::size(kUsers))),
      rc::gen::set(&Step::email, rc::gen::inRange<int>(0, std::size(kEmails))),
      rc::gen::set(&Step::user_name, rc::gen::inRange<int>(0, std::size(kUserNames))),
      rc::gen::set(&Step::role, rc::gen::inRange<int>(0, std::size(kRoles))),
      rc::gen::set(&Step::days, rc::gen::element(0, 0, 1, 29, 30)),
      rc::gen::set(&Step::by_user, rc::gen::arbitrary<bool>())));
}

int Model::Administrators(bool of_access) const {
  return static_cast<int>(std::count_if(users_.begin(), users_.end(), [&](const auto& user) {
    return user.second.state == ModelUser::kStands && Carries(user.second.role, of_access);
  }));
}

bool Model::May(const Step& step) const {
  if (!step.by_user) return true;  // the service account is a super_admin
  const auto caller = users_.find(kUsers[0]);
  return caller != users_.end() && caller->second.state == ModelUser::kStands &&
         caller->second.role != "viewer";
}

bool Model::MayGive(const Step& step, const std::string& role) const {
  return !step.by_user || role != "super_admin" || users_.at(kUsers[0]).role == "super_admin";
}

// One name space: who has the name as email comes before who has it as user name.
std::string Model::OwnerOf(const std::string& name, const char* taken,
                           const std::string& except) const {
  for (const bool by_email : {true, false}) {
    for (const auto& [id, user] : users_) {
      if (id == except || Lower(by_email ? user.email : user.user_name) != Lower(name)) continue;
      return user.state == ModelUser::kDeleted ? "BELONGS_TO_DELETED_USER" : taken;
    }
  }
  return "";
}

bool Model::IsLast(const ModelUser& user, const std::string& role_after) const {
  if (user.state != ModelUser::kStands) return false;
  for (const bool of_access : {false, true}) {
    if (Carries(user.role, of_access) && !Carries(role_after, of_access) &&
        Administrators(of_access) == 1) {
      return true;
    }
  }
  return false;
}

std::string Model::Do(const Step& step, int day) {
  const std::string id = kUsers[step.user];
  if (!May(step)) return "PERMISSION_REQUIRED";
  if (step.kind == Step::kCreate) return Create(step, id);
  const auto found = users_.find(id);
  if (found == users_.end()) return "USER_NOT_FOUND";
  std::string outcome = Change(step, found->second, step.by_user && step.user == 0, day);
  if (outcome.empty()) ++found->second.revision;
  return outcome;
}

std::string Model::Create(const Step& step, const std::string& id) {
  ModelUser user;
  user.email = kEmails[step.email];
  user.user_name = kUserNames[step.user_name];
  if (user.user_name.empty()) user.user_name = user.email;
  user.role = kRoles[step.role];
  if (!MayGive(step, user.role)) return "ESCALATION";
  std::string taken = OwnerOf(user.email, "EMAIL_TAKEN", "");
  if (taken.empty()) taken = OwnerOf(user.user_name, "USERNAME_TAKEN", "");
  if (taken.empty()) users_[id] = user;
  return taken;
}

std::string Model::ChangeEmail(const Step& step, ModelUser& user) {
  if (user.state == ModelUser::kDeleted) return "USER_DELETED";
  if (user.state == ModelUser::kDisabled) return "USER_DISABLED";
  const std::string email = kEmails[step.email];
  if (email == user.email) return "nothing";
  if (!MayGive(step, user.role)) return "ESCALATION";
  const std::string taken = OwnerOf(email, "EMAIL_TAKEN", kUsers[step.user]);
  if (!taken.empty()) return taken;
  if (user.user_name == user.email) user.user_name = email;  // nobody chose it
  user.email = email;
  return "";
}

std::string Model::ChangeRole(const Step& step, ModelUser& user, bool self) {
  const std::string role = kRoles[step.role];
  if (self) return "SELF_FORBIDDEN";
  if (user.state == ModelUser::kDeleted) return "USER_DELETED";
  if (user.state == ModelUser::kDisabled) return "USER_DISABLED";
  if (user.role == role) return "nothing";
  if (!MayGive(step, role)) return "ESCALATION";
  if (IsLast(user, role)) return "LAST_ADMINISTRATOR";
  user.role = role;
  return "";
}

std::string Model::Remove(const Step& step, ModelUser& user, bool self, int day) {
  if (self) return "SELF_FORBIDDEN";
  if (user.state == ModelUser::kDeleted) return "USER_DELETED";
  if (step.kind == Step::kDisable && user.state == ModelUser::kDisabled) return "nothing";
  if (IsLast(user, "")) return "LAST_ADMINISTRATOR";
  user.state = step.kind == Step::kDelete ? ModelUser::kDeleted : ModelUser::kDisabled;
  user.deleted_on = day;
  return "";
}

std::string Model::Change(const Step& step, ModelUser& user, bool self, int day) {
  // Nobody gives power or status to a user that holds more, or takes it; details are no power.
  const bool governs = step.kind != Step::kEmail && step.kind != Step::kSignIn;
  if (governs && !MayGive(step, user.role)) return "ESCALATION";
  switch (step.kind) {
    case Step::kEmail:
      return ChangeEmail(step, user);
    case Step::kRole:
      return ChangeRole(step, user, self);
    case Step::kDisable:
    case Step::kDelete:
      return Remove(step, user, self, day);
    case Step::kEnable:
      if (user.state == ModelUser::kDeleted) return "USER_DELETED";
      if (user.state == ModelUser::kStands) return "nothing";
      user.state = ModelUser::kStands;
      return "";
    case Step::kRestore:
      if (user.state != ModelUser::kDeleted) return "USER_NOT_DELETED";
      if (day >= user.deleted_on + 30) return "RESTORE_WINDOW_EXPIRED";
      user.state = ModelUser::kStands;
      return "";
    default:
      user.signed_in = true;
      return "nothing";
  }
}

}  // namespace roster::domain
