//! The themes of a text: the closed lists of benefits and concerns. Their cue phrases and labels are in the lexicon.

macro_rules! themes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every theme, in a fixed order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// Its name in the lexicon.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// Its place in [`Self::ALL`].
            #[must_use]
            pub const fn index(self) -> usize { self as usize }

            /// The theme of that name.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|theme| theme.as_str() == word)
            }
        }
    };
}

themes! {
    /// What a text can speak for.
    Benefit {
        /// Costs less than expected.
        Saving = "saving",
        /// Asks little of one's time and attention.
        Convenience = "convenience",
        /// Comes or answers quickly.
        Speed = "speed",
        /// Is well made, comfortable, tasty.
        Quality = "quality",
        /// Keeps working.
        Reliability = "reliability",
        /// Brings about what it promises.
        Results = "results",
        /// Is good for body or mind.
        Health = "health",
        /// Is new.
        Novelty = "novelty",
        /// Shows evidence and stands by its word.
        Trust = "trust",
        /// Leaves the choice to the customer.
        Choice = "choice",
        /// Is there when help is needed.
        Care = "care",
        /// Is a pleasure.
        Fun = "fun",
        /// Looks good, or says something about its owner.
        Status = "status",
        /// Is kind to the world.
        Sustainability = "sustainability",
        /// Keeps people and things safe.
        Safety = "safety",
        /// Keeps data with its owner.
        Privacy = "privacy",
    }
}

themes! {
    /// What a text can speak against.
    Concern {
        /// Costs much, or more than it says.
        Price = "price",
        /// Is hard to leave.
        Commitment = "commitment",
        /// Collects or passes on data.
        Privacy = "privacy",
        /// Is hard to understand or to set up.
        Complexity = "complexity",
        /// Asks for work.
        Effort = "effort",
        /// Makes one wait.
        Waiting = "waiting",
        /// May do harm or lose money.
        Risk = "risk",
        /// Says little, or does not stand by it.
        Vagueness = "vagueness",
        /// Pushes.
        Pressure = "pressure",
        /// Fails.
        Unreliability = "unreliability",
        /// Is poorly made, uncomfortable, unpleasant.
        Poorness = "poorness",
        /// Annoys: noise, crowds, advertising.
        Annoyance = "annoyance",
        /// Leaves one alone with a problem.
        Neglect = "neglect",
        /// Ends in the bin.
        Waste = "waste",
        /// Leaves out people, cases or places.
        Exclusion = "exclusion",
    }
}
