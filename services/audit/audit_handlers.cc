// AuditService.

#include <algorithm>
#include <string>
#include <vector>

#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/rows/subject_rows.h"
#include "domain/subjects.h"
#include "roster/audit/v1/event.pb.h"
#include "services/audit/handlers.h"
#include "services/call/page.h"

namespace roster::services {
namespace {

// Keeps a page of large commits below the largest message that a gRPC client takes by default, 4
// MiB.
constexpr size_t kMaxPageBytes = 2 << 20;

// The message of the event's kind: what happened. Null where this version does not know it.
const google::protobuf::Message* KindOf(const event::v1::Event& event) {
  const auto& reflection = *event.GetReflection();
  const auto* field =
      reflection.GetOneofFieldDescriptor(event, event.GetDescriptor()->FindOneofByName("kind"));
  return field == nullptr ? nullptr : &reflection.GetMessage(event, field);
}

// Whether the event is about the subject: the account itself, to which all of its events belong, or
// one of the event's own.
bool IsAbout(const event::v1::Event& event, const std::string& subject_id,
             const std::string& account_id) {
  if (subject_id == account_id) return true;
  const auto subjects = domain::SubjectsOf(event);
  return std::find(subjects.begin(), subjects.end(), subject_id) != subjects.end();
}

// Takes out what no caller is told: in events bytes are hashes of tokens and sealed data, nothing
// else.
void ClearBytes(google::protobuf::Message& message) {
  using google::protobuf::FieldDescriptor;
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->type() == FieldDescriptor::TYPE_BYTES) {
      reflection.ClearField(&message, field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated()) {
      ClearBytes(*reflection.MutableMessage(&message, field));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        ClearBytes(*reflection.MutableRepeatedMessage(&message, field, i));
      }
    }
  }
}

// Puts the opened personal data in the place of the sealed.
void OpenPersonal(const domain::World& world, const std::string& account_id,
                  audit::v1::AuditEvent& event) {
  event::v1::Event& opened = *event.mutable_event();
  const auto person = domain::PersonOf(opened);
  auto personal =
      person ? world.keys().Open(account_id, person->user_id, opened.sealed()) : std::nullopt;
  event.set_personal_erased(!personal);
  if (personal) *opened.mutable_personal() = *std::move(personal);
}

// Adds the events of the commit that are about the subject; returns their size.
size_t AddEvents(const domain::World& world, const event::v1::Commit& commit,
                 const std::string& subject_id, bool personal,
                 audit::v1::ListEventsResponse& response) {
  size_t bytes = 0;
  for (int i = 0; i < commit.events_size(); ++i) {
    const google::protobuf::Message* kind = KindOf(commit.events(i));
    if (kind == nullptr || !IsAbout(commit.events(i), subject_id, commit.account_id())) continue;
    audit::v1::AuditEvent& event = *response.add_events();
    event.set_position(commit.position());
    event.set_index(static_cast<uint32_t>(i));
    *event.mutable_time() = commit.time();
    *event.mutable_actor() = commit.actor();
    event.set_cause(commit.cause());
    event.set_type(kind->GetDescriptor()->name());
    *event.mutable_event() = commit.events(i);
    if (personal && commit.events(i).has_sealed()) OpenPersonal(world, commit.account_id(), event);
    event.mutable_event()->clear_sealed();
    ClearBytes(*event.mutable_event());
    bytes += event.ByteSizeLong();
  }
  return bytes;
}

absl::Status ListEvents(const QueryContext& query, const audit::v1::ListEventsRequest& request,
                        audit::v1::ListEventsResponse& response) {
  const std::string& account_id = request.account_id();
  const std::string& subject_id = request.subject_id();
  const std::string list = "events\n" + account_id + "\n" + subject_id;
  ROSTER_ASSIGN(const auto page,
                Page::Read(query, list, request.page_size(), request.page_token()));
  const bool personal =
      domain::Authorize(query.world, query.caller, account_id, domain::Permission::kUsersView).ok();
  const std::string prefix = domain::SubjectPrefix(account_id, subject_id);
  absl::Status status;
  size_t commits = 0;
  size_t bytes = 0;
  std::string last;
  query.world.Scan(domain::Table::kSubjects, prefix, page.after(),
                   [&](std::string_view key, std::string_view /*value*/) {
                     const domain::Position position = domain::TrailingPosition(key);
                     if (position > page.position()) return false;
                     if (commits++ == page.size() || bytes > kMaxPageBytes) {
                       response.set_next_page_token(page.NextToken(last));
                       return false;
                     }
                     last = key;
                     const auto read = query.log.Read(position, 1);
                     status = read.status();
                     if (!read.ok() || read->empty()) return false;
                     bytes += AddEvents(query.world, read->front(), subject_id, personal, response);
                     return true;
                   });
  response.set_position(page.position());
  return status;
}

}  // namespace

Handlers AuditHandlers() { return {{"ListEvents", OfQuery(ListEvents)}}; }

}  // namespace roster::services
