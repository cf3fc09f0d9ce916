//! Vetoes: reasons why a text is rejected by everybody, whatever else it says.

/// Why a text is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VetoKind {
    /// It poisons, injures or kills, or leaves out what prevents that.
    Harm,
    /// It takes money or secrets under a false promise.
    Fraud,
    /// It claims to cure what it cannot.
    Quackery,
    /// It sells or does what the law punishes.
    Crime,
    /// Somebody is made to work without pay, rest, age or freedom.
    Exploitation,
    /// Physics forbids it.
    Impossible,
    /// It is praise without a statement.
    Salad,
    /// Its price is far below what such a thing costs.
    TooCheap,
}

impl VetoKind {
    /// Every kind, in order.
    pub const ALL: &[Self] = &[
        Self::Harm,
        Self::Fraud,
        Self::Quackery,
        Self::Crime,
        Self::Exploitation,
        Self::Impossible,
        Self::Salad,
        Self::TooCheap,
    ];

    /// Its name in the files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Harm => "harm",
            Self::Fraud => "fraud",
            Self::Quackery => "quackery",
            Self::Crime => "crime",
            Self::Exploitation => "exploitation",
            Self::Impossible => "impossible",
            Self::Salad => "salad",
            Self::TooCheap => "too_cheap",
        }
    }
}
