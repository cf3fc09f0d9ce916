//! The result of another service as text. It is never shown as a report of ours: it says first whose it is, and each number
//! stands with the interval that its service gave, or with the words that it gave none.

use jiff::tz::TimeZone;
use protocol::external::{ExternalHead, ExternalNumber, ExternalResult, NOTICE};
use protocol::safe;

use crate::look::{Look, Role, pad, plain_punctuation, thousands};

/// Columns of a name, of a source and of a number in a list.
const NAME: usize = 30;
const SOURCE: usize = 14;

/// Who told a result, and how it is called there.
pub(crate) fn told_by(result: &ExternalResult) -> String {
    let origin = &result.origin;
    let id = safe::line(&origin.external_id);
    let mut told = format!("external · {} · source {} · {id} there", origin.service, origin.source);
    if let Some(asked) = result.content.respondents {
        told.push_str(&format!(" · {} asked there", thousands(asked)));
    }
    told
}

/// A number with its interval, and of how many answers it is.
pub(crate) fn with_interval(number: &ExternalNumber) -> (String, String) {
    let n = number.n.map_or(String::new(), |n| format!(", n = {}", thousands(n)));
    (number.value.to_string(), format!("{}{n}", number.interval()))
}

/// The whole result.
pub(crate) fn external(result: &ExternalResult, look: Look) -> String {
    let content = &result.content;
    let mut out = look.paint(Role::Strong, &safe::line(&content.name)) + "\n";
    let mut say = |text: &str, indent: &str, role: Option<Role>| {
        let text = look.glyph(text.to_owned(), plain_punctuation(text));
        for line in look.wrap(&safe::line(&text), indent, indent) {
            out.push_str(&role.map_or_else(|| line.clone(), |role| look.paint(role, &line)));
            out.push('\n');
        }
    };
    say(&told_by(result), "", Some(Role::Dim));
    say(NOTICE, "", Some(Role::Warning));
    for number in &content.numbers {
        let (value, remark) = with_interval(number);
        say(&format!("{}: {value} ({remark})", number.of), "  ", None);
    }
    if !content.findings.is_empty() {
        say("What it says to act on:", "", Some(Role::Strong));
    }
    for finding in &content.findings {
        let priority = finding.priority.as_ref().map_or(String::new(), |word| format!("{word} "));
        say(&format!("{priority}{}", finding.title), "  ", None);
        for part in finding.detail.iter().chain(&finding.action) {
            say(part, "     ", Some(Role::Dim));
        }
        for quote in &finding.quotes {
            say(&format!("“{quote}”"), "     ", Some(Role::Dim));
        }
    }
    if !content.rewrites.is_empty() {
        say("Texts that it proposes:", "", Some(Role::Strong));
    }
    for rewrite in &content.rewrites {
        let score = match rewrite.predicted {
            Some(score) => format!("predicted there: {score}, asked nobody: "),
            None => String::new(),
        };
        say(&format!("{score}{}", rewrite.text), "  ", None);
    }
    out
}

/// Results of other services, one a line.
pub(crate) fn externals(all: &[ExternalHead], zone: &TimeZone, look: Look) -> String {
    let mut out = look.paint(Role::Dim, "EXTERNAL RESULTS, which are not ours") + "\n";
    for head in all {
        let origin = &head.origin;
        let at = origin.received_at.to_zoned(zone.clone()).strftime("%m-%d %H:%M").to_string();
        let number = match &head.headline {
            Some(number) => format!("{} {}", number.value, safe::line(&number.of)),
            None => String::new(),
        };
        out.push_str(&format!(
            "{} {} {} {at} {number}\n",
            look.paint(Role::Accent, &origin.id.short()),
            pad(&look.shorten(&safe::line(&head.name), NAME), NAME),
            pad(&look.shorten(&origin.source, SOURCE), SOURCE),
        ));
    }
    out
}
