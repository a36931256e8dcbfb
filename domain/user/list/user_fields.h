// The fields of users that filters compare.

#ifndef ROSTER_DOMAIN_USER_LIST_USER_FIELDS_H_
#define ROSTER_DOMAIN_USER_LIST_USER_FIELDS_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/list/field.h"
#include "domain/world/world.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// A user that a filter is asked about. Personal data is opened when something first asks for it.
// Thread-compatible; the world outlives it.
class UserCandidate final : public Candidate {
 public:
  UserCandidate(const World& world, std::string_view account_id, view::v1::UserRow row)
      : world_(&world), account_id_(account_id), row_(std::move(row)) {}

  const std::string& account_id() const { return account_id_; }
  const view::v1::UserRow& row() const { return row_; }
  // Null once it is forgotten.
  const event::v1::PersonalData* personal() const;

  // Only where personal() is not null. Both are made once, however many comparisons ask: a text of
  // it in a form of the field, valid until the next Text; and the words of its names (WordsOf).
  const std::string& Text(const Field& field, Form form, const std::string& text) const;
  const std::vector<std::string>& Words() const;

 private:
  const World* world_;
  std::string account_id_;
  view::v1::UserRow row_;
  mutable bool opened_ = false;
  mutable std::optional<event::v1::PersonalData> personal_;
  struct Made {
    const Field* field;
    Form form;
    std::string text;
  };
  mutable std::vector<Made> texts_;
  mutable std::optional<std::vector<std::string>> words_;
};

// Lives for ever. Candidates are UserCandidates.
const Fields& UserFields();

// Where a search has the forms of its text.
inline constexpr size_t kWordForm = 0;   // as words are searched
inline constexpr size_t kEmailForm = 1;  // as emails are compared

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_USER_LIST_USER_FIELDS_H_
