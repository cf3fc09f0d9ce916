//! The owner's credits: the balance, the grants and every movement.

use std::ops::ControlFlow;
use std::sync::Arc;

use protocol::credits::{Credits, UsdMicros};
use protocol::error::{ApiError, ErrorCode};
use protocol::event::EventData;
use protocol::ledger::{Amount, Balance as WireBalance, Transfer};
use protocol::service::{Page, Reply};

use crate::domain::ledger::{Account, Spendable, grant};
use crate::store::rows::{Balance, TransferRow};
use crate::store::{Fault, Order, Reader, UseCaseError, Writes};

use crate::app::money::allowance::{credits_in, is_month_open, open_purse, purse};
use crate::app::studies::transition::defect;
use crate::app::{Caller, Core, Scope, Settings};

/// Movements on one page.
const PAGE_MAX: u32 = 500;
/// Credits in one grant; far below what could overflow a sum.
const GRANT_MAX: Credits = Credits(1_000_000_000_000);

impl Core {
    /// Where the budget stands. Books the month's allowance when a month has begun.
    pub(crate) async fn credits(&self, caller: &Caller) -> Reply<WireBalance> {
        caller.may(Scope::Read)?;
        let now = self.world().clock.now();
        let look = move |core: &Self| {
            let settings = core.settings();
            Ok(core.store().read(|reader| -> Result<_, Fault> {
                let purse = purse(reader, settings, now)?;
                Ok((balance(reader, settings, &purse)?, !is_month_open(reader, now)?))
            })?)
        };
        let (balance, due) = self.looking(look).await?;
        if !due || self.store().degraded().is_some() {
            return Ok(balance);
        }
        let settings = Arc::clone(self.settings());
        self.store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                let purse = open_purse(reader, &mut writes, &settings)?;
                Ok((balance_after(reader, &settings, &purse)?, writes))
            })
            .await
    }

    /// Credits that can be spent now; this month's allowance counts, booked or not.
    pub(in crate::app) fn spendable(&self) -> Reply<Credits> {
        let now = self.world().clock.now();
        let purse = self.store().read(|reader| purse(reader, self.settings(), now))?;
        Ok(purse.spendable().unwrap_or_default())
    }

    /// Adds credits that do not lapse.
    pub(crate) async fn grant(&self, caller: &Caller, credits: Credits) -> Reply<WireBalance> {
        caller.may(Scope::Operate)?;
        if credits <= Credits::ZERO || credits > GRANT_MAX {
            return Err(ApiError::new(
                ErrorCode::InvalidInput,
                format!("{credits} credits cannot be granted"),
            )
            .hint(format!("Grant between 1 and {GRANT_MAX}")));
        }
        let now = self.world().clock.now();
        let key = self.world().ids.fresh().to_string();
        let settings = Arc::clone(self.settings());
        self.store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                let mut purse = open_purse(reader, &mut writes, &settings)?;
                purse.granted = purse.granted.checked_add(credits).ok_or_else(|| {
                    ApiError::new(ErrorCode::InvalidInput, "So many credits do not fit")
                })?;
                writes.book(grant(&key, credits).map_err(|error| defect(&error))?);
                writes.announce(None, EventData::Granted { credits });
                Ok((balance_after(reader, &settings, &purse)?, writes))
            })
            .await
    }

    /// Movements, newest first, from `offset` on. The books are the installation's, with what every owner did.
    pub(crate) async fn statement(
        &self,
        caller: &Caller,
        offset: u32,
        limit: u32,
    ) -> Reply<Page<Transfer>> {
        caller.may(Scope::Operate)?;
        let limit = limit.clamp(1, PAGE_MAX);
        self.looking(move |core| {
            core.look(|reader| {
                let last = reader.last_key::<TransferRow>()?.unwrap_or(0);
                let newest = last.saturating_sub(u64::from(offset));
                let oldest = newest.saturating_sub(u64::from(limit)).saturating_add(1);
                let mut items = Vec::new();
                if newest > 0 {
                    reader.scan::<TransferRow>(&oldest, &newest, Order::Falling, |_, row| {
                        items.push(row.0);
                        Ok(ControlFlow::Continue(()))
                    })?;
                }
                let more = oldest > 1 && newest > 0;
                Ok(Page { items, next: more.then(|| offset.saturating_add(limit)) })
            })
        })
        .await
    }
}

fn balance_after(
    reader: &Reader<'_>,
    settings: &Settings,
    purse: &Spendable,
) -> Result<WireBalance, UseCaseError> {
    Ok(balance(reader, settings, purse)?)
}

fn balance(
    reader: &Reader<'_>,
    settings: &Settings,
    purse: &Spendable,
) -> Result<WireBalance, Fault> {
    let cost = match reader.get::<Balance>(&Account::cost(purse.month).to_string())? {
        Some(Balance(Amount::UsdMicros(micros))) => micros,
        _ => UsdMicros::ZERO,
    };
    Ok(WireBalance {
        tier: settings.tier.clone(),
        balance: purse.spendable().unwrap_or(Credits(i64::MAX)),
        held: credits_in(reader, &Account::HELD)?,
        used_this_month: credits_in(reader, &Account::used(purse.month))?,
        billing_period: purse.month.to_string(),
        cost_usd_this_month: cost.dollars(),
    })
}
