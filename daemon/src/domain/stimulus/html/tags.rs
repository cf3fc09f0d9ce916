//! The tags of a text, with their elements: which of them belong together, and what becomes of each. A `<` that begins no
//! tag is a letter.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What becomes of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ElementKind {
    /// Nobody sees what is in it.
    Unseen,
    /// A paragraph of its own.
    Block,
    /// A list; that of numbers counts its entries.
    List,
    NumberedList,
    /// An entry of a list.
    Entry,
    /// A line of its own, such as the row of a table.
    Row,
    /// The cell of a row.
    Cell,
    /// Text as it was set, with its lines.
    Preformatted,
    /// Words that no longer hold.
    Struck,
    /// A part of a line.
    Inline,
    /// The end of a line.
    LineBreak,
    /// A line between two paragraphs.
    Rule,
    Picture,
    /// Nothing to see and nothing in it.
    Empty,
}

impl ElementKind {
    /// Whether it has no closing tag.
    pub(super) fn is_void(self) -> bool {
        matches!(self, Self::LineBreak | Self::Rule | Self::Picture | Self::Empty)
    }
}

/// Elements by name.
const ELEMENTS: &[(ElementKind, &[&str])] = &[
    (
        ElementKind::Unseen,
        &[
            "script", "style", "head", "title", "noscript", "template", "svg", "math", "iframe",
            "object", "canvas", "audio", "video", "select", "datalist",
        ],
    ),
    (
        ElementKind::Block,
        &[
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "button",
            "caption",
            "center",
            "details",
            "dialog",
            "div",
            "dl",
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "html",
            "legend",
            "main",
            "nav",
            "p",
            "search",
            "section",
            "summary",
            "table",
        ],
    ),
    (ElementKind::List, &["ul", "menu"]),
    (ElementKind::NumberedList, &["ol"]),
    (ElementKind::Entry, &["li"]),
    (ElementKind::Row, &["tr", "dt", "dd"]),
    (ElementKind::Cell, &["td", "th"]),
    (ElementKind::Preformatted, &["pre"]),
    (ElementKind::Struck, &["del", "s", "strike"]),
    (
        ElementKind::Inline,
        &[
            "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font",
            "i", "ins", "kbd", "label", "mark", "output", "picture", "q", "samp", "small", "span",
            "strong", "sub", "sup", "tbody", "tfoot", "thead", "time", "tt", "u", "var",
        ],
    ),
    (ElementKind::LineBreak, &["br"]),
    (ElementKind::Rule, &["hr"]),
    (ElementKind::Picture, &["img"]),
    (
        ElementKind::Empty,
        &["area", "base", "col", "embed", "input", "link", "meta", "source", "track", "wbr"],
    ),
];

/// Which part of an element a tag is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TagForm {
    Opens,
    Closes,
    /// The element has no content.
    Alone,
}

/// Whether the tags of elements that HTML does not know are tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OtherTags {
    /// They are, and so are all declarations and comments.
    Read,
    /// They are words; declarations with a name are none.
    Words,
}

/// One tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HtmlTag {
    /// Empty for an element that HTML does not know.
    pub(super) name: &'static str,
    pub(super) kind: ElementKind,
    pub(super) form: TagForm,
    /// Its place, in bytes.
    pub(super) at: Range<usize>,
    /// The text that stands for a picture.
    pub(super) caption: String,
    /// The other tag of its element, by its place among the tags.
    pub(super) partner: Option<usize>,
    /// Whether it stands in a list or a table that is closed behind it.
    pub(super) is_in_list: bool,
}

/// The kind of an element and its name, where HTML knows it.
pub(super) fn kind_of(name: &str) -> Option<(&'static str, ElementKind)> {
    ELEMENTS.iter().find_map(|(kind, names)| {
        let known = names.iter().copied().find(|known| *known == name)?;
        Some((known, *kind))
    })
}

/// The tags of a text in their order, those in `code` excepted, whose places are in order too.
pub(super) fn tags_of(source: &str, code: &[Range<usize>], other: OtherTags) -> Vec<HtmlTag> {
    let lower = source.to_ascii_lowercase();
    let mut code = code.iter().peekable();
    let mut found: Vec<HtmlTag> = Vec::new();
    let mut never_closed: BTreeSet<&'static str> = BTreeSet::new();
    // A text of nothing but beginnings of tags is not read to its end again and again.
    let mut patience = source.len().saturating_mul(64);
    let mut from = 0;
    while let Some(at) = source.get(from..).and_then(|rest| rest.find('<')).map(|at| from + at) {
        from = at + 1;
        while code.peek().is_some_and(|block| block.end <= at) {
            code.next();
        }
        if let Some(block) = code.peek().filter(|block| block.start <= at) {
            from = block.end;
            continue;
        }
        if patience == 0 {
            break;
        }
        let Some(tag) = read_tag(source, at, other, &mut patience) else { continue };
        from = tag.at.end;
        let is_raw = tag.form == TagForm::Opens && matches!(tag.name, "script" | "style");
        if is_raw && !never_closed.contains(tag.name) {
            let closes = format!("</{}", tag.name);
            match lower.get(from..).and_then(|rest| rest.find(&closes)) {
                Some(length) => from += length,
                None => {
                    never_closed.insert(tag.name);
                }
            }
        }
        found.push(tag);
    }
    pair(&mut found);
    note_lists(&mut found);
    found
}

/// Notes which tags stand in a list or a table, in one pass: a text may be nothing but tags.
fn note_lists(tags: &mut [HtmlTag]) {
    let mut until = 0;
    for place in 0..tags.len() {
        let Some(tag) = tags.get(place) else { continue };
        let is_in_list = tag.at.start < until;
        let is_list = matches!(tag.kind, ElementKind::List | ElementKind::NumberedList);
        let opens = tag.form == TagForm::Opens && (is_list || tag.name == "table");
        let partner = tag.partner.filter(|_| opens).and_then(|partner| tags.get(partner));
        until = partner.map_or(until, |partner| until.max(partner.at.start));
        if let Some(tag) = tags.get_mut(place) {
            tag.is_in_list = is_in_list;
        }
    }
}

/// Reads the tag that begins at a `<`. How far was read in vain is taken from `patience`.
fn read_tag(source: &str, at: usize, other: OtherTags, patience: &mut usize) -> Option<HtmlTag> {
    let rest = source.get(at + 1..)?;
    let empty = |length: usize| HtmlTag {
        name: "",
        kind: ElementKind::Empty,
        form: TagForm::Alone,
        at: at..at + 1 + length,
        caption: String::new(),
        partner: None,
        is_in_list: false,
    };
    if rest.starts_with(['!', '?']) {
        let is_declaration = rest.get(1..).is_some_and(|rest| {
            rest.starts_with("[CDATA[") || rest.starts_with(|sign: char| sign.is_ascii_alphabetic())
        });
        // In Markdown comments are taken out before, and `<!` alone is an arrow or an exclamation.
        if other == OtherTags::Words && !is_declaration {
            return None;
        }
        let ends = [("!--", "-->"), ("![CDATA[", "]]>")];
        let end = ends.iter().find(|(begins, _)| rest.starts_with(*begins)).map(|(_, end)| *end);
        let end = match end {
            Some(end) => end,
            None if rest.starts_with('?') && other == OtherTags::Words => "?>",
            None => ">",
        };
        let Some(length) = rest.find(end) else {
            *patience = patience.saturating_sub(rest.len());
            return None;
        };
        return Some(empty(length + end.len()));
    }
    let (rest, is_closing) = match rest.strip_prefix('/') {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    if !rest.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        return None;
    }
    let is_end = |letter: char| letter.is_whitespace() || matches!(letter, '>' | '/');
    let Some(end) = rest.find(is_end) else {
        *patience = patience.saturating_sub(rest.len());
        return None;
    };
    let (name, inside) = rest.split_at(end);
    let length = match end_of_tag(inside) {
        Ok(length) => length,
        Err(read) => {
            *patience = patience.saturating_sub(read);
            return None;
        }
    };
    let all = usize::from(is_closing) + name.len() + length;
    let Some((name, kind)) = kind_of(&name.to_ascii_lowercase()) else {
        let is_name = name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | ':' | '_'));
        // Word processors have elements with a name before their name.
        let is_prefixed = name.split_once(':').is_some_and(|(prefix, rest)| {
            !prefix.is_empty() && !rest.is_empty() && !rest.contains(':')
        });
        return ((other == OtherTags::Read || is_prefixed) && is_name).then(|| empty(all));
    };
    let inside = inside.get(..length.saturating_sub(1)).unwrap_or_default();
    let given = attributes(inside);
    let form = if is_closing {
        TagForm::Closes
    } else if kind.is_void() || inside.trim_end().ends_with('/') {
        TagForm::Alone
    } else {
        TagForm::Opens
    };
    let caption = given.iter().find(|(name, _)| name == "alt").map(|(_, value)| *value);
    let kind = if is_hidden(&given) { hidden_kind(kind) } else { kind };
    Some(HtmlTag {
        name,
        kind,
        form,
        caption: caption.unwrap_or_default().to_owned(),
        ..empty(all)
    })
}

/// What stands before the words of a raised element, where the digits on both sides of it would become another number: the price
/// `$9<sup>99</sup>` is no $999, and 10<sup>2</sup> no 102.
pub(super) fn sign_before(tag: &HtmlTag, before: &str, rest: &str) -> &'static str {
    let is_digit = |letter: char| letter.is_ascii_digit();
    let raised = rest.len() - rest.trim_start_matches(is_digit).len();
    let opens = tag.name == "sup" && tag.form == TagForm::Opens;
    if !opens || raised == 0 || !before.ends_with(is_digit) {
        return "";
    }
    let currency = before.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == ',');
    if raised == 2 && currency.ends_with(['$', '€', '£', '¥']) { "." } else { "^" }
}

/// What becomes of an element of that kind that is not shown.
fn hidden_kind(kind: ElementKind) -> ElementKind {
    if kind.is_void() { ElementKind::Empty } else { ElementKind::Unseen }
}

fn is_hidden(attributes: &[(String, &str)]) -> bool {
    attributes.iter().any(|(name, value)| match name.as_str() {
        "hidden" => true,
        "style" => {
            let style: String = value.split_whitespace().collect();
            let style = style.to_ascii_lowercase();
            let is_unseen = |part: &str| {
                let part = part.trim_end_matches("!important");
                matches!(part, "opacity:0" | "opacity:0%" | "mso-hide:all")
            };
            style.contains("display:none")
                || style.contains("visibility:hidden")
                || style.split(';').any(is_unseen)
        }
        _ => false,
    })
}

/// The length of what stands behind the name of a tag, up to and including its end; where it has none, how far was read.
fn end_of_tag(inside: &str) -> Result<usize, usize> {
    let mut quote = None;
    let mut before = ' ';
    for (at, letter) in inside.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some(_), _) => {}
            (None, '>') => return Ok(at + 1),
            (None, '<') => return Err(at),
            (None, '"' | '\'') if before == '=' => quote = Some(letter),
            (None, _) => {}
        }
        if !letter.is_whitespace() {
            before = letter;
        }
    }
    Err(inside.len())
}

/// The attributes of a tag: names in small letters, with their values.
fn attributes(inside: &str) -> Vec<(String, &str)> {
    let is_gap = |letter: char| letter.is_whitespace() || letter == '/';
    let mut found = Vec::new();
    let mut rest = inside.trim_start_matches(is_gap);
    while !rest.is_empty() {
        let end = rest.find(|letter: char| is_gap(letter) || letter == '=').unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let (value, left) = match behind.trim_start().strip_prefix('=') {
            Some(value) => value_of(value.trim_start()),
            None => ("", behind),
        };
        found.push((name.to_ascii_lowercase(), value));
        rest = left.trim_start_matches(is_gap);
    }
    found
}

/// The value at the beginning of a text, and what follows it.
fn value_of(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            return inside.split_once(quote).unwrap_or((inside, ""));
        }
    }
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// Finds the two tags of each element: a closing tag belongs to the last one of its name that is open.
fn pair(tags: &mut [HtmlTag]) {
    let mut open: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
    let mut pairs = Vec::new();
    for (place, tag) in tags.iter().enumerate() {
        match tag.form {
            TagForm::Opens => open.entry(tag.name).or_default().push(place),
            TagForm::Closes => {
                if let Some(opening) = open.get_mut(tag.name).and_then(Vec::pop) {
                    pairs.push((opening, place));
                }
            }
            TagForm::Alone => {}
        }
    }
    for (opening, closing) in pairs {
        if let Some(tag) = tags.get_mut(opening) {
            tag.partner = Some(closing);
        }
        if let Some(tag) = tags.get_mut(closing) {
            tag.partner = Some(opening);
        }
    }
}
