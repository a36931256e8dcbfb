#include "tests/crash/support/load_check.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace roster::crash {
namespace {

using event::v1::Event;
using identity::v1::User;

// Whether the status says nothing of what became of the request.
bool SaysNothing(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsCancelled(status);
}

bool IsRefusal(const absl::Status& status) {
  constexpr std::array<const char*, 5> kRefusals = {
      "USER_NOT_FOUND", "USER_DELETED", "USER_DISABLED", "USER_NOT_DELETED", "REVISION_MISMATCH"};
  return std::any_of(kRefusals.begin(), kRefusals.end(), [&](const char* reason) {
    return absl::StartsWith(status.message(), reason);
  });
}

Event::KindCase KindOf(Change change) {
  constexpr std::array<Event::KindCase, kChanges> kKinds = {
      Event::kUserCreated, Event::kUserUpdated, Event::kRoleChanged,  Event::kUserDisabled,
      Event::kUserEnabled, Event::kUserDeleted, Event::kUserRestored, Event::kUserErased};
  return kKinds[static_cast<size_t>(change)];
}

// What the events of users come to, one after the other.
class Model {
 public:
  void Take(const Event& event) {
    switch (event.kind_case()) {
      case Event::kUserCreated:
        return Set(event.user_created().user_id(), "PENDING");
      case Event::kUserUpdated:
        return Touch(event.user_updated().user_id());
      case Event::kRoleChanged:
        return Touch(event.role_changed().user_id());
      case Event::kUserDisabled:
        return Set(event.user_disabled().user_id(), "DISABLED");
      case Event::kUserEnabled:
        return Set(event.user_enabled().user_id(), "PENDING");
      case Event::kUserDeleted:
        return Set(event.user_deleted().user_id(), "DELETED");
      case Event::kUserRestored:
        return Set(event.user_restored().user_id(), "PENDING");
      case Event::kUserErased:
        users_.erase(event.user_erased().user_id());
        return;
      default:
        return;
    }
  }

  // By user: status and revision.
  const std::map<std::string, std::pair<std::string, uint64_t>>& users() const { return users_; }

 private:
  void Touch(const std::string& user_id) { ++users_[user_id].second; }
  void Set(const std::string& user_id, const std::string& status) {
    users_[user_id].first = "USER_STATUS_" + status;
    Touch(user_id);
  }

  std::map<std::string, std::pair<std::string, uint64_t>> users_;
};

}  // namespace

uint64_t LoadCheck::Ask() const {
  const std::lock_guard lock(mutex_);
  return told_;
}

bool LoadCheck::Tell(const ChangeRequest& request, uint64_t asked,
                     const absl::StatusOr<ChangeAnswer>& answer) {
  const std::lock_guard lock(mutex_);
  if (SaysNothing(answer.status())) {
    doubts_ += in_doubt_.emplace(request.id, request).second ? 1 : 0;
    return false;
  }
  const bool doubted = in_doubt_.erase(request.id) > 0;
  if (answer.ok()) {
    Place(request, doubted ? 0 : asked, *answer);
  } else if (!IsRefusal(answer.status())) {
    findings_.push_back(absl::StrCat(request.id, ": ", answer.status().ToString()));
  } else if (positions_.count(request.id) != 0) {
    findings_.push_back(absl::StrCat(
        request.id, " was accepted, and is refused when repeated: ", answer.status().ToString()));
  }
  return true;
}

void LoadCheck::Place(const ChangeRequest& request, uint64_t asked, const ChangeAnswer& answer) {
  told_ = std::max(told_, answer.position);
  const auto [position, fresh] = positions_.emplace(request.id, answer.position);
  if (!fresh) {
    if (position->second != answer.position) {
      findings_.push_back(absl::StrCat(request.id, " is at ", position->second,
                                       ", its repeat was told ", answer.position));
    }
    return;
  }
  if (answer.position <= asked) {
    findings_.push_back(absl::StrCat(request.id, " is at ", answer.position, ", but ", asked,
                                     " was told before it was asked"));
  }
  const Told told{request, answer.changed, answer.user_id};
  if (!by_position_.emplace(answer.position, told).second) {
    findings_.push_back(absl::StrCat("two requests were told ", answer.position));
  }
}

bool LoadCheck::TellRead(uint64_t asked, const absl::StatusOr<Seen>& seen) {
  const std::lock_guard lock(mutex_);
  if (SaysNothing(seen.status())) return false;
  if (seen.ok() && seen->position < asked) {
    findings_.push_back(
        absl::StrCat("a read shows ", seen->position, ", after ", asked, " was told"));
  }
  if (!seen.ok() && !IsRefusal(seen.status())) {
    findings_.push_back("read: " + seen.status().ToString());
  }
  return true;
}

std::vector<ChangeRequest> LoadCheck::InDoubt() const {
  const std::lock_guard lock(mutex_);
  std::vector<ChangeRequest> requests;
  for (const auto& [id, request] : in_doubt_) requests.push_back(request);
  return requests;
}

void LoadCheck::Compare(const Dump& dump) {
  const std::lock_guard lock(mutex_);
  uint64_t next = head_;
  for (const auto& [position, told] : by_position_) {
    if (position != ++next) {
      findings_.push_back(absl::StrCat("nobody was told what is at ", next));
      next = position;
    }
  }
  if (dump.position != next) {
    findings_.push_back(
        absl::StrCat("the server is at ", dump.position, ", the last that was told is ", next));
  }
  CompareEvents(dump);
  CompareUsers(dump);
}

void LoadCheck::CompareEvents(const Dump& dump) {
  std::map<uint64_t, const Event*> events;
  for (const audit::v1::AuditEvent& event : dump.events) {
    if (event.position() <= head_) continue;
    if (!events.emplace(event.position(), &event.event()).second) {
      findings_.push_back(absl::StrCat("two events at ", event.position()));
    }
    if (by_position_.count(event.position()) == 0) {
      findings_.push_back(absl::StrCat("an event is at ", event.position(), ", told to nobody"));
    }
  }
  for (const auto& [position, told] : by_position_) {
    const auto event = events.find(position);
    if (told.changed != (event != events.end())) {
      findings_.push_back(absl::StrCat(told.request.id, " at ", position,
                                       told.changed ? " is lost" : " changed something"));
    } else if (told.changed && event->second->kind_case() != KindOf(told.request.change)) {
      findings_.push_back(absl::StrCat(told.request.id, ": another event is at ", position));
    }
  }
}

void LoadCheck::CompareUsers(const Dump& dump) {
  Model model;
  for (const audit::v1::AuditEvent& event : dump.events) model.Take(event.event());
  std::map<std::string, std::pair<std::string, uint64_t>> shown;
  for (const User& user : dump.users) {
    shown[user.user_id()] = {event::v1::UserStatus_Name(user.status()), user.revision()};
  }
  for (const auto& [user_id, state] : model.users()) {
    const auto user = shown.find(user_id);
    if (user == shown.end() || user->second != state) {
      findings_.push_back(absl::StrCat(
          user_id, " is ", state.first, " at revision ", state.second, " by the events, and shown ",
          user == shown.end() ? "nowhere"
                              : absl::StrCat(user->second.first, " at ", user->second.second)));
    }
  }
  if (shown.size() > model.users().size()) findings_.push_back("users are shown without events");
}

std::vector<std::string> LoadCheck::findings() const {
  const std::lock_guard lock(mutex_);
  return findings_;
}

size_t LoadCheck::told() const {
  const std::lock_guard lock(mutex_);
  return by_position_.size();
}

size_t LoadCheck::doubts() const {
  const std::lock_guard lock(mutex_);
  return doubts_;
}

}  // namespace roster::crash
