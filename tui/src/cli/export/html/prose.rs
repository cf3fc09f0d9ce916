//! Stimulus texts as HTML paragraphs: blank lines separate them, headings are bold, lists keep their lines, and
//! hard-wrapped lines flow again. The exact wording is in the report as well.

use super::escape;

/// From this length on, a line break is treated as hard wrapping and not as the end of a paragraph.
const WRAPPED: usize = 60;

/// The text as paragraphs, fully escaped.
pub(super) fn paragraphs(text: &str) -> String {
    let mut out = String::new();
    let mut open = false;
    // Escaped line by line, so that the original characters are examined.
    let mut flows = false;
    for line in text.trim().lines() {
        let bare = line.trim();
        let heading = heading(bare);
        if open && (bare.is_empty() || heading.is_some()) {
            out.push_str("</p>\n");
            open = false;
        }
        if let Some(words) = heading {
            out.push_str("<p class=\"heading\">");
            out.push_str(&escape(words));
            out.push_str("</p>\n");
        } else if !bare.is_empty() {
            let item = is_item(bare);
            out.push_str(match (open, flows && !item) {
                (false, _) => "<p>",
                (true, true) => " ",
                (true, false) => "<br>\n",
            });
            out.push_str(&escape(bare));
            open = true;
            flows = line.chars().count() >= WRAPPED && !line.ends_with("  ");
        }
    }
    if open {
        out.push_str("</p>\n");
    }
    out
}

/// The text of a heading line.
fn heading(line: &str) -> Option<&str> {
    let words = line.trim_start_matches('#');
    let marks = line.len() - words.len();
    ((1..=6).contains(&marks) && words.starts_with(' ')).then(|| words.trim())
}

/// Whether a line is a list item.
fn is_item(line: &str) -> bool {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    line.starts_with("- ")
        || line.starts_with("* ")
        || (digits > 0 && (line[digits..].starts_with(". ") || line[digits..].starts_with(") ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_flow_and_short_ones_stay() {
        let long = "A weekly box with everything for four dinners for two, measured and washed.";
        assert_eq!(paragraphs(&format!("{long}\nRate it.")), format!("<p>{long} Rate it.</p>\n"));
        assert_eq!(paragraphs("Fresh.\nFast."), "<p>Fresh.<br>\nFast.</p>\n");
        assert_eq!(
            paragraphs(&format!("{long}\n- one\n- two\n\nEnd")),
            format!("<p>{long}<br>\n- one<br>\n- two</p>\n<p>End</p>\n")
        );
    }

    #[test]
    fn headings_are_bold_and_nothing_is_markup() {
        assert_eq!(
            paragraphs("# <b>Fresh</b>\n\n#1 in <i>taste</i>"),
            "<p class=\"heading\">&lt;b&gt;Fresh&lt;/b&gt;</p>\n<p>#1 in &lt;i&gt;taste&lt;/i&gt;</p>\n"
        );
    }
}
