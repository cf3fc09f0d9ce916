//! The shape of exported tables. By default a cell that a spreadsheet would take for a formula gets an apostrophe, by a rule
//! that can be undone; a table for programs has the texts as they are, and one for a spreadsheet can be opened by a double
//! click.

use clap::ValueEnum;

use crate::failure::Failure;

/// What is done to cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CellForm {
    /// An apostrophe before what a spreadsheet would take for a formula
    #[default]
    Guarded,
    /// Texts as they are, for programs; unsafe in a spreadsheet
    Raw,
    /// Guarded, with a byte order mark, and an apostrophe before texts that would turn into dates or numbers
    Spreadsheet,
}

/// What is between cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CellSeparator {
    /// ,
    #[default]
    Comma,
    /// ; as spreadsheets of many countries expect it
    Semicolon,
}

/// The shape of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TableShape {
    pub(crate) cells: CellForm,
    pub(crate) separator: CellSeparator,
}

/// Columns with texts, or the ends of their names.
const TEXTS: &[&str] = &[
    "engine",
    "model",
    "persona",
    "name",
    "occupation",
    "reasoning",
    "key_theme",
    "question",
    "answer",
    "declined",
    "themes",
    "appeals",
    "concerns",
    "text",
    "not_answered",
    "missing",
    "title",
    "affected_feature",
    "clause",
    "suggested_action",
    "note",
    "content",
    "meaning",
    "values",
];

/// Longer texts are no date and no number.
const CONVERTED_CHARACTERS_MAX: usize = 24;

/// Digits of the largest number that every spreadsheet keeps.
const DIGITS_KEPT: usize = 15;

/// Letters that a spreadsheet reads beside digits: exponents, hours and months.
const LETTERS: &[&str] = &[
    "",
    "e",
    "am",
    "pm",
    "jan",
    "january",
    "feb",
    "february",
    "mar",
    "march",
    "apr",
    "april",
    "may",
    "jun",
    "june",
    "jul",
    "july",
    "aug",
    "august",
    "sep",
    "sept",
    "september",
    "oct",
    "october",
    "nov",
    "november",
    "dec",
    "december",
    "januar",
    "februar",
    "mär",
    "märz",
    "mai",
    "juni",
    "juli",
    "okt",
    "oktober",
    "dez",
    "dezember",
    "janv",
    "janvier",
    "févr",
    "février",
    "mars",
    "avr",
    "avril",
    "juin",
    "juil",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "déc",
    "décembre",
    "ene",
    "enero",
    "febrero",
    "marzo",
    "abr",
    "abril",
    "mayo",
    "junio",
    "julio",
    "ago",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "dic",
    "diciembre",
    "gen",
    "gennaio",
    "febbraio",
    "aprile",
    "mag",
    "maggio",
    "giu",
    "giugno",
    "lug",
    "luglio",
    "settembre",
    "ott",
    "ottobre",
    "dicembre",
    "maart",
    "mei",
    "augustus",
    "eur",
    "usd",
];

/// Truth values in the languages of spreadsheets.
const TRUTHS: &[&str] = &[
    "true",
    "false",
    "wahr",
    "falsch",
    "vrai",
    "faux",
    "verdadero",
    "falso",
    "vero",
    "waar",
    "onwaar",
];

impl TableShape {
    /// A writer for the first rows, or for those after them.
    pub(super) fn writer(self, begun: &[u8]) -> csv::Writer<Vec<u8>> {
        let separator = match self.separator {
            CellSeparator::Comma => b',',
            CellSeparator::Semicolon => b';',
        };
        csv::WriterBuilder::new().delimiter(separator).flexible(true).from_writer(begun.to_vec())
    }

    /// The bytes at the beginning of a file.
    pub(super) fn mark(self) -> &'static [u8] {
        match self.cells {
            CellForm::Spreadsheet => b"\xef\xbb\xbf",
            CellForm::Guarded | CellForm::Raw => b"",
        }
    }

    /// A guarded cell of a column in this shape.
    pub(super) fn cell(self, column: &str, guarded: &str) -> String {
        match self.cells {
            CellForm::Raw => unguarded(guarded),
            CellForm::Spreadsheet if is_converted(column, guarded) => format!("'{guarded}"),
            CellForm::Guarded | CellForm::Spreadsheet => guarded.to_owned(),
        }
    }

    /// A guarded table with commas in this shape.
    pub(super) fn again(self, table: Vec<u8>) -> Result<Vec<u8>, Failure> {
        if self == Self::default() {
            return Ok(table);
        }
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&table[..]);
        let mut writer = self.writer(self.mark());
        let mut head: Option<csv::StringRecord> = None;
        for row in reader.records() {
            let row = row.map_err(|error| no_table(&error))?;
            let column = |place: usize| head.as_ref().and_then(|head| head.get(place));
            let cells = row.iter().enumerate();
            let cells = cells.map(|(place, cell)| self.cell(column(place).unwrap_or(""), cell));
            let cells: Vec<String> = cells.collect();
            writer.write_record(&cells).map_err(|error| no_table(&error))?;
            if head.is_none() {
                head = Some(row);
            }
        }
        writer.into_inner().map_err(|error| {
            Failure::invalid(format!("The table cannot be written: {error}")).because(&error)
        })
    }
}

fn no_table(error: &csv::Error) -> Failure {
    Failure::invalid(format!("The table cannot be written: {error}")).because(error)
}

/// Whether an apostrophe was put before a line of a guarded cell.
pub(super) fn is_touched(cell: &str) -> bool {
    cell.split('\n').any(|line| line.starts_with('\''))
}

/// A guarded cell as the text that it was.
fn unguarded(cell: &str) -> String {
    let lines: Vec<&str> =
        cell.split('\n').map(|line| line.strip_prefix('\'').unwrap_or(line)).collect();
    lines.join("\n")
}

/// Whether a spreadsheet would make another value of a cell that is a text.
fn is_converted(column: &str, cell: &str) -> bool {
    // The digits of a seed beyond the fifteenth would become zeros.
    if column == "seed" {
        return cell.len() > DIGITS_KEPT;
    }
    let is_text = TEXTS.iter().any(|text| {
        let before = column.strip_suffix(text);
        before.is_some_and(|before| before.is_empty() || before.ends_with(['_', '.']))
    });
    if !is_text || cell.starts_with('\'') {
        return false;
    }
    // A number of any length keeps fifteen digits.
    if cell.len() > DIGITS_KEPT && cell.chars().all(|letter| letter.is_ascii_digit()) {
        return true;
    }
    if cell.chars().count() > CONVERTED_CHARACTERS_MAX {
        return false;
    }
    let lower = cell.trim().to_lowercase();
    // What a spreadsheet shows in the place of a value is an error there.
    let is_error = lower.starts_with('#') && (lower == "#n/a" || lower.ends_with(['!', '?']));
    if TRUTHS.contains(&lower.as_str()) || is_error {
        return true;
    }
    let letters: String = lower.chars().filter(|letter| letter.is_alphabetic()).collect();
    lower.contains(|letter: char| letter.is_ascii_digit()) && LETTERS.contains(&letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::csv::inert;
    use super::*;

    fn shape(cells: CellForm) -> TableShape {
        TableShape { cells, separator: CellSeparator::Comma }
    }

    #[test]
    fn a_guarded_cell_can_be_undone_and_tells_an_honest_apostrophe() {
        for text in [
            "- too dear\n- too slow",
            "+1 from me",
            "-20 % would do",
            "@home is fine",
            "'quoted already",
            "''twice",
            "fine\n'so-called' plan\n=1",
            "plain",
            "",
        ] {
            let guarded = inert(text);
            assert_eq!(shape(CellForm::Raw).cell("answer", &guarded), text);
            assert_eq!(is_touched(&guarded), guarded != text, "{text:?}");
        }
        assert_ne!(inert("'=1"), inert("=1"));
    }

    #[test]
    fn texts_that_would_turn_into_other_values_stay_texts_in_a_spreadsheet() {
        let shown =
            |column: &str, text: &str| shape(CellForm::Spreadsheet).cell(column, &inert(text));
        for text in [
            "4/5",
            "3-4",
            "00123",
            "TRUE",
            "1E5",
            "5 %",
            "1. Mai",
            "2024-05-01",
            "5 août",
            "VRAI",
            "#N/A",
            "#DIV/0!",
            "123456789012345678901234567890",
        ] {
            assert_eq!(shown("answer", text), format!("'{text}"));
            assert_eq!(shown("decoy_reasoning", text), format!("'{text}"));
            assert_eq!(shown("score", text), text, "a number is a number");
        }
        for text in ["Größe, Łódź, 日本", "Plan 2", "", "yes", "4 of 5 people would", "#1 in mail"]
        {
            assert_eq!(shown("answer", text), text);
        }
        assert_eq!(shown("seed", "9007199254740991"), "'9007199254740991");
        assert_eq!(shown("seed", "7"), "7");
    }

    #[test]
    fn a_table_is_written_again_in_another_shape() {
        let table = b"column,meaning\nname,\"a, b\"\n(x),'=1\n".to_vec();
        let semicolons =
            TableShape { cells: CellForm::Spreadsheet, separator: CellSeparator::Semicolon };
        let bytes = semicolons.again(table.clone()).unwrap();
        assert_eq!(bytes, "\u{feff}column;meaning\nname;a, b\n(x);'=1\n".as_bytes());
        let dates = b"title,share\n3-4,0.5\n".to_vec();
        let bytes = shape(CellForm::Spreadsheet).again(dates).unwrap();
        assert_eq!(bytes, "\u{feff}title,share\n'3-4,0.5\n".as_bytes());
        let raw = shape(CellForm::Raw).again(table.clone()).unwrap();
        assert_eq!(raw, b"column,meaning\nname,\"a, b\"\n(x),=1\n");
        assert_eq!(TableShape::default().again(table.clone()).unwrap(), table);
    }
}
