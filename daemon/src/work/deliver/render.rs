//! The body of a delivery in each format: an event in the words of the format, or the result of a study as the door of its
//! contract tells it.

use protocol::hook::HookFormat;

use crate::dialect::refynd;
use crate::domain::deliver::{HookEvent, HookResult, RenderedHook, candor, rendered, standard};

/// Renders an event.
pub(super) fn render(format: HookFormat, of: HookEvent<'_>) -> Result<RenderedHook, String> {
    match format {
        HookFormat::Standard => standard(of),
        HookFormat::Candor => candor(of),
        HookFormat::Refynd => evaluation(of.result),
    }
}

/// An evaluation that has ended, in the bytes of its result endpoint.
fn evaluation(result: Option<HookResult<'_>>) -> Result<RenderedHook, String> {
    let ended = result.and_then(|HookResult { report, held }| refynd::ended(report, held));
    let ended = ended.ok_or_else(|| "its evaluation goes on again".to_owned())?;
    rendered(ended.event(), &refynd::DataReply { data: ended })
}
