//! Whether a text is prose: what is mostly source code, a log, a table of data or JSON says nothing that a reader of texts
//! could judge. It is told by its lines, each by its own form, weighed by their letters.

/// What a text is instead of prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NoProse {
    SourceCode,
    Log,
    DataTable,
    Structure,
}

impl NoProse {
    /// Its name.
    pub(super) const fn told(self) -> &'static str {
        match self {
            Self::SourceCode => "source code",
            Self::Log => "a log",
            Self::DataTable => "a table of data",
            Self::Structure => "data in JSON or a markup language",
        }
    }
}

/// A text is no prose from this share of its letters on; of one that also has so many words of prose, from the larger one.
const MOSTLY: f64 = 0.6;
const NEARLY_ALL: f64 = 0.8;
const PROSE_WORDS: usize = 40;
/// Fewest words of a line that is prose without a mark at its end.
const LINE_WORDS: usize = 8;
/// Most characters of a placeholder and of the words on a button.
const WITHIN_MAX: usize = 60;
/// Fewest lines by which a form is known.
const LINES: usize = 2;
/// Fewest rows of a table of data.
const ROWS: usize = 4;
/// Fewest cells of a row.
const CELLS: usize = 3;
/// Most words of a cell.
const CELL_WORDS: usize = 4;
/// Share of cells that hold a number, of a table of data.
const NUMERIC: f64 = 0.25;
/// The same of a table of few rows.
const FEW_ROWS: usize = 3;
const MOSTLY_NUMERIC: f64 = 0.6;

/// What a text mostly is, where it is no prose; blocks that are known to be code do not count.
pub(super) fn no_prose(text: &str, code: &[String]) -> Option<NoProse> {
    let mut left = text.to_owned();
    for block in code.iter().filter(|block| !block.trim().is_empty()) {
        left = left.replace(block.as_str(), "\n");
    }
    let text = left.trim();
    if is_json(text) {
        return Some(NoProse::Structure);
    }
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let letters = |line: &&str| line.chars().filter(|letter| !letter.is_whitespace()).count();
    let all: usize = lines.iter().map(letters).sum();
    let table = rows_of_data(&lines);
    let kinds = [NoProse::SourceCode, NoProse::Log, NoProse::DataTable, NoProse::Structure];
    let mut found = kinds.map(|kind| (kind, 0, 0));
    let mut prose = 0;
    for (line, is_row) in lines.iter().zip(table) {
        let kind = if is_row { Some(NoProse::DataTable) } else { of_line(line) };
        let words = line.split_whitespace().count();
        if kind.is_none() && (words >= LINE_WORDS || line.ends_with(SENTENCE_ENDS)) {
            prose += words;
        }
        let of_kind = found.iter_mut().find(|(known, ..)| Some(*known) == kind);
        if let Some((_, count, sum)) = of_kind {
            *count += 1;
            *sum += letters(line);
        }
    }
    let (count, sum) = found.iter().fold((0, 0), |(count, sum), one| (count + one.1, sum + one.2));
    // A page that explains commands or a format says much in prose, and shows more of the other.
    let most = if prose >= PROSE_WORDS { NEARLY_ALL } else { MOSTLY };
    let is_mostly = count >= LINES && sum as f64 >= most * all as f64;
    let most = found.into_iter().max_by_key(|(_, _, sum)| *sum);
    most.map(|(kind, ..)| kind).filter(|_| is_mostly)
}

fn is_json(text: &str) -> bool {
    let is_value = |text: &str| {
        text.starts_with(['{', '[']) && serde_json::from_str::<serde_json::Value>(text).is_ok()
    };
    is_value(text)
        || text.lines().count() >= LINES && text.lines().all(|line| is_value(line.trim()))
}

/// Whether a line has more numbers than words: a row of figures with blanks between them.
fn is_figures(line: &str) -> bool {
    let parts =
        line.split(|letter: char| letter.is_whitespace() || matches!(letter, ';' | '|' | ','));
    let parts: Vec<&str> = parts.filter(|part| part.contains(char::is_alphanumeric)).collect();
    let is_figure = |part: &&&str| {
        part.chars().all(|letter| letter.is_ascii_digit() || ".+-−%()".contains(letter))
    };
    let figures = parts.iter().filter(is_figure).count();
    parts.len() > 1 && 2 * figures > parts.len()
}

/// The form of a single line.
fn of_line(line: &str) -> Option<NoProse> {
    if is_figures(line) {
        Some(NoProse::DataTable)
    } else if is_log(line) {
        Some(NoProse::Log)
    } else if is_structure(line) {
        Some(NoProse::Structure)
    } else if is_code(line) {
        Some(NoProse::SourceCode)
    } else {
        None
    }
}

/// A line that begins with a time to the second, an address of the net, or a place of a program.
fn is_log(line: &str) -> bool {
    let start = line.trim_start_matches(['[', '<', '(']);
    let form: String = start
        .chars()
        .take(20)
        .map(|letter| if letter.is_ascii_digit() { '0' } else { letter })
        .collect();
    let is_time = ["0000-00-00 00:00", "0000-00-00T00:00", "0000/00/00 00:00", "00:00:00"]
        .iter()
        .any(|time| form.starts_with(time));
    // "Nov 30 16:20:21 host".
    let mut words = form.split_whitespace();
    let is_syslog = words.next().is_some_and(|month| month.len() == 3)
        && words.next().is_some_and(|day| day.chars().all(|letter| letter == '0'))
        && words.next().is_some_and(|time| time.starts_with("00:00:00"));
    let first = line.split_whitespace().next().unwrap_or_default();
    let is_host =
        first.split('.').count() == 4 && first.split('.').all(|part| part.parse::<u8>().is_ok());
    let level = first.trim_matches(|letter: char| !letter.is_alphanumeric());
    let is_level = matches!(
        level,
        "INFO" | "WARN" | "WARNING" | "ERROR" | "DEBUG" | "TRACE" | "FATAL" | "NOTICE" | "CRITICAL"
    );
    let is_place = line.starts_with("at ") && line.ends_with(')') && line.contains('(')
        || line.starts_with("Traceback ")
        || line.starts_with("File \"") && line.contains(", line ");
    is_time || is_syslog || is_host || is_level && line.len() > level.len() + 2 || is_place
}

/// A line of JSON, YAML-like lists of settings in quotes, or a markup language.
fn is_structure(line: &str) -> bool {
    let bare = line.trim_end_matches(',');
    let is_sign = !bare.is_empty() && bare.chars().all(|letter| "{}[]".contains(letter));
    let is_entry = bare.starts_with('"') && bare.contains("\":");
    let is_tag = bare.starts_with('<')
        && bare.ends_with('>')
        && bare.get(1..).is_some_and(|rest| {
            rest.starts_with(|letter: char| letter.is_ascii_alphabetic() || "/!?".contains(letter))
        });
    is_sign || is_entry || is_tag
}

/// First words of lines of code.
const KEYWORDS: &[&str] = &[
    "#include",
    "#!/bin",
    "#define",
    "import",
    "from",
    "def",
    "class",
    "fn",
    "pub",
    "let",
    "const",
    "var",
    "return",
    "if",
    "else",
    "elif",
    "for",
    "while",
    "try",
    "except",
    "catch",
    "function",
    "public",
    "private",
    "protected",
    "static",
    "void",
    "int",
    "package",
    "using",
    "namespace",
    "impl",
    "struct",
    "enum",
    "mod",
    "use",
    "async",
    "await",
    "export",
    "switch",
    "case",
    "break",
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE",
    "FROM",
    "WHERE",
    "JOIN",
    "end",
    "do",
    "then",
    "fi",
    "done",
    "echo",
    "print",
    "printf",
];

/// Marks at the end of a sentence.
const SENTENCE_ENDS: [char; 4] = ['.', '!', '?', '…'];

/// A line without the placeholders of a template, the brackets around words, as on a button, and arrows between steps: they are
/// signs of prose, not of code.
fn without_placeholders(line: &str) -> String {
    let mut left = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(letter) = rest.chars().next() {
        let is_apart = left.is_empty() || left.ends_with([' ', '"', '(', '\'']);
        let found = [("{{", "}}"), ("{", "}"), ("[", "]"), ("<", ">")].iter().find_map(|marks| {
            let (inside, behind) = enclosed(rest, marks.0, marks.1)?;
            let is_part = |letter: char| letter.is_alphanumeric() || " _.-|:,'%&→".contains(letter);
            let is_name = inside.chars().all(is_part) && inside.contains(char::is_alphabetic);
            (is_name && (is_apart || marks.0 == "{{")).then_some((inside, behind))
        });
        if let Some((inside, behind)) = found {
            left.extend(inside.chars().filter(|letter| letter.is_alphanumeric()));
            rest = behind;
        } else {
            left.push(letter);
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        }
    }
    left.replace(" -> ", " ")
}

/// What two marks enclose at the beginning of a text, and what follows; nothing where the second one is far away.
fn enclosed<'a>(text: &'a str, opens: &str, closes: &str) -> Option<(&'a str, &'a str)> {
    let inside = text.strip_prefix(opens)?;
    let end = inside.char_indices().nth(WITHIN_MAX).map_or(inside.len(), |(at, _)| at);
    let at = inside.get(..end)?.find(closes)?;
    Some((inside.get(..at)?, inside.get(at + closes.len()..)?))
}

/// A line in the form of a programming language: by its first word and its end, or by the signs in it.
fn is_code(line: &str) -> bool {
    let line = without_placeholders(line);
    let line = line.as_str();
    if line.starts_with("//")
        || line.starts_with("/*")
        || line.starts_with("*/")
        || line.starts_with("$ ")
    {
        return true;
    }
    let has_word = |words: &[&str]| line.split_whitespace().any(|word| words.contains(&word));
    if has_word(&["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE"])
        && has_word(&["FROM", "INTO", "SET", "TABLE", "VIEW", "INDEX"])
    {
        return true;
    }
    let signs = line.chars().filter(|letter| "(){}[];=<>_\\|&+*@~^`".contains(*letter)).count();
    let letters = line.chars().filter(|letter| !letter.is_whitespace()).count().max(1);
    let share = signs as f64 / letters as f64;
    let first = line.split(|letter: char| letter.is_whitespace() || letter == '(').next();
    let is_keyword = first.is_some_and(|first| KEYWORDS.contains(&first));
    let ends = line.ends_with(['{', '}', ';']) || line.ends_with("):") || line.ends_with("=>");
    let joins = ["==", "!=", "&&", "||", "=>", "->", "::", "();", " = ", "+=", ":="]
        .iter()
        .any(|sign| line.contains(sign));
    let is_sentence = line.ends_with(SENTENCE_ENDS);
    (ends && (share >= 0.06 || is_keyword || joins))
        || (is_keyword && (joins || share >= 0.08 || line.ends_with(':')) && !is_sentence)
        || (joins && share >= 0.06 && !is_sentence)
        || (share >= 0.16 && !is_sentence)
        || (is_keyword && matches!(line.split_whitespace().count(), 1 | 2) && !is_sentence)
}

/// Which lines are rows of a table of data: several in a row with as many short cells, a part of them numbers.
fn rows_of_data(lines: &[&str]) -> Vec<bool> {
    let mut is_row = vec![false; lines.len()];
    for sign in ['\t', '|', ';', ','] {
        let cells = |line: &str| -> Option<usize> {
            let cells: Vec<&str> = line.trim_matches('|').split(sign).map(str::trim).collect();
            let is_short = |cell: &&str| cell.split_whitespace().count() <= CELL_WORDS;
            let is_table = cells.len() >= CELLS && cells.iter().all(is_short);
            is_table.then_some(cells.len())
        };
        let mut from = 0;
        while from < lines.len() {
            let Some(count) = cells(lines[from]) else {
                from += 1;
                continue;
            };
            let rows = lines[from..].iter().take_while(|line| cells(line) == Some(count)).count();
            let block = &lines[from..from + rows];
            let all = block.iter().flat_map(|line| line.trim_matches('|').split(sign));
            let numeric = all.clone().filter(|cell| cell.contains(|c: char| c.is_ascii_digit()));
            let share = numeric.count() as f64 / all.count().max(1) as f64;
            let is_data =
                rows >= ROWS && share >= NUMERIC || rows >= FEW_ROWS && share >= MOSTLY_NUMERIC;
            if is_data {
                is_row[from..from + rows].fill(true);
            }
            from += rows.max(1);
        }
    }
    is_row
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "use std::fs;\n\nfn main() {\n    let text = fs::read_to_string(\"a.txt\");\n    for line in text.lines() {\n        println!(\"{line}\");\n    }\n}\n";
    const PYTHON: &str = "import os\n\ndef total(rows):\n    sum = 0\n    for row in rows:\n        if row > 3:\n            sum += row\n    return sum\n\nprint(total([1, 2, 3]))";
    const LOG: &str = "2026-11-30T16:20:21Z INFO started on port 8080\n2026-11-30T16:20:22Z WARN no key, trying again\n2026-11-30T16:20:25Z ERROR connection refused\n";
    const ACCESS: &str = "127.0.0.1 - - [30/Nov/2026] \"GET / HTTP/1.1\" 200 512\n127.0.0.1 - - [30/Nov/2026] \"GET /a HTTP/1.1\" 404 12\n";
    const DATA: &str =
        "name,age,city,score\nAda,36,Leeds,4.5\nBen,41,York,3.9\nCleo,29,Hull,4.8\nDan,52,Bath,2.2";
    const RENDERED: &str = "Month: January; Sales: 12; Costs: 8\nMonth: February; Sales: 14; Costs: 9\nMonth: March; Sales: 11; Costs: 7\nMonth: April; Sales: 15; Costs: 9";
    const JSON: &str =
        "{\n  \"name\": \"lamp\",\n  \"price\": 49,\n  \"tags\": [\"oak\", \"linen\"]\n}";
    const BROKEN: &str = "{\n  \"name\": \"lamp\",\n  \"price\": 49,\n  \"tags\": [\n    \"oak\"";
    const HTML: &str = "<div class=\"a\">\n<p>\n<b>Lamp</b>\n</p>\n</div>";
    const SQL: &str =
        "SELECT name, price FROM lamps\nWHERE price < 50 AND colour = 'oak'\nORDER BY price;";

    #[test]
    fn what_is_no_prose_is_told_by_its_lines() {
        for (text, kind) in [
            (CODE, NoProse::SourceCode),
            (PYTHON, NoProse::SourceCode),
            (SQL, NoProse::SourceCode),
            (LOG, NoProse::Log),
            (ACCESS, NoProse::Log),
            (DATA, NoProse::DataTable),
            (RENDERED, NoProse::DataTable),
            (JSON, NoProse::Structure),
            (BROKEN, NoProse::Structure),
            (HTML, NoProse::Structure),
            ("12 34 56\n78 90 12\n34 56 78\n90 11 22\n33 44 55", NoProse::DataTable),
            ("2023  120.5  130.2\n2024  141.0  99.8\n2025  12.4  88.1", NoProse::DataTable),
            (
                "Month: January; Sales: 12; Costs: 8\nMonth: February; Sales: 14; Costs: 9\nMonth: March; Sales: 11; Costs: 7",
                NoProse::DataTable,
            ),
        ] {
            assert_eq!(no_prose(text, &[]), Some(kind), "{text}");
            let beside = format!("See what it does:\n\n{text}");
            assert!(no_prose(&beside, &[]).is_some(), "{beside}");
        }
    }

    #[test]
    fn a_page_that_explains_commands_or_a_format_is_prose() {
        let said = "This tool adds up the rows of a table, and tells you in one line which of them is wrong. Nothing leaves your \
                    machine. It is free for open source and costs nine dollars a month for teams, who can cancel at any time.";
        let commands = "$ rows check --all data.csv\n$ rows fix --dry-run data.csv\n$ rows add a.csv b.csv --into c.csv\n\
                        $ rows report --format html --out r.html\n$ rows watch data/ --every 5m\n$ rows undo\n$ rows version";
        let twice = format!("{commands}\n{commands}");
        for shown in [twice.as_str(), JSON, PYTHON] {
            assert_eq!(no_prose(&format!("{said}\n\n{shown}"), &[]), None, "{shown}");
        }
        assert!(no_prose(commands, &[]).is_some());
    }

    #[test]
    fn prose_is_prose() {
        let post = "# Why we count lines\n\nA file of ten lines is read in a minute. One of a thousand is not read by anybody at all, and that is where the faults hide from us.\n\n";
        let with_code = format!("{post}{CODE}");
        let code = [CODE.trim_end().to_owned()];
        assert_eq!(no_prose(&with_code, &code), None);
        for text in [
            post,
            "Title: Oats, twice a day\nWhat if breakfast = dinner?",
            "12:30 Lunch\n13:30 The keynote\n15:00 Coffee, cake and tea",
            "- light: 800 lumens\n- cord: black linen\n- foot: oiled oak\n- warranty: 5 years",
            "Plan: Basic; Price: £5\nPlan: Team; Price: £9\n\nEvery plan can be left at any time, and keeps what you have written.",
            "Coffee £3\nTea £2\nCake £4.50\nSoup £6\nBread £1",
            "Call 0117 496 0222 or 0117 496 0223.\nOpen 9 to 5, Monday to Friday.",
            "For whom? For you.\nIf you read in bed, it is for you.\nLet it be light!",
            "I went to Leeds, York and Hull;\nI saw the lamps, the mills, the sea;\nI came back home, and I was me;",
            "Reply to this mail (by Friday) & win 1 of 12 lamps -> lamps.example.com",
            "Ada Holm, Leeds, said so.\nBen Kay, York, did not.\nWe asked 12 others, and nobody knew.",
            "👉 Get 20% off → [Shop now]\n👉 Ends Sunday!",
            "Hi {{first_name}},\n\nYour lamp {{order_id}} is here\n\nBest,\n{{sender_name}}\n{{company}}",
            "[Book now]\n[See the menu]",
            "Step 1 -> Step 2 -> Step 3\nChoose -> cook -> eat",
            "Dear [first name],\nyour visit is on <date> at <time>",
        ] {
            assert_eq!(no_prose(text, &[]), None, "{text}");
        }
    }
}
