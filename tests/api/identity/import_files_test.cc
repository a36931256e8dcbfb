// Files as programs and people write them, through the ImportUsers stream: delimiters, charsets,
// headers and lines. Tests have the names of their cases.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

using identity::v1::ImportHeader;
using Names = std::vector<std::string>;

constexpr char kHeader[] = "Name,Email,User name,Title,Groups\n";
constexpr char kAnn[] = "Ann,ann@x.org,ann,,Viewer\n";

std::string File(const std::string& rows) { return kHeader + rows; }

std::string With(const std::string& delimiter, const std::string& file) {
  return absl::StrReplaceAll(file, {{",", delimiter}});
}

// Of text in Latin-1.
std::string Utf16(std::string_view text, bool big_endian) {
  std::string bytes;
  for (const char c : text) bytes += big_endian ? std::string{'\0', c} : std::string{c, '\0'};
  return bytes;
}

// "row/line outcome" of each row.
Names PlacedOutcomes(const Imported& imported) {
  Names outcomes;
  for (const auto& row : imported.rows) {
    outcomes.push_back(absl::StrCat(row.row(), "/", row.line(), " ", OutcomeOf(row)));
  }
  return outcomes;
}

class ImportFilesTest : public testing::Test {
 protected:
  ImportHeader Header(const std::string& delimiter = "", const std::string& charset = "") const {
    ImportHeader header = PeopleHeader(home_.id);
    header.set_delimiter(delimiter);
    header.set_charset(charset);
    return header;
  }

  Imported Dry(ImportHeader header, const std::string& file, size_t piece_bytes = 64 << 10) const {
    header.set_validate_only(true);
    return ImportFile(home_.client, header, file, piece_bytes);
  }
  // How a dry run ends, and what becomes of its rows.
  std::string Told(const ImportHeader& header, const std::string& file,
                   size_t piece_bytes = 64 << 10) const {
    const Imported imported = Dry(header, file, piece_bytes);
    std::string told = imported.result.Text();
    for (const std::string& outcome : PlacedOutcomes(imported))
      absl::StrAppend(&told, ", ", outcome);
    return told;
  }
  // Refused as a whole, and nothing created.
  std::string Refusal(const ImportHeader& header, const std::string& file) const {
    const uint64_t position = home_.server->Position();
    const Imported imported = ImportFile(home_.client, header, file);
    EXPECT_EQ(imported.rows.size(), 0U);
    EXPECT_EQ(home_.server->Position(), position);
    return imported.result.Text();
  }
  // The sentence about a field of the header.
  std::string Sentence(const ImportHeader& header, const std::string& file,
                       const std::string& field) const {
    auto result = Dry(header, file).result;
    return result.descriptions[field];
  }
  // The names that a file of new users brings.
  Names Imports(const ImportHeader& header, const std::string& file,
                size_t piece_bytes = 64 << 10) const {
    const Imported imported = ImportFile(home_.client, header, file, piece_bytes);
    EXPECT_EQ(imported.result.Text(), "OK");
    Names names;
    for (const auto& row : imported.rows) {
      names.push_back(row.has_error() ? OutcomeOf(row)
                                      : home_.Get(row.user_id()).profile().full_name());
    }
    return names;
  }

  const Home home_{event::v1::PRESET_ROLE_MATRIX};
};

TEST_F(ImportFilesTest, C2_TheDelimiterIsFound) {
  for (const char* delimiter : {",", ";", "\t", "|"}) {
    EXPECT_EQ(Told(Header(), With(delimiter, File(kAnn))), "OK, 1/2 created") << delimiter;
    // Others, within quotes or fewer, do not count. Nor does it matter where the chunks end.
    EXPECT_EQ(Told(Header(),
                   With(delimiter,
                        "Name,Email,User name,Title,Groups,\"; | \t . ;;;;;\"\n"
                        "Ann,ann@x.org,ann,,Viewer\n"),
                   1),
              "OK, 1/2 created")
        << delimiter;
  }
  EXPECT_EQ(Imports(FourColumns(home_.id),
                    "\"Moss, Ann\";am@x.org;am;Viewer\n"
                    "Lee, Bob;bl@x.org;bl;Viewer\n"),
            (Names{"Moss, Ann", "Lee, Bob"}));
}

TEST_F(ImportFilesTest, C2_AFirstLineSaysTheDelimiter) {
  for (const char* line : {"sep=^\n", "SEP=^\r\n", "\"sep=^\"\r", "\xEF\xBB\xBFsep=^\n"}) {
    EXPECT_EQ(Told(Header(), line + With("^", File(kAnn))), "OK, 1/3 created") << line;
  }
  // It is no row where the delimiter is given.
  EXPECT_EQ(Told(Header("^"), "sep=,\n" + With("^", File(kAnn))), "OK, 1/3 created");
  EXPECT_EQ(Told(FourColumns(home_.id), "sep=;\nAnn;ann@x.org;ann;Viewer"), "OK, 1/2 created");
}

TEST_F(ImportFilesTest, C2_TheDelimiterIsGiven) {
  for (const char* delimiter : {":", "~", "\t", "\\"}) {
    EXPECT_EQ(Told(Header(delimiter), With(delimiter, File(kAnn))), "OK, 1/2 created");
  }
  for (const char* wrong : {"ab", "x", "1", " ", "\"", "\n", "·"}) {
    EXPECT_EQ(Refusal(Header(wrong), File(kAnn)),
              "INVALID_ARGUMENT INVALID_FIELDS [header.delimiter: INVALID_VALUE]");
  }
}

TEST_F(ImportFilesTest, C3_AByteOrderMarkDecides) {
  const std::string text = With("\t", File("Jos\xE9,jose@x.org,jose,,Viewer\r\n"));
  for (const size_t piece : {size_t{1}, size_t{3}, size_t{1000}}) {
    EXPECT_EQ(Told(Header(), "\xFF\xFE" + Utf16(text, false), piece), "OK, 1/2 created");
    EXPECT_EQ(Told(Header(), "\xFE\xFF" + Utf16(text, true), piece), "OK, 1/2 created");
  }
  EXPECT_EQ(Imports(Header(), "\xFF\xFE" + Utf16(text, false), 1), Names{"José"});
  EXPECT_EQ(Imports(Header("", "windows-1252"), "\xEF\xBB\xBF" + File("Zoë,zoe@x.org,zoe,,Viewer")),
            Names{"Zoë"});
}

TEST_F(ImportFilesTest, C3_TheCharsetIsNamed) {
  struct Case {
    const char* charset;
    std::string name;
    const char* as;
  };
  const Case cases[] = {{"windows-1252", "Ren\xE9 \x8A\x80", "René Š€"},
                        {"ISO-8859-2", "\xA3ucja", "Łucja"},
                        {"windows-1251", "\xDE\xF0\xE8\xE9", "Юрий"},
                        {"Shift_JIS", "\x93\x63\x92\x86", "田中"},
                        {"gb18030", "\x95\x32\x82\x36", "𠀀"},
                        {"macintosh", "Z\x91\x65", "Zëe"},
                        {"utf8", "Łucja", "Łucja"}};
  int number = 0;
  for (const Case& each : cases) {
    const std::string id = absl::StrCat("c", ++number);
    const std::string file = File(absl::StrCat(each.name, ",", id, "@x.org,", id, ",,Viewer\n"));
    EXPECT_EQ(Imports(Header("", each.charset), file, 1), Names{each.as}) << each.charset;
  }
  EXPECT_EQ(Told(Header("", "utf-16le"), Utf16(File(kAnn), false)), "OK, 1/2 created");
  for (const char* unknown : {"klingon", "../windows-1252", "windows-1252,swaplfnl", "ibm-99999"}) {
    EXPECT_EQ(Refusal(Header("", unknown), File(kAnn)),
              "INVALID_ARGUMENT INVALID_FIELDS [header.charset: INVALID_VALUE]")
        << unknown;
  }
}

TEST_F(ImportFilesTest, C4_OtherBytesThanTheCharsetHas) {
  const auto where = [](const char* charset, int byte, int line, int row) {
    return absl::StrCat("INVALID_ARGUMENT WRONG_CHARSET {byte: ", byte, ", charset: ", charset,
                        ", line: ", line, ", row: ", row, "}");
  };
  EXPECT_EQ(Refusal(Header(), File("Jos\xE9,jose@x.org,jose,,Viewer\n" + std::string(kAnn))),
            where("UTF-8", 38, 2, 1));
  // The lines of an editor count, blank ones too.
  EXPECT_EQ(Refusal(Header(), "\n" + File("\n\"A\nnn\",a@x.org,a,,Viewer\n\nB\xF6"
                                          "b")),
            where("UTF-8", 64, 7, 2));
  EXPECT_EQ(Refusal(Header(), "Pr\xE9nom,Email\n"), where("UTF-8", 3, 1, 0));
  EXPECT_EQ(Refusal(Header(), File("Ann\xE2\x82")), where("UTF-8", 38, 2, 1));      // cut off
  EXPECT_EQ(Refusal(Header(), Utf16(File(kAnn), false)), where("UTF-8", 2, 1, 0));  // no mark
  EXPECT_EQ(Refusal(Header("", "shift_jis"), File("\x93\x63\x92\n")), where("shift_jis", 37, 2, 1));
  EXPECT_EQ(Refusal(Header("", "utf-16be"), Utf16(File(kAnn), true) + "x"),
            where("utf-16be", 121, 3, 2));
  // However late in the file.
  const std::string good = Rows("u", 1000, "viewer");
  EXPECT_EQ(Refusal(FourColumns(home_.id), good + "\xFF,a@x.org,a,viewer\n"),
            where("UTF-8", static_cast<int>(good.size()) + 1, 1001, 1001));
  EXPECT_EQ(home_.Names(), Names{"first"});
}

TEST_F(ImportFilesTest, C5_AColumnThatTheFileDoesNotHave) {
  const std::string file = "Name,E-mail,Username\nAnn,ann@x.org,ann\n";
  EXPECT_EQ(Refusal(Header(), file),
            "INVALID_ARGUMENT INVALID_FIELDS [header.mapping.1.column: INVALID_VALUE, "
            "header.mapping.2.column: INVALID_VALUE, header.mapping.4.column: INVALID_VALUE]");
  EXPECT_EQ(Sentence(Header(), file, "header.mapping.1.column"),
            "the file has no column EMAIL, but: Name, E-mail, Username");
  // Many columns, and long ones, are not all told.
  std::string many = std::string(5000, 'x');
  for (int i = 0; i < 200; ++i) absl::StrAppend(&many, ",column ", i);
  EXPECT_EQ(Sentence(Header(), many, "header.mapping.0.column"),
            "the file has no column name, but: 201 more");
  const std::string some = Sentence(Header(), many.substr(5001), "header.mapping.4.column");
  EXPECT_EQ(some.substr(0, 50), "the file has no column Groups, but: column 0, colu");
  EXPECT_EQ(some.substr(some.rfind(" and ")), " and 163 more");
}

TEST_F(ImportFilesTest, C5_AFileWithoutRows) {
  for (const char* file : {"", "\n", "\r\n \r\n\n", "\xEF\xBB\xBF", ",,,,\n ,\n", "\"\"\n"}) {
    EXPECT_EQ(Refusal(Header(), file), "INVALID_ARGUMENT EMPTY_FILE") << file;
    EXPECT_EQ(Refusal(FourColumns(home_.id), file), "INVALID_ARGUMENT EMPTY_FILE") << file;
  }
  EXPECT_EQ(Told(Header(), std::string(kHeader)), "OK");
}

TEST_F(ImportFilesTest, C5_ATitleAboveTheHeader) {
  for (const char* title : {"Our people\n", "Our people;;;;\n", "Our people\n\nin 2026\n"}) {
    const std::string file = title + With(";", File(kAnn));
    EXPECT_EQ(Refusal(Header(), file),
              "INVALID_ARGUMENT INVALID_FIELDS [header.has_header: INVALID_VALUE]");
    EXPECT_EQ(Sentence(Header(), file, "header.has_header"),
              absl::StrCat("the names of the columns stand in line ",
                           title == std::string("Our people\n\nin 2026\n") ? 4 : 2,
                           " of the file: take away the rows above it"));
  }
}

TEST_F(ImportFilesTest, C5_ColumnsThatMayBeMissing) {
  EXPECT_EQ(Told(Header(), "Name,Email,User name,Groups\nAnn,ann@x.org,ann,Viewer\n"),
            "OK, 1/2 created");
  // Users without their roles are not what was asked for.
  EXPECT_EQ(Refusal(Header(), "Name,Email,User name,Title\nAnn,ann@x.org,ann,\n"),
            "INVALID_ARGUMENT INVALID_FIELDS [header.mapping.4.column: INVALID_VALUE]");
  // One of two ways to name a user is enough.
  ImportHeader header = Header();
  for (const auto field :
       {identity::v1::IMPORT_FIELD_GIVEN_NAME, identity::v1::IMPORT_FIELD_FAMILY_NAME}) {
    auto& mapping = *header.add_mapping();
    mapping.set_name(ImportField_Name(field));
    mapping.set_field(field);
  }
  EXPECT_EQ(Told(header, File(kAnn)), "OK, 1/2 created");
  EXPECT_EQ(Told(header,
                 "import_field_given_name,import_field_family_name,Email,User name,Groups\n"
                 "Ann,Moss,ann@x.org,ann,Viewer\n"),
            "OK, 1/2 created");
  EXPECT_EQ(Refusal(header, "import_field_given_name,Email,User name,Groups\n"),
            "INVALID_ARGUMENT INVALID_FIELDS [header.mapping.0.column: INVALID_VALUE, "
            "header.mapping.6.column: INVALID_VALUE]");
}

TEST_F(ImportFilesTest, C8_RowsAndLines) {
  const std::string file =
      "\r\n"
      "Name,Email,User name,Title,Groups\r\n"
      "\r\n"
      "Ann,ann@x.org,ann,\"Head of\r\nResearch\n\nand more\",Viewer\r\n"
      "\r\n"
      "Bob,bad,bob,,Viewer\r\n"
      ",,,,\r\n"
      "Cid,cid@x.org,cid,,Viewer";
  for (const size_t piece : {1, 2, 7, 1000}) {
    EXPECT_EQ(Told(Header(), file, piece),
              "OK, 1/4 created, 2/9 INVALID_EMAIL email, 3/11 created");
  }
  std::string returns = absl::StrReplaceAll(file, {{"\r\n", "\r"}, {"\n", "\r"}});
  EXPECT_EQ(Told(Header(), returns), "OK, 1/4 created, 2/9 INVALID_EMAIL email, 3/11 created");
  // The file as a whole is refused with the same numbers.
  EXPECT_EQ(Refusal(Header(), File("\"Ann\"x,ann@x.org,ann,,Viewer\n")),
            "INVALID_ARGUMENT MALFORMED_CSV {line: 2, row: 1}");
  EXPECT_EQ(Refusal(Header(), file + "\n\nDee,\"open\n\n"),
            "INVALID_ARGUMENT MALFORMED_CSV {line: 13, row: 4}");
  EXPECT_EQ(Refusal(Header(), "\"Name\"s\n"), "INVALID_ARGUMENT MALFORMED_CSV {line: 1, row: 0}");
  EXPECT_EQ(Refusal(Header(), file + "\n" + std::string(256, ';') + std::string(256, ',') + "\n"),
            "RESOURCE_EXHAUSTED LIMIT_EXCEEDED {limit: columns, line: 12, row: 4, value: 256}");
}

TEST_F(ImportFilesTest, C11_RowsOfDelimitersAlone) {
  const std::string file =
      File(absl::StrCat(",,,,\n", kAnn, ",,,,\n , ,\"\",,\n\xC2\xA0,,,,\n,\n"));
  EXPECT_EQ(Told(Header(), file), "OK, 1/3 created");
  EXPECT_EQ(Dry(Header(), file).summary.rows(), 1U);
}

TEST_F(ImportFilesTest, C12_LastCellsLeftOut) {
  const Home home(event::v1::PRESET_WORKFORCE);  // where a role may come later
  const auto imported = ImportFile(home.client, PeopleHeader(home.id),
                                   File("Ann,ann@x.org,ann\nBob,bob@x.org,bob,Head\n"
                                        "Cid,cid@x.org\nDee,dee@x.org,dee,,,\n"));
  EXPECT_EQ(PlacedOutcomes(imported),
            (Names{"1/2 created", "2/3 created", "3/4 COLUMN_COUNT", "4/5 COLUMN_COUNT"}));
  EXPECT_EQ(home.Get(imported.rows[1].user_id()).profile().title(), "Head");
  const auto& few = imported.rows[2].error().metadata();
  EXPECT_EQ(few.at("columns") + " of " + few.at("expected"), "2 of 5");
  const auto& many = imported.rows[3].error().metadata();
  EXPECT_EQ(many.at("columns") + " of " + many.at("expected"), "6 of 5");
  // Without a header too, in the first row as in others.
  const auto other = ImportFile(home.client, FourColumns(home.id),
                                "Eve,eve@x.org,eve\nFay,fay@x.org,fay,auditor\n");
  EXPECT_EQ(PlacedOutcomes(other), (Names{"1/1 created", "2/2 created"}));
  // But a column that no row has is a mistake.
  EXPECT_EQ(ImportFile(home.client, FourColumns(home.id), "Gus,gus@x.org,gus\n").result.Text(),
            "INVALID_ARGUMENT INVALID_FIELDS [header.mapping.3.column: INVALID_VALUE]");
}

TEST_F(ImportFilesTest, C15_BlanksAndWhatNobodySees) {
  EXPECT_EQ(Imports(Header(), File("\xC2\xA0"
                                   "Ann\xE2\x80\x8B,\xE3\x80\x80"
                                   "ann@x.org\xC2\xA0,ann,,"
                                   "\xC2\xA0Viewer\n")),
            Names{"Ann"});
  const auto imported = Dry(Header(), File("B\xC2\xAD"
                                           "ob,bob@x.org,bob,,Viewer\n"));
  ASSERT_EQ(imported.rows.size(), 1U);
  EXPECT_EQ(imported.rows[0].error().message(),
            "the text has a character that nobody sees, U+00AD, as its character 2");
}

}  // namespace
}  // namespace roster::api_test
