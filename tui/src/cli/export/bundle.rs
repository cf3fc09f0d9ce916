//! The evidence of a study as a file: the lines come sealed from the daemon and are written as they come, page by page.

use protocol::id::StudyId;

use super::Sink;
use crate::failure::Failure;
use crate::link::{Link, call};

/// Writes every line; says how many. A reader that leaves ends it.
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
