//! State of the screen Hooks: the endpoints, the newest deliveries, the sources and what came in from them as the daemon
//! last told it, the delivery under the cursor in full, and the cursors.

use protocol::hook::{Delivery, DeliveryDetail, Endpoint};
use protocol::hook_in::{HookSource, ReceivedHook};

use crate::station::widgets::window::Window;

/// The panes of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum HookPane {
    /// The deliveries.
    #[default]
    Deliveries,
    /// The endpoints.
    Endpoints,
    /// The sources of hooks that come in.
    Sources,
}

impl HookPane {
    /// In the order of the Tab key.
    pub(crate) const ALL: [Self; 3] = [Self::Deliveries, Self::Endpoints, Self::Sources];
}

/// What the daemon told of webhooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookList {
    /// The endpoints.
    pub endpoints: Vec<Endpoint>,
    /// The newest deliveries.
    pub deliveries: Vec<Delivery>,
    /// The sources.
    pub sources: Vec<HookSource>,
    /// What came in last, newest first.
    pub received: Vec<ReceivedHook>,
}

/// The state of the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HooksView {
    /// None before the daemon has told.
    pub(crate) told: Option<HookList>,
    /// The delivery that was last looked at in full.
    pub(crate) detail: Option<DeliveryDetail>,
    /// The cursor in the deliveries.
    pub(crate) list: Window,
    /// The cursor in the endpoints.
    pub(crate) ends: Window,
    /// The cursor in the sources.
    pub(crate) sources: Window,
    /// The focused pane.
    pub(crate) pane: HookPane,
}

impl HooksView {
    /// The delivery under the cursor.
    pub(crate) fn delivery(&self) -> Option<&Delivery> {
        self.told.as_ref()?.deliveries.get(self.list.cursor)
    }

    /// The endpoint under the cursor, or that of the delivery under the cursor.
    pub(crate) fn endpoint(&self) -> Option<&Endpoint> {
        let endpoints = &self.told.as_ref()?.endpoints;
        match self.pane {
            HookPane::Endpoints => endpoints.get(self.ends.cursor),
            HookPane::Sources => None,
            HookPane::Deliveries => match self.delivery() {
                Some(delivery) => endpoints.iter().find(|one| one.id == delivery.endpoint),
                None => endpoints.first(),
            },
        }
    }

    /// The delivery under the cursor with what is sent, where that is loaded.
    pub(crate) fn shown(&self) -> Option<&DeliveryDetail> {
        let id = &self.delivery()?.id;
        self.detail.as_ref().filter(|detail| detail.delivery.id == *id)
    }

    /// Rows of the focused pane.
    pub(crate) fn rows(&self) -> usize {
        self.told.as_ref().map_or(0, |told| match self.pane {
            HookPane::Deliveries => told.deliveries.len(),
            HookPane::Endpoints => told.endpoints.len(),
            HookPane::Sources => told.sources.len(),
        })
    }

    /// The source under the cursor.
    pub(crate) fn source(&self) -> Option<&HookSource> {
        self.told.as_ref()?.sources.get(self.sources.cursor)
    }
}
