//! Evidence bundle of a study as a file: the daemon sends sealed lines, which are written page by page.

use protocol::id::StudyId;

use super::Sink;
use crate::failure::Failure;
use crate::link::{Link, call};

/// Writes every line and returns their number. A closed reader ends the export.
pub(super) async fn write(
    study: StudyId,
    link: &Link,
    sink: &mut Sink<'_>,
) -> Result<usize, Failure> {
    let mut after = None;
    let mut count = 0;
    loop {
        let page = call!(link, evidence(study, after))?;
        count += page.lines.len();
        for mut line in page.lines {
            line.push('\n');
            sink.write(line.as_bytes())?;
        }
        if sink.is_closed() || page.next.is_none() {
            return Ok(count);
        }
        after = page.next;
    }
}
