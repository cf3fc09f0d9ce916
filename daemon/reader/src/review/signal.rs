//! The signals of a review: what can be seen in a text that helps or harms it. Their sentences are in
//! `assets/review/signals.toml`; how each is measured is in `measure` and `assets/review/phrases.toml`.

use serde::Deserialize;

pub const SIGNALS: &str = include_str!("../../../../assets/review/signals.toml");

macro_rules! signals {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// One thing that is seen in a text, from 0 (not at all) to 1 (as much as can be).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Signal { $($(#[$doc])* $name),+ }

        impl Signal {
            /// Every signal, in a fixed order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }
        }
    };
}

signals! {
    // The opening.
    /// The first sentence makes one read on: it is short, and names a figure, asks, speaks to the reader or turns.
    Hook = "hook",
    /// The first sentence says nothing yet.
    SlowOpening = "slow_opening",
    /// A question is opened.
    OpenLoop = "open_loop",
    /// The first words name what the reader gets.
    PointFirst = "point_first",
    /// Worn phrases that promise a sensation.
    Clickbait = "clickbait",
    // Clarity.
    /// Sentences are too long to follow.
    LongSentences = "long_sentences",
    /// Many words are long.
    HardWords = "hard_words",
    /// Words that only insiders use.
    Jargon = "jargon",
    /// Words that take a claim back.
    Hedges = "hedges",
    /// Words that could mean anything.
    Vague = "vague",
    /// Words that can go without a loss.
    Filler = "filler",
    /// The same words twice.
    Repeats = "repeats",
    /// Longer than such content is read.
    TooLong = "too_long",
    /// Shorter than such content must be.
    TooShort = "too_short",
    // What it names.
    /// Figures.
    Figures = "figures",
    /// Names of people, places and things.
    Names = "names",
    /// Words for what can be felt.
    Feeling = "feeling",
    /// It speaks to the reader.
    You = "you",
    /// It speaks of its sender.
    We = "we",
    // Whether it is believed.
    /// Superlatives and the words of advertising.
    Hype = "hype",
    /// Capitals and exclamation marks.
    Shouting = "shouting",
    /// More is claimed than anybody can know.
    Overclaim = "overclaim",
    /// Tests, customers, sources.
    Proof = "proof",
    /// A swindle, a danger or a crime.
    Veto = "veto",
    // What it offers and asks.
    /// What the reader gains.
    Benefit = "benefit",
    /// What it costs.
    Price = "price",
    /// The price is kept back.
    HiddenPrice = "hidden_price",
    /// One plain request.
    Action = "action",
    /// Several requests.
    ManyActions = "many_actions",
    /// Forms, conditions and detours.
    Obstacles = "obstacles",
    /// Little is asked of the reader.
    Ease = "ease",
    /// The reader is pushed.
    Pressure = "pressure",
    /// A day or an hour by which something ends.
    Deadline = "deadline",
    // Its build.
    /// Headings.
    Headings = "headings",
    /// Paragraphs of a few lines.
    Paragraphs = "paragraphs",
    /// Paragraphs without end.
    Wall = "wall",
    /// Words that lead from one step to the next.
    Order = "order",
    /// Reasons and consequences.
    Reasons = "reasons",
    /// Examples.
    Examples = "examples",
    // Whom it sounds like and whom it asks.
    /// An answer is invited.
    Asks = "asks",
    /// Somebody speaks.
    Person = "person",
    /// An organisation speaks.
    Corporate = "corporate",
    // News.
    /// Something is new.
    News = "news",
    /// Days, months and years.
    Dates = "dates",
    /// Places.
    Places = "places",
    /// Whom to ask.
    Contact = "contact",
    /// Somebody is quoted.
    Quoted = "quoted",
    // Beside others.
    /// How it differs from others.
    Contrast = "contrast",
    /// What everybody says of themselves.
    Sameness = "sameness",
    /// A form that every feed is full of.
    WornForm = "worn_form",
    /// What one knows or can do after reading.
    Lesson = "lesson",
    /// Something that one would tell others.
    Tellable = "tellable",
    /// It says the title again.
    TitleEcho = "title_echo",
    /// It has nothing to do with the title.
    TitleStray = "title_stray",
    /// It speaks of what audience, niche and goal are about.
    OnBrief = "on_brief",
    /// It stands out among its neighbours.
    Distinct = "distinct",
}
