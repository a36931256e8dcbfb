// Filters, orders, masks and plans of an aggregate that is none of ours: a parcel with a text, an
// enum, a time and a set, described as any aggregate describes its fields.

#include "domain/list/filter.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "domain/list/order.h"
#include "domain/list/plan.h"
#include "domain/list/read_mask.h"
#include "domain/text/text.h"
#include "google/protobuf/descriptor.pb.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

using google::protobuf::FieldDescriptorProto;

struct Parcel final : Candidate {
  explicit Parcel(std::string name) : label(Normalize(name)) {}

  std::string label;
  int kind = FieldDescriptorProto::TYPE_BOOL;
  std::optional<absl::Time> sent;
  std::vector<std::string> stamps;
};

const Parcel& Of(const Candidate& candidate) { return static_cast<const Parcel&>(candidate); }

const Fields& ParcelFields() {
  static const Fields* const kFields = new Fields{
      .all = {
          {.name = "label",
           .text = [](const Candidate& parcel, const Field&, Form) { return &Of(parcel).label; },
           .exact = Normalize,
           .loose = Normalize},
          {.name = "kind",
           .number = [](const Candidate& parcel) { return Of(parcel).kind; },
           .names = FieldDescriptorProto::Type_descriptor,
           .prefix = "TYPE_",
           .unlisted = FieldDescriptorProto::TYPE_GROUP},
          {.name = "sent", .time = [](const Candidate& parcel) { return Of(parcel).sent; }},
          {.name = "stamp",
           .holds =
               [](const Candidate& parcel, const std::string& id) {
                 const auto& stamps = Of(parcel).stamps;
                 if (id.empty()) return stamps.empty();
                 return std::find(stamps.begin(), stamps.end(), id) != stamps.end();
               }},
      }};
  return *kFields;
}

Parcel Box() {
  Parcel box("Big Box");
  box.sent = absl::UnixEpoch() + absl::Hours(24);
  box.stamps = {"red", "blue"};
  return box;
}

struct Case {
  const char* filter;
  bool box;    // accepted
  bool plain;  // a parcel without a time or stamps
};

const Case kCases[] = {
    {"", true, true},
    {"label = 'big BOX'", true, false},
    {"label = pl*", false, true},
    {"label : o", true, false},
    {"kind = BOOL", true, true},
    {"kind != BOOL", false, false},
    {"kind = STRING OR stamp = red", true, false},
    {"sent < 1970-01-03", true, false},
    {"sent > 1970-01-03", false, false},
    {"stamp : blue", true, false},
    {"stamp = ''", false, true},
    {"NOT stamp = red", false, true},
    {"-stamp = green AND label = big*", true, false},
};

TEST(FilterTest, OfAnyAggregate) {
  for (const Case& row : kCases) {
    const auto filter = Filter::Parse(ParcelFields(), row.filter);
    ASSERT_TRUE(filter.ok()) << row.filter << ": " << filter.status();
    EXPECT_EQ(filter->Matches(Box()), row.box) << row.filter;
    EXPECT_EQ(filter->Matches(Parcel("plain")), row.plain) << row.filter;
  }
}

std::string Refused(std::string_view text) {
  const absl::Status status = Filter::Parse(ParcelFields(), text).status();
  const auto payload = status.GetPayload("field/filter");
  return payload ? std::string(*payload) : "accepted";
}

TEST(FilterTest, RefusesInTheWordsOfTheAggregate) {
  EXPECT_EQ(Refused("email = x"),
            "INVALID_VALUE: column 1: there is no such field; there are label, kind, sent, stamp");
  EXPECT_EQ(Refused("'box'"), "INVALID_VALUE: column 1: a text stands with a field here");
  EXPECT_EQ(Refused("sent : 1"),
            "INVALID_VALUE: column 8: the operators of this field are = != < "
            "<= > >=");
  EXPECT_NE(Refused("kind = GROUP").find("the value is one of DOUBLE, FLOAT, "), std::string::npos);
  EXPECT_EQ(Refused("kind = GROUP").find("GROUP"), std::string::npos);
}

TEST(PlanTest, FindsWhatIsRequired) {
  const Filter filter = *Filter::Parse(
      ParcelFields(), "stamp : red AND label = 'a' AND (kind = BOOL OR kind = STRING)");
  const auto required = filter.Required();
  ASSERT_NE(FindRequired(required, "stamp"), nullptr);
  EXPECT_EQ(FindRequired(required, "stamp")->text, "red");
  EXPECT_EQ(FindRequired(required, "label")->text, "a");
  EXPECT_EQ(FindRequired(required, "kind"), nullptr);
  const Filter part = *Filter::Parse(ParcelFields(), "label : a");
  EXPECT_EQ(FindRequired(part.Required(), "label"), nullptr);
}

TEST(PlanTest, FirstKeyInTheRanges) {
  const RowRanges rows{Table::kSearch, {"b/", "d/"}};
  EXPECT_TRUE(IsFirstKey(rows, "b/1", {"a/1", "b/1", "d/1"}));
  EXPECT_FALSE(IsFirstKey(rows, "d/1", {"a/1", "b/1", "d/1"}));
  EXPECT_TRUE(IsFirstKey(rows, "d/1", {"c/1", "d/1"}));
}

TEST(OrderTest, OfAnyNames) {
  const std::vector<std::string_view> names = {"label", "sent"};
  EXPECT_EQ(ParseOrder(names, " ")->field, std::nullopt);
  EXPECT_EQ(ParseOrder(names, "sent")->field, 1);
  EXPECT_EQ(ParseOrder(names, "sent")->direction, Direction::kAscending);
  EXPECT_EQ(ParseOrder(names, "label desc")->field, 0);
  EXPECT_EQ(ParseOrder(names, "label  desc ")->direction, Direction::kDescending);
  for (const char* wrong : {"stamp", "label asc", "label, sent", "desc"}) {
    EXPECT_EQ(Describe(ParseOrder(names, wrong).status()),
              "INVALID_FIELDS [order_by: INVALID_VALUE]")
        << wrong;
  }
}

TEST(ReadMaskTest, OfAnyMessage) {
  google::protobuf::FieldMask paths;
  FieldDescriptorProto message;
  message.set_name("a");
  message.set_number(1);
  message.mutable_options()->set_packed(true);
  message.mutable_options()->set_deprecated(true);
  const auto& type = *FieldDescriptorProto::descriptor();
  const ReadMask all = *ReadMask::Parse(type, paths);
  EXPECT_TRUE(all.Shows("name"));
  paths.add_paths("options.packed");
  paths.add_paths("number");
  const ReadMask some = *ReadMask::Parse(type, paths);
  EXPECT_TRUE(some.Shows("options"));
  EXPECT_FALSE(some.Shows("name"));
  some.Trim(message);
  EXPECT_EQ(message.ShortDebugString(), "number: 1 options { packed: true }");
  paths.add_paths("colour");
  EXPECT_EQ(Describe(ReadMask::Parse(type, paths).status()),
            "INVALID_FIELDS [read_mask.paths.2: UNKNOWN_FIELD]");
}

}  // namespace
}  // namespace roster::domain
