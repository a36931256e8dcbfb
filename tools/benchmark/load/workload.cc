#include "tools/benchmark/load/workload.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "roster/access/v1/check.pb.h"
#include "roster/identity/v1/identity_service.grpc.pb.h"
#include "tools/benchmark/limit/limit.pb.h"
#include "tools/benchmark/people.h"

namespace roster::benchmark {
namespace {

constexpr int kBatchItems = 100;
constexpr int kPageRows = 50;
// Held by the role that every user of the benchmark has.
constexpr char kPermission[] = "content.view";
// As long as ids, and with the permission as long as the 98 bytes that the limit is defined by.
constexpr char kSomeId[] = "01a206ee-15c7-7358-9791-ccf82eceb725";
constexpr char kSomePermission[] = "of twenty characters";

using Shared = std::shared_ptr<const Subjects>;

template <typename Message>
Message Parse(const std::string& bytes) {
  Message message;
  if (!message.ParseFromString(bytes)) message.Clear();
  return message;
}

// Users in no order, as services ask for them.
const std::string& SomeUser(const Subjects& subjects, uint64_t number) {
  return subjects.user_ids[Scatter(number) % subjects.user_ids.size()];
}

identity::v1::CreateUserRequest NewUser(const Subjects& subjects, uint64_t call) {
  const Person person = PersonOf(subjects.first_person + call);
  identity::v1::CreateUserRequest request;
  request.set_account_id(subjects.account_id);
  request.mutable_profile()->set_full_name(person.full_name);
  request.mutable_profile()->set_email(person.email);
  request.mutable_profile()->set_user_name(person.user_name);
  request.mutable_profile()->set_title(person.title);
  request.add_roles("viewer");
  return request;
}

Workload Echo(const Shared& /*subjects*/) {
  v1::EchoRequest request;
  request.set_account_id(kSomeId);
  request.set_user_id(kSomeId);
  request.set_permission(kSomePermission);
  return {"/roster.benchmark.v1.Limit/Echo",
          [bytes = request.SerializeAsString()](uint64_t) { return bytes; },
          [](const std::string& answer) { return answer.size() == 54; }};
}

Workload EchoItems(const Shared& /*subjects*/) {
  v1::EchoItemsRequest request;
  request.set_account_id(kSomeId);
  for (int i = 0; i < kBatchItems; ++i) {
    v1::EchoItem& item = *request.add_items();
    item.set_user_id(kSomeId);
    item.set_permission(kPermission);
  }
  return {"/roster.benchmark.v1.Limit/EchoItems",
          [bytes = request.SerializeAsString()](uint64_t) { return bytes; },
          [](const std::string& answer) {
            return Parse<v1::EchoItemsResponse>(answer).results_size() == kBatchItems;
          }};
}

Workload Page(const Shared& /*subjects*/) {
  return {
      "/roster.benchmark.v1.Limit/Page",
      [](uint64_t call) {
        v1::PageRequest request;
        request.set_first(Scatter(call));
        request.set_rows(kPageRows);
        return request.SerializeAsString();
      },
      [](const std::string& answer) { return Parse<v1::PageResponse>(answer).rows_size() > 0; }};
}

Workload Write(const Shared& subjects) {
  return {
      "/roster.benchmark.v1.Limit/Write",
      [subjects](uint64_t call) {
        v1::WriteRequest request;
        request.set_user(NewUser(*subjects, call).SerializeAsString());
        return request.SerializeAsString();
      },
      [](const std::string& answer) { return !Parse<v1::WriteResponse>(answer).user().empty(); }};
}

Workload Check(const Shared& subjects) {
  return {"/roster.access.v1.AccessService/Check",
          [subjects](uint64_t call) {
            access::v1::CheckRequest request;
            request.set_account_id(subjects->account_id);
            request.set_user_id(SomeUser(*subjects, call));
            request.set_permission(kPermission);
            return request.SerializeAsString();
          },
          [](const std::string& answer) {
            return Parse<access::v1::CheckResponse>(answer).result().decision() ==
                   access::v1::DECISION_ALLOW;
          }};
}

Workload BatchCheck(const Shared& subjects) {
  return {"/roster.access.v1.AccessService/BatchCheck",
          [subjects](uint64_t call) {
            access::v1::BatchCheckRequest request;
            request.set_account_id(subjects->account_id);
            for (int i = 0; i < kBatchItems; ++i) {
              access::v1::CheckItem& item = *request.add_items();
              item.set_user_id(SomeUser(*subjects, call * kBatchItems + i));
              item.set_permission(kPermission);
            }
            return request.SerializeAsString();
          },
          [](const std::string& answer) {
            const auto response = Parse<access::v1::BatchCheckResponse>(answer);
            return response.results_size() == kBatchItems &&
                   response.results(0).decision() == access::v1::DECISION_ALLOW;
          }};
}

Workload GetUser(const Shared& subjects) {
  return {"/roster.identity.v1.IdentityService/GetUser",
          [subjects](uint64_t call) {
            identity::v1::GetUserRequest request;
            request.set_account_id(subjects->account_id);
            request.set_user_id(SomeUser(*subjects, call));
            return request.SerializeAsString();
          },
          [](const std::string& answer) {
            return Parse<identity::v1::GetUserResponse>(answer).has_user();
          }};
}

// A page of 50 users; `specify` says of which list.
template <typename Specify>
Workload PageOfUsers(const Shared& subjects, Specify specify) {
  return {"/roster.identity.v1.IdentityService/ListUsers",
          [subjects, specify](uint64_t call) {
            identity::v1::ListUsersRequest request;
            request.set_account_id(subjects->account_id);
            request.set_page_size(kPageRows);
            specify(call, request);
            return request.SerializeAsString();
          },
          [](const std::string& answer) {
            return Parse<identity::v1::ListUsersResponse>(answer).users_size() > 0;
          }};
}

Workload ListUsers(const Shared& subjects) {
  return PageOfUsers(subjects, [subjects](uint64_t call, identity::v1::ListUsersRequest& request) {
    const auto& tokens = subjects->page_tokens;
    request.set_page_token(tokens[Scatter(call) % tokens.size()]);
  });
}

Workload ListUsersByName(const Shared& subjects) {
  return PageOfUsers(subjects, [](uint64_t call, identity::v1::ListUsersRequest& request) {
    request.set_order_by(call % 2 == 0 ? "full_name" : "full_name desc");
  });
}

// What is typed into the search of a page, of which a family name begins with it.
Workload SearchUsers(const Shared& subjects) {
  return PageOfUsers(subjects, [](uint64_t call, identity::v1::ListUsersRequest& request) {
    const std::string name = PersonOf(call).full_name;
    request.set_filter("'" + name.substr(name.find(' ') + 1, 3) + "'");
  });
}

Workload CreateUser(const Shared& subjects) {
  return {"/roster.identity.v1.IdentityService/CreateUser",
          [subjects](uint64_t call) { return NewUser(*subjects, call).SerializeAsString(); },
          [](const std::string& answer) {
            return Parse<identity::v1::CreateUserResponse>(answer).changed();
          }};
}

struct Entry {
  std::string_view name;
  Workload (*make)(const Shared&);
  bool needs_users;
};
constexpr Entry kWorkloads[] = {
    {"echo", Echo, false},
    {"echo_items", EchoItems, false},
    {"page", Page, false},
    {"write", Write, false},
    {"check", Check, true},
    {"batch", BatchCheck, true},
    {"get", GetUser, true},
    {"list", ListUsers, true},
    {"by_name", ListUsersByName, true},
    {"search", SearchUsers, true},
    {"create", CreateUser, false},
};

}  // namespace

absl::StatusOr<Workload> FindWorkload(std::string_view name, Subjects subjects) {
  for (const Entry& entry : kWorkloads) {
    if (entry.name != name) continue;
    if (entry.needs_users && (subjects.user_ids.empty() || subjects.page_tokens.empty())) {
      return absl::InvalidArgumentError("this workload needs --subjects");
    }
    return entry.make(std::make_shared<const Subjects>(std::move(subjects)));
  }
  return absl::InvalidArgumentError(absl::StrCat("no workload is named ", std::string(name)));
}

absl::StatusOr<Subjects> Survey(const Target& target, const std::string& account_id) {
  const auto channel = Connect(target);
  if (!channel.ok()) return channel.status();
  identity::v1::IdentityService::Stub stub(*channel);
  Subjects subjects;
  subjects.account_id = account_id;
  identity::v1::ListUsersRequest request;
  request.set_account_id(account_id);
  request.set_page_size(kPageRows);
  do {
    grpc::ClientContext context;
    Prepare(target, context);
    identity::v1::ListUsersResponse page;
    const grpc::Status status = stub.ListUsers(&context, request, &page);
    if (!status.ok()) return absl::UnavailableError(ReasonOf(status));
    subjects.page_tokens.push_back(request.page_token());
    for (const auto& user : page.users()) subjects.user_ids.push_back(user.user_id());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return subjects;
}

}  // namespace roster::benchmark
