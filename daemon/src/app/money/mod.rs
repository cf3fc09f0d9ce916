//! Use cases on credits and on the real cost of calls: the ledger's balance, the monthly allowance, cost estimates,
//! caps, the upper end that was agreed, the money of one call, cost reports, and the booking of lost calls.

pub(super) mod agent_costs;
pub(super) mod agreed_cost;
pub(super) mod allowance;
pub(super) mod call_once;
pub(super) mod cost_caps;
pub(super) mod cost_estimate;
pub(super) mod cost_report;
pub(super) mod credits;
pub(super) mod lost_calls;
