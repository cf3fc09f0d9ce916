//! One call to a service, with its money: the worst case is set aside, the call waits for its turn and is made, and what
//! it cost is settled. A call that was sent is settled exactly once, also where whoever waited for it went away.

use protocol::credits::UsdMicros;

use crate::app::{Capped, Core};
use crate::domain::outcome::Usage;
use crate::inference::door::Spent;
use crate::inference::price::{Booked, CallStake};
use crate::store::SentCall;

/// Where the money of calls is set aside and settled.
pub(crate) trait Purse: Sync {
    /// Sets the worst case of one call aside.
    ///
    /// # Errors
    /// The cap that leaves no room.
    fn reserve(&self, worst: UsdMicros) -> Result<(), Capped>;

    /// Notes that the call goes, for the case that the daemon is killed before it is settled: then it is booked at that.
    fn sent(&self, uncounted: Booked) -> Option<SentCall>;

    /// That call is settled.
    fn over(&self, call: SentCall);

    /// Frees what was set aside, and spends what the call took.
    fn settle(&self, worst: UsdMicros, took: Usage);
}

/// The money of a study, or of a check of an engine.
pub(crate) struct StudyPurse<'a> {
    pub(crate) core: &'a Core,
    pub(crate) number: u32,
    /// The study's own cap.
    pub(crate) cap: Option<UsdMicros>,
}

impl Purse for StudyPurse<'_> {
    fn reserve(&self, worst: UsdMicros) -> Result<(), Capped> {
        self.core.reserve_cost(self.number, self.cap, worst)
    }

    fn sent(&self, uncounted: Booked) -> Option<SentCall> {
        self.core.note_sent(self.number, uncounted)
    }

    fn over(&self, call: SentCall) {
        self.core.note_over(call);
    }

    fn settle(&self, worst: UsdMicros, took: Usage) {
        self.core.settle_cost(self.number, worst, took.cost);
    }
}

/// Why a call was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotMade {
    /// A cap leaves no room.
    #[error(transparent)]
    Capped(#[from] Capped),
    /// The engine admits no call of the study any more.
    #[error("{0}")]
    Barred(String),
    /// The study was halted before it was its turn.
    #[error("The study was halted")]
    Halted,
}

/// Makes one call: sets its worst case aside, waits for its turn, makes it with the permit, and settles. `turn` is `None`
/// where the study is halted first. When `enough` resolves before the reply arrives, the call is given up.
///
/// # Errors
/// Why it was not made; nothing is set aside then.
pub(crate) async fn call_once<T, Permit, Call: Future<Output = Spent<T>>>(
    purse: &impl Purse,
    stake: CallStake,
    turn: impl Future<Output = Option<Result<Permit, String>>>,
    call: impl FnOnce(Permit) -> Call,
    enough: impl Future<Output = ()>,
) -> Result<Spent<T>, NotMade> {
    purse.reserve(stake.worst)?;
    let mut held = HeldMoney { purse, stake, sent: None, state: HeldState::Unsent };
    let permit = turn.await.ok_or(NotMade::Halted)?.map_err(NotMade::Barred)?;
    held.sent = purse.sent(stake.uncounted);
    held.state = HeldState::Sent;
    let spent = call_admitted(call(permit), enough).await;
    let spent = spent.unwrap_or_else(|| Spent::given_up(stake.uncounted));
    held.state = HeldState::Over(spent.usage());
    Ok(spent)
}

/// Makes a call that was admitted; `None` when `enough` resolves before it is over.
pub(crate) async fn call_admitted<T>(
    call: impl Future<Output = Spent<T>>,
    enough: impl Future<Output = ()>,
) -> Option<Spent<T>> {
    tokio::select! {
        spent = call => Some(spent),
        () = enough => None,
    }
}

/// The money of one call, settled when this is dropped.
struct HeldMoney<'a, P: Purse> {
    purse: &'a P,
    stake: CallStake,
    sent: Option<SentCall>,
    state: HeldState,
}

/// What became of the call so far.
enum HeldState {
    /// It waits for its turn.
    Unsent,
    /// It is under way: the service may charge for it, whatever becomes of whoever waits for it.
    Sent,
    /// It is over.
    Over(Usage),
}

impl<P: Purse> Drop for HeldMoney<'_, P> {
    fn drop(&mut self) {
        let took = match self.state {
            HeldState::Unsent => Usage::default(),
            HeldState::Sent => self.stake.uncounted.usage(),
            HeldState::Over(took) => took,
        };
        self.purse.settle(self.stake.worst, took);
        if let Some(call) = self.sent.take() {
            self.purse.over(call);
        }
    }
}

/// What a call is booked at that was given up and of which only the worst case is known.
pub(crate) fn given_up(worst: UsdMicros) -> Usage {
    Booked::at_most(worst).usage()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A purse that keeps what it was told.
    #[derive(Default)]
    struct Told(Mutex<Vec<(&'static str, i64)>>);

    impl Purse for Told {
        fn reserve(&self, worst: UsdMicros) -> Result<(), Capped> {
            self.0.lock().unwrap().push(("reserve", worst.0));
            let (cap, limit) = ("the study's cost cap", UsdMicros(9));
            if worst <= limit {
                Ok(())
            } else {
                Err(Capped { cap, limit, worst, others: false, asks_owner: false })
            }
        }

        fn sent(&self, _: Booked) -> Option<SentCall> {
            None
        }

        fn over(&self, _: SentCall) {}

        fn settle(&self, worst: UsdMicros, took: Usage) {
            self.0.lock().unwrap().extend([("free", worst.0), ("spend", took.cost.0)]);
        }
    }

    fn reply(cost: i64) -> Spent<()> {
        let booked = Booked { cost: UsdMicros(cost), at_most: false, estimated: false };
        let (input_tokens, output_tokens, remarks) = (1, 1, Vec::new());
        Spent { reply: Ok(()), input_tokens, output_tokens, booked, remarks }
    }

    type Turn = Option<Result<(), String>>;

    /// What a purse is told of a call whose turn comes in that way, and which costs 3 after one step or never ends.
    async fn told(worst: i64, turn: Turn, ends: bool, gives_up: bool) -> Vec<(&'static str, i64)> {
        let told = Told::default();
        {
            let call = |()| async move {
                tokio::task::yield_now().await;
                if ends { reply(3) } else { std::future::pending().await }
            };
            let enough = async {
                if gives_up { tokio::task::yield_now().await } else { std::future::pending().await }
            };
            let turn = std::future::ready(turn);
            let once = call_once(&told, CallStake::unknown(UsdMicros(worst)), turn, call, enough);
            // Whoever waits goes away.
            drop(tokio::time::timeout(std::time::Duration::from_millis(5), once).await);
        }
        told.0.into_inner().unwrap()
    }

    #[tokio::test]
    async fn what_is_set_aside_is_settled_once_however_it_ends() {
        let (go, no) = (Some(Ok(())), Some(Err("dead".to_owned())));
        let free = |spent| vec![("reserve", 5), ("free", 5), ("spend", spent)];
        assert_eq!(told(5, go.clone(), true, false).await, free(3));
        assert_eq!(told(5, go.clone(), false, true).await, free(5), "it is given up");
        assert_eq!(told(5, go.clone(), false, false).await, free(5), "nobody waits any more");
        assert_eq!(told(5, no, true, false).await, free(0), "it is not admitted");
        assert_eq!(told(5, None, true, false).await, free(0), "the study is halted");
        assert_eq!(told(10, go, true, false).await, [("reserve", 10)], "a cap leaves no room");
    }
}
