// The syntax of filters: recursive descent, one function for each rule of the grammar in filter.h.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/list/filter.h"

namespace roster::domain {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kEndOfField = " \t\r\n()\"'\\*=!<>,:";
constexpr std::string_view kEndOfWord = " \t\r\n()\"'\\*=!<>,";  // times have colons
constexpr std::string_view kKeywords[] = {"AND", "OR", "NOT"};

constexpr std::pair<std::string_view, Operator> kOperators[] = {
    {"!=", Operator::kNotEqual},  // the longer ones before their beginnings
    {"<=", Operator::kLessOrEqual}, {">=", Operator::kGreaterOrEqual}, {"=", Operator::kEqual},
    {"<", Operator::kLess},         {">", Operator::kGreater},         {":", Operator::kHas},
};

bool IsControl(char c) { return static_cast<uint8_t>(c) < 0x20 || c == 0x7f; }

}  // namespace

class FilterParser {
 public:
  using Node = Filter::Node;

  FilterParser(const Fields& fields, std::string_view text, FindId find_id)
      : fields_(fields), text_(text), find_id_(find_id) {}

  absl::StatusOr<Filter> Parse() {
    if (text_.size() > kMaxFilterBytes) {
      return Fail(0, absl::StrCat("the filter is longer than ", kMaxFilterBytes, " bytes"));
    }
    Filter filter;
    SkipBlanks();
    if (at_ == text_.size()) return filter;
    ROSTER_ASSIGN(Node root, Expression());
    if (at_ < text_.size()) return Fail(at_, "AND, OR or the end is expected here");
    filter.root_ = std::move(root);
    return filter;
  }

 private:
  absl::StatusOr<Node> Expression() { return Joined("AND", Node::kAll, &FilterParser::Factor); }
  absl::StatusOr<Node> Factor() { return Joined("OR", Node::kAny, &FilterParser::Term); }

  // One part, or several that a keyword joins.
  absl::StatusOr<Node> Joined(std::string_view keyword, Node::Kind kind,
                              absl::StatusOr<Node> (FilterParser::*parse)()) {
    Node node{.kind = kind};
    do {
      ROSTER_ASSIGN(Node part, (this->*parse)());
      node.parts.push_back(std::move(part));
    } while (Take(keyword));
    if (node.parts.size() > 1) return node;
    Node only = std::move(node.parts.front());
    return only;
  }

  absl::StatusOr<Node> Term() {
    if (!Take("NOT") && !TakeCharacter('-')) return Simple();
    ROSTER_ASSIGN(Node part, Simple());
    Node node{.kind = Node::kNot};
    node.parts.push_back(std::move(part));
    return node;
  }

  absl::StatusOr<Node> Simple() {
    const size_t begin = at_;
    if (TakeCharacter('(')) return InParentheses(begin);
    if (++comparisons_ > kMaxComparisons) {
      return Fail(begin, absl::StrCat("there are more than ", kMaxComparisons, " comparisons"));
    }
    ROSTER_ASSIGN(Comparison comparison, IsQuote() ? Search() : Compare());
    SkipBlanks();
    return Node{.kind = Node::kComparison, .comparison = std::move(comparison)};
  }

  absl::StatusOr<Node> InParentheses(size_t begin) {
    if (++open_ > kMaxParentheses) {
      return Fail(begin, absl::StrCat("parentheses stand more than ", kMaxParentheses, " deep"));
    }
    ROSTER_ASSIGN(Node inner, Expression());
    if (!TakeCharacter(')')) return Fail(begin, "this parenthesis is not closed");
    --open_;
    return inner;
  }

  absl::StatusOr<Comparison> Search() {
    const size_t begin = at_;
    ROSTER_ASSIGN(const Literal text, Text());
    return At(begin, MakeSearch(fields_.search, text));
  }

  absl::StatusOr<Comparison> Compare() {
    const size_t begin = at_;
    const std::string_view name = Word(kEndOfField);
    const bool keyword =
        std::find(std::begin(kKeywords), std::end(kKeywords), name) != std::end(kKeywords);
    if (name.empty() || keyword) return Fail(begin, "a comparison, a text or ( is expected here");
    const Field* field = fields_.Find(name);
    if (field == nullptr) {
      const char* search = fields_.search.finds ? "; text to search for stands in quotes" : "";
      return Fail(begin,
                  absl::StrCat("there is no such field; there are ", fields_.Names(), search));
    }
    SkipBlanks();
    const size_t operator_at = at_;
    const std::optional<Operator> op = TakeOperator();
    if (!op) return Fail(operator_at, "an operator is expected here: = != < <= > >= or :");
    SkipBlanks();
    const size_t value_at = at_;
    ROSTER_ASSIGN(const Literal value, IsQuote() ? Text() : Value());
    return At(value_at, MakeComparison(*field, *op, value, find_id_));
  }

  // A value without quotes.
  absl::StatusOr<Literal> Value() {
    const size_t begin = at_;
    Literal value{.text = std::string(Word(kEndOfWord))};
    if (value.text.empty()) return Fail(begin, "a value is expected here");
    if (at_ < text_.size() && text_[at_] == '*') {
      value.star = true;
      ++at_;
    }
    return value;
  }

  // A value in quotes, which are there.
  absl::StatusOr<Literal> Text() {
    const size_t begin = at_;
    const char quote = text_[at_++];
    Literal text;
    for (; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == quote) {
        ++at_;
        return text;
      }
      if (text.star) return Fail(at_ - 1, "an asterisk stands at the end of a text, or as \\*");
      if (IsControl(c)) return Fail(at_, "there is a control character");
      if (c == '*') {
        text.star = true;
        continue;
      }
      if (c == '\\') {
        if (++at_ == text_.size()) break;
        c = text_[at_];
        if (std::string_view("\\\"'*").find(c) == std::string_view::npos) {
          return Fail(at_ - 1, "a backslash stands before \\, \", ' or *");
        }
      }
      text.text += c;
    }
    return Fail(begin, "this text is not closed");
  }

  std::string_view Word(std::string_view ends) {
    const size_t begin = at_;
    while (at_ < text_.size() && ends.find(text_[at_]) == ends.npos && !IsControl(text_[at_])) {
      ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

  std::optional<Operator> TakeOperator() {
    for (const auto& [sign, op] : kOperators) {
      if (text_.substr(at_, sign.size()) != sign) continue;
      at_ += sign.size();
      return op;
    }
    return std::nullopt;
  }

  // Takes the keyword, and the blanks after it, when it stands here as a word of its own.
  bool Take(std::string_view keyword) {
    const size_t begin = at_;
    if (Word(kEndOfField) != keyword) {
      at_ = begin;
      return false;
    }
    SkipBlanks();
    return true;
  }

  bool TakeCharacter(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    SkipBlanks();
    return true;
  }

  bool IsQuote() const { return at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\''); }

  void SkipBlanks() { at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size()); }

  // The comparison, or the refusal of its value, which stands there.
  absl::StatusOr<Comparison> At(size_t where, absl::StatusOr<Comparison> made) const {
    if (made.ok()) return made;
    return Fail(where, std::string(made.status().message()));
  }

  // Columns count characters, not bytes, from 1.
  absl::Status Fail(size_t where, const std::string& what) const {
    const std::string_view before = text_.substr(0, where);
    const auto column = 1 + std::count_if(before.begin(), before.end(), [](char c) {
                          return (static_cast<uint8_t>(c) & 0xc0) != 0x80;
                        });
    return RefuseFields({{.field = "filter",
                          .reason = Reason::kInvalidValue,
                          .detail = absl::StrCat("column ", column, ": ", what)}});
  }

  const Fields& fields_;
  const std::string_view text_;
  const FindId find_id_;
  size_t at_ = 0;  // no blank stands here between two steps of the grammar
  size_t comparisons_ = 0;
  size_t open_ = 0;  // parentheses
};

absl::StatusOr<Filter> Filter::Parse(const Fields& fields, std::string_view text, FindId find_id) {
  return FilterParser(fields, text, find_id).Parse();
}

}  // namespace roster::domain
