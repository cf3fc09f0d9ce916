//! The findings as a table beside the CSV export, one row each, with what became of it.

use protocol::results::{Finding, Report};

use super::csv::inert;
use crate::failure::Failure;

/// The columns of the table.
const COLUMNS: [&str; 10] = [
    "finding",
    "priority",
    "status",
    "title",
    "category",
    "affected_feature",
    "times_mentioned",
    "clause",
    "suggested_action",
    "note",
];

/// The table; `None` for a study without findings.
pub(super) fn table(report: &Report) -> Option<Result<Vec<u8>, Failure>> {
    let findings = &report.found()?.findings;
    (!findings.is_empty()).then(|| rows(findings).map_err(|error| no_table(&error)))
}

fn no_table(error: &csv::Error) -> Failure {
    Failure::invalid(format!("The findings cannot be written: {error}")).because(error)
}

fn rows(findings: &[Finding]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for finding in findings {
        let id = finding.id.to_string();
        let times = finding.times_mentioned.to_string();
        writer.write_record([
            id.as_str(),
            finding.priority.as_str(),
            finding.status().as_str(),
            &inert(&finding.title),
            finding.category.as_str(),
            &inert(&finding.affected_feature),
            &times,
            &inert(finding.clause.as_deref().unwrap_or_default()),
            &inert(&finding.suggested_action),
            &inert(finding.note().unwrap_or_default()),
        ])?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixtures;

    #[test]
    fn a_finding_has_a_row_with_its_status_and_no_formula() {
        let mut report = fixtures::concept_test();
        if let Some(results) = &mut report.results {
            results.findings[0].title = "=cmd() concerns 53 % of the panel".into();
        }
        let text = String::from_utf8(table(&report).unwrap().unwrap()).unwrap();
        let row = text.lines().nth(1).unwrap();
        assert!(row.starts_with("1,P1,open,'=cmd() concerns"), "{text}");
        assert_eq!(text.lines().count(), 2);
        if let Some(results) = &mut report.results {
            results.findings.clear();
        }
        assert!(table(&report).is_none());
    }
}
