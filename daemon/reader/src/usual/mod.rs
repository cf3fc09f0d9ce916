//! Numbers against what is usual: a clause with a quantity is compared with a table of usual ranges, and a clause that
//! tells of a fall or a rise with the way that is good for the reader. Where nothing is known of a number, nothing is
//! said.

mod bound;
mod change;
mod context;
mod dimension;
mod measure;
mod number;
mod row;
mod scope;
mod table;
mod worth;

#[cfg(test)]
mod tests;

use crate::features::{Span, Token};
use crate::lexicon::Theme;

use bound::Bound;
use scope::Scope;

pub use context::Context;
pub use table::{USUAL, Usual};

/// What a number in a clause says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// What it speaks for or against. Of a usual number: what a better one would speak for.
    pub theme: Theme,
    /// 0 where the number is usual, up to 3.
    pub strength: f64,
    /// The number with its unit, or the change.
    pub span: Span,
}

impl Judged {
    /// Its strength with its direction: above 0 for, below 0 against.
    #[must_use]
    pub fn signed(&self) -> f64 {
        match self.theme {
            Theme::Benefit(_) => self.strength,
            Theme::Concern(_) => -self.strength,
        }
    }
}

/// Judges the numbers of one clause of `text`, by the one that lies farthest from what is usual. `None` where the clause
/// holds no number that the table knows, or asks, supposes, or speaks of others.
#[must_use]
pub fn judge(table: &Usual, text: &str, clause: &[Token], context: &Context<'_>) -> Option<Judged> {
    let scope = Scope::new(table, text, clause, context);
    let aside = match context.previous(clause) {
        [token] => table.grammar.asides.contains(&token.word),
        _ => false,
    };
    if aside
        || asks(text, clause)
        || supposes(table, &scope)
        || scope.any(&table.grammar.others, None)
    {
        return None;
    }
    if let Some(found) = change::read(table, text, &scope, clause, context) {
        let span = span(&scope, found.first, found.last)?;
        return Some(Judged { theme: found.theme, strength: found.strength, span });
    }
    let judged = (0..scope.measures.len()).filter_map(|at| one(table, &scope, clause, context, at));
    judged.fold(None, |best: Option<Judged>, next| match best {
        Some(best) if best.strength >= next.strength => Some(best),
        _ => Some(next),
    })
}

/// Judges one measure.
fn one(
    table: &Usual,
    scope: &Scope<'_>,
    clause: &[Token],
    context: &Context<'_>,
    at: usize,
) -> Option<Judged> {
    let item = scope.item(at)?;
    if item < scope.own {
        return None;
    }
    let measure = scope.measures.get(at)?;
    let bound = bound::read(table, scope, at);
    if bound == Bound::Reference {
        return None;
    }
    let row = row::choose(table, scope, clause, context, at)?;
    let signed = worth::signed(row, measure, bound)?;
    let theme =
        if signed < 0.0 { Theme::Concern(row.concern) } else { Theme::Benefit(row.benefit) };
    Some(Judged { theme, strength: signed.abs(), span: span(scope, item, item)? })
}

/// Whether the sentence of a clause ends with a question mark.
fn asks(text: &str, clause: &[Token]) -> bool {
    let rest = clause.last().and_then(|token| text.get(token.end..)).unwrap_or("");
    rest.find(['.', '!', '?', '\n'])
        .is_some_and(|at| rest.get(at..).is_some_and(|end| end.starts_with('?')))
}

/// Whether the clause is a condition.
fn supposes(table: &Usual, scope: &Scope<'_>) -> bool {
    (scope.own..scope.items.len()).any(|item| table.grammar.conditions.contains(scope.word(item)))
}

/// The text from one item to another. The label of a clause is no part of it.
fn span(scope: &Scope<'_>, first: usize, last: usize) -> Option<Span> {
    let first = scope.items.get(first.max(scope.own))?.first;
    let last = scope.items.get(last)?.last;
    Some(Span { start: scope.tokens.get(first)?.start, end: scope.tokens.get(last)?.end })
}
