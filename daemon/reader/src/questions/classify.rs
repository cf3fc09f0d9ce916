//! The classification of questions: from the grammar of a question (its head, its verb, its object) and the groups of its
//! words to a class. A question about something outside of what was shown, or with a grammar that no rule knows, has no
//! class and is declined: the model says so instead of answering something else.

use super::class::{
    Act, Asked, Choice, Claim, Class, Manner, Money, Occasion, Rate, Side, View, Want, Whom,
};
use super::head::{Head, Headed};
use super::options;
use super::scale;
use super::subject::{Subject, mentions, subject};
use super::text_words::TextWords;
use super::vocabulary::{Group as G, Vocabulary};
use super::words::{Segment, Word, segments};

/// What a question about a text is after; `None` when the reader cannot answer it.
#[must_use]
pub fn classify(vocabulary: &Vocabulary, question: &str, text: &TextWords) -> Option<Asked> {
    let segments = segments(vocabulary, text, question);
    let whole: Vec<Word> =
        segments.iter().flat_map(|segment| segment.words.iter().cloned()).collect();
    let scale = scale::find(&whole);
    let mut classes: Vec<Class> = Vec::new();
    let mut declined = false;
    for segment in &segments {
        match of_segment(segment, text, scale.is_some(), !classes.is_empty()) {
            Found::Class(class) => classes.push(class),
            Found::Nothing => {}
            Found::Declined => declined = true,
        }
    }
    if declined && !classes.iter().any(|class| matches!(class, Class::Why(_))) {
        // Half of an answer to a double question would pass for the whole of it.
        return None;
    }
    let mut classes = classes.into_iter();
    let class = classes.next()?;
    // "Anything that put you off? Tell us why." is one question.
    let also = classes.find(|other| {
        other.as_str() != class.as_str()
            || matches!((&class, other), (Class::Why(a), Class::Why(b)) if a != b && *b != Side::Own)
    });
    Some(Asked { class, also, scale, supposes: supposes(&whole) })
}

/// "Would you buy it if it were cheaper?": a condition that makes another offer of it.
fn supposes(words: &[Word]) -> bool {
    const OTHER: &[&str] = &[
        "cheaper",
        "dearer",
        "higher",
        "lower",
        "less",
        "more",
        "without",
        "half",
        "double",
        "twice",
        "instead",
        "rose",
        "fell",
        "doubled",
        "halved",
        "increased",
        "decreased",
        "raised",
        "free",
        "no",
        "longer",
        "shorter",
        "bigger",
        "smaller",
    ];
    let condition = words.iter().position(|word| matches!(word.word.as_str(), "if" | "unless"));
    condition.is_some_and(|at| {
        let clause = words.iter().skip(at + 1).take(8);
        let clause: Vec<&Word> = clause.take_while(|word| !word.opens).collect();
        let unreal = clause.iter().any(|word| {
            matches!(word.word.as_str(), "were" | "was" | "cost" | "had" | "did" | "could" | "came")
                || OTHER.contains(&word.word.as_str()) && word.word.ends_with("ed")
                || matches!(word.word.as_str(), "rose" | "fell")
        });
        unreal
            && clause
                .iter()
                .any(|word| OTHER.contains(&word.word.as_str()) || word.word.parse::<f64>().is_ok())
    })
}

/// What comes of a segment.
enum Found {
    Class(Class),
    /// It asks nothing.
    Nothing,
    /// It asks for something that cannot be answered.
    Declined,
}

fn of_segment(segment: &Segment, text: &TextWords, scaled: bool, follows: bool) -> Found {
    let mut headed = Headed::of(segment);
    let words = segment.words.as_slice();
    // "If you could alter one thing, what would it be?": the object stands before the head.
    if headed.head == Head::What && vacuous(headed.main) && !headed.before.is_empty() {
        headed.main = words;
    }
    let about = subject(&headed, words, text);
    if about == Subject::Outside {
        return Found::Declined;
    }
    let asks = Query { headed, words, about, text, scaled, follows };
    match asks.class() {
        Some(class) => Found::Class(class),
        // A statement before a question: "You gave it a mark. Please explain."
        None if asks.headed.head == Head::None => Found::Nothing,
        None => Found::Declined,
    }
}

/// "what would it be": no word of it says what is asked.
fn vacuous(main: &[Word]) -> bool {
    main.len() <= 6
        && main.iter().all(|word| {
            matches!(
                word.word.as_str(),
                "what"
                    | "would"
                    | "it"
                    | "that"
                    | "be"
                    | "is"
                    | "you"
                    | "do"
                    | "say"
                    | "and"
                    | "which"
                    | "one"
                    | "should"
                    | "this"
            )
        })
}

/// A segment with everything that the rules look at.
struct Query<'a> {
    headed: Headed<'a>,
    words: &'a [Word],
    about: Subject,
    text: &'a TextWords,
    /// Whether the question names a scale.
    scaled: bool,
    /// Whether another question stands before it.
    follows: bool,
}

impl Query<'_> {
    /// The rules, from the most particular one to the most general.
    fn class(&self) -> Option<Class> {
        self.how_often()
            .or_else(|| self.price())
            .or_else(|| self.recommendation())
            .or_else(|| self.why())
            .or_else(|| self.opinion_of_part())
            .or_else(|| self.comparison())
            .or_else(|| self.missing())
            .or_else(|| self.which())
            .or_else(|| self.who())
            .or_else(|| self.when())
            .or_else(|| self.reasons())
            .or_else(|| self.yes_no())
            .or_else(|| self.would())
            .or_else(|| self.overall())
    }

    fn is(&self, heads: &[Head]) -> bool {
        heads.contains(&self.headed.head)
    }

    /// Whether the whole segment has a word of the group.
    fn holds(&self, group: G) -> bool {
        self.words.iter().any(|word| word.groups.has(group))
    }

    fn negated(&self) -> bool {
        self.headed.says(&["not", "never", "against", "no"])
    }

    /// Whether the word after the auxiliary is the person asked.
    fn asks_you(&self) -> bool {
        matches!(self.headed.word(1), "you" | "people" | "someone" | "anybody" | "anyone")
            || self.headed.word(1) == "not" && self.headed.word(2) == "you"
    }

    /// Whether the auxiliary's subject is what was shown.
    fn asks_it(&self) -> bool {
        self.headed.main.get(1).is_some_and(|word| word.groups.has(G::Offer) || word.word == "the")
    }

    fn how_often(&self) -> Option<Class> {
        let h = &self.headed;
        let next = h.word(1);
        let how = h.head == Head::How;
        if h.any(&[G::Buy, G::Use, G::Often])
            && how
            && matches!(next, "often" | "frequently" | "regularly" | "regular" | "frequent")
            || how && matches!(next, "often" | "frequently" | "regularly") && !self.strange()
        {
            return Some(Class::HowOften(self.rate()));
        }
        if self.is(&[Head::What]) && h.word(1) == "frequency" {
            return Some(Class::HowOften(Rate::Words));
        }
        let counted = how
            && next == "many"
            && !h.says(&["stars", "points", "people", "friends", "persons", "marks"])
            && !h.has(G::Money)
            && h.has(G::Often)
            && h.any(&[G::Use, G::Buy, G::Often])
            && h.says(&["would", "will", "could", "might", "expect"]);
        let word = |word: &Word| {
            matches!(
                word.word.as_str(),
                "daily" | "weekly" | "monthly" | "yearly" | "regularly" | "frequently" | "often"
            )
        };
        let every = h.main.windows(2).any(|pair| match pair {
            [a, b] => {
                matches!(a.word.as_str(), "every" | "once" | "twice")
                    && matches!(b.word.as_str(), "day" | "week" | "month" | "year" | "a")
            }
            _ => false,
        });
        let listed = h.head == Head::Auxiliary
            && self.asks_you()
            && h.any(&[G::Use, G::Buy])
            && (h.main.iter().any(word) || every)
            && !h.has(G::Money);
        (counted || listed).then(|| Class::HowOften(self.rate()))
    }

    fn rate(&self) -> Rate {
        let h = &self.headed;
        if !h.says(&["many"]) {
            Rate::Words
        } else if h.says(&["week", "weekly"]) {
            if h.says(&["days"]) { Rate::DaysAWeek } else { Rate::TimesAWeek }
        } else if h.says(&["month", "monthly"]) {
            Rate::TimesAMonth
        } else if h.says(&["year", "yearly", "annually"]) {
            Rate::TimesAYear
        } else {
            Rate::Words
        }
    }

    /// Words that neither the text nor the language of surveys has.
    fn strange(&self) -> bool {
        matches!(self.about, Subject::Beyond(_))
    }

    fn price(&self) -> Option<Class> {
        let h = &self.headed;
        // "Choose one: the price or the taste?"
        if self.is(&[Head::Request]) && h.says(&["or"]) && h.says(&["choose", "pick", "select"]) {
            return None;
        }
        let clear = self.is(&[Head::Auxiliary])
            && self.asks_it()
            && h.any(&[G::Clear, G::Believe, G::Trust])
            && !h.any(&[G::Dear, G::Cheap, G::Asks]);
        let gives = h.head == Head::How
            && h.word(1) == "much"
            && h.says(&["give", "donate", "contribute"])
            && h.says(&["would", "could", "will"]);
        if clear {
            return None;
        }
        if gives {
            return Some(Class::HowMuch(Money::Pay));
        }
        if !h.has(G::Money) && !(self.holds(G::Money) && self.is(&[Head::None])) {
            return None;
        }
        if self.is(&[Head::Why, Head::Who, Head::When, Head::Where]) {
            let dear = self.is(&[Head::When]) && h.any(&[G::Dear, G::Cheap]);
            return dear.then_some(Class::HowMuch(Money::TooDear));
        }
        let changes = h.any(&[G::Change]) && !h.has(G::Pick) && self.is(&[Head::What, Head::Which]);
        let makes = self.makes_you();
        if changes || makes || h.has(G::Reason) {
            return None;
        }
        if h.any(&[G::Barrier, G::Recommend])
            && self.is(&[Head::What, Head::Which])
            && !h.has(G::Asks)
        {
            return None;
        }
        let wants = self.is(&[Head::Auxiliary])
            && self.asks_you()
                        && (h.any(&[G::Buy, G::Use, G::Switch, G::Inclined, G::Support])
                || h.says(&["give", "lend"]))
            && !h.says(&["pay", "spend", "paying", "spending", "afford"])
            // "Do you consider the price reasonable?" is about the price.
            && !(h.word(0) == "do" && h.has(G::Asks) && h.any(&[G::Good, G::Dear, G::Cheap]));
        let likely = h.head == Head::How
            && h.main.get(1).is_some_and(|word| word.groups.has(G::Inclined))
            && !h.says(&["pay", "spend"]);
        if wants || likely {
            return None;
        }
        // "Does delivery cost extra?" asks for a fact.
        if self.is(&[Head::Auxiliary])
            && matches!(self.about, Subject::Part(_) | Subject::Beyond(_))
            && !h.any(&[G::Dear, G::Cheap, G::Good, G::Bargain])
            && !h.says(&["worth", "pay", "fair", "price", "value"])
        {
            return None;
        }
        Some(Class::HowMuch(self.money()))
    }

    fn money(&self) -> Money {
        let h = &self.headed;
        let price = h.says(&["price", "point", "amount", "cost", "much"]);
        let level = self.is(&[Head::What, Head::Which, Head::How, Head::Request])
            && price
            && (h.says(&["would", "begin", "start", "consider", "at", "becomes", "become"])
                || self.words.first().is_some_and(|word| word.word == "at"));
        if level && h.has(G::Cheap) {
            return Money::TooCheap;
        }
        if level && h.has(G::Bargain) {
            return Money::Bargain;
        }
        if level && h.has(G::Dear) {
            let still = h.says(&["start", "begin", "starts", "getting", "still"]);
            return if still { Money::Dear } else { Money::TooDear };
        }
        let pays =
            h.says(&["pay", "spend", "worth", "give", "paying", "spending", "budget", "part"]);
        let amount = self.is(&[Head::What, Head::How, Head::Which, Head::Request])
            && pays
            && !h.says(&["fair", "right", "rate", "feel"])
            || h.head == Head::How && h.says(&["many", "much"]) && pays
            || self.is(&[Head::What, Head::Which])
                && h.says(&["would", "should", "expect"])
                && (h.has(G::Asks) || h.says(&["euros", "dollars", "pounds"]))
                && !h.any(&[G::Opinion, G::Think]);
        if amount {
            return Money::Pay;
        }
        let this = h.main.windows(2).find_map(|pair| match pair {
            [a, b] => {
                let sum = |word: &Word| word.word.replace(',', "").parse::<f64>().ok();
                let sign = |word: &Word| matches!(word.word.as_str(), "$" | "€" | "£");
                if sign(a) { sum(b) } else { sum(a).filter(|_| b.groups.has(G::Money) || sign(b)) }
            }
            _ => None,
        });
        if let Some(sum) = this.filter(|_| h.says(&["pay", "spend", "paying"])) {
            return Money::PayThis(sum);
        }
        let stated = self.is(&[Head::How, Head::What])
            && h.says(&["does", "is", "do", "will"])
            && h.says(&["cost", "price", "charge", "much"])
            && !h.says(&["you", "your", "fair", "good", "right"])
            && !h.any(&[G::Opinion, G::Think, G::Dear, G::Cheap, G::Good]);
        if stated { Money::Stated } else { Money::Fair }
    }

    /// "What would make you …", "What would it take for you to …", "What would convince you …".
    fn makes_you(&self) -> bool {
        let h = &self.headed;
        let would = h.says(&["would", "could", "might"]);
        self.is(&[Head::What, Head::How])
            && would
            && (h.says(&[
                "make",
                "get",
                "take",
                "persuade",
                "convince",
                "encourage",
                "need",
                "happen",
                "motivate",
                "win",
            ]) && h.says(&["you", "people", "someone"]))
            && !h.has(G::Barrier)
            && !h.runs(&["do", "you", "make"])
            && !h.runs(&["you", "make", "of"])
    }

    fn recommendation(&self) -> Option<Class> {
        let h = &self.headed;
        if !h.has(G::Recommend) || self.is(&[Head::Why, Head::Who, Head::When, Head::Where]) {
            return None;
        }
        if self.is(&[Head::What, Head::Which]) {
            let asked = h.says(&["likelihood", "probability", "chance", "chances"]);
            return asked.then_some(Class::Would(Act::Recommend));
        }
        let told = h.head == Head::Request
            && h.main.first().is_some_and(|word| word.groups.has(G::Recommend));
        (!told && !h.has(G::Reason) && !h.any(&[G::Change])).then_some(Class::Would(Act::Recommend))
    }

    /// Reasons that are asked for as reasons.
    fn why(&self) -> Option<Class> {
        let h = &self.headed;
        let own = h.says(&[
            "answer", "decision", "score", "rating", "mark", "feel", "think", "opinion", "view",
            "say", "choice",
        ]);
        if h.head == Head::Why {
            return (!self.strange() || mentions(self.words)).then_some(Class::Why(self.side()));
        }
        // "Which reason is strongest?" is one of several.
        let strongest = h.head == Head::Which
            && h.says(&["strongest", "weakest", "most", "least", "best"])
            && h.says(&["is"]);
        let what_for = !strongest
            && self.is(&[Head::What, Head::Which, Head::Request, Head::None, Head::Auxiliary])
            && h.has(G::Reason)
            && !self.is_part_choice();
        if what_for || h.runs(&["how", "come"]) {
            return Some(Class::Why(self.side()));
        }
        let made = h.head == Head::What
            && h.says(&["made", "makes", "make", "led", "leads"])
            && h.says(&["you", "feel"])
            && own
            && !h.runs(&["you", "make", "of"])
            && !h.runs(&["think", "of"])
            && !self.makes_you();
        let explain = h.head == Head::Request
            && h.main.first().is_some_and(|word| {
                matches!(
                    word.word.as_str(),
                    "explain" | "justify" | "elaborate" | "comment" | "say" | "tell" | "give"
                )
            })
            && (own && h.says(&["your", "this", "that", "more"]) && !h.says(&["what"])
                || matches!(h.word(0), "explain" | "justify" | "elaborate")
                    && h.main
                        .iter()
                        .all(|word| !word.groups.any(&[G::Appeal, G::Barrier, G::Change])))
            && !h.has(G::Opinion);
        let justify = self.is(&[Head::Request, Head::How])
            && (h.runs(&["you", "justify"]) || h.runs(&["you", "explain"]))
            || h.head == Head::Request
                && matches!(h.word(0), "explain" | "justify")
                && h.says(&[
                    "answer", "score", "rating", "mark", "choice", "decision", "view", "opinion",
                ]);
        (made || explain || justify).then_some(Class::Why(Side::Own))
    }

    /// "The pros and cons", "what you like and dislike".
    fn both_sides(&self) -> bool {
        let only = |one: G, other: G| {
            self.headed.main.iter().any(|word| word.groups.has(one) && !word.groups.has(other))
        };
        only(G::Appeal, G::Barrier) && only(G::Barrier, G::Appeal)
    }

    fn side(&self) -> Side {
        let h = &self.headed;
        if h.main.iter().filter(|word| word.word == "why").count() > 1 {
            return Side::Own;
        }
        if self.both_sides() {
            return Side::Both;
        }
        if self.negated() || h.any(&[G::Barrier, G::Avoid]) {
            // "Why does it not bother you?" is rare enough.
            return Side::Against;
        }
        if h.any(&[
            G::Appeal,
            G::Buy,
            G::Use,
            G::Recommend,
            G::Switch,
            G::Support,
            G::Pick,
            G::Good,
        ]) {
            return Side::For;
        }
        Side::Own
    }

    /// "What do you think of the warranty?", "Your opinion on the noise?".
    fn opinion_of_part(&self) -> Option<Class> {
        let h = &self.headed;
        let of = h.main.windows(2).any(|pair| match pair {
            [a, b] => {
                a.groups.any(&[G::Opinion, G::Think])
                    && matches!(b.word.as_str(), "of" | "about" | "on" | "regarding")
            }
            _ => false,
        });
        let asked = of && self.is(&[Head::What, Head::How, Head::Request, Head::None]);
        if self.about == Subject::Offer && self.of_part().is_none() {
            return None;
        }
        if asked { self.overall() } else { None }
    }

    /// How it stands against something else.
    fn comparison(&self) -> Option<Class> {
        let h = &self.headed;
        let degree = h.head == Head::How
            && h.main.get(1).is_some_and(|word| word.groups.any(&[G::Differ, G::Good, G::Believe]));
        let compared = h.has(G::Compare)
            && !degree
            && !self.is(&[Head::Who, Head::When, Head::Where])
            && !h.has(G::Change);
        if !compared {
            return None;
        }
        let would = h.head == Head::Auxiliary
            && self.asks_you()
            && h.any(&[G::Switch, G::Buy])
            && !h.has(G::Pick);
        if would {
            return None;
        }
        if self.is(&[Head::Auxiliary]) {
            let ranked = h.says(&["better", "worse", "best"]) || h.has(G::Pick);
            let claim = match (ranked, h.says(&["worse"])) {
                (_, true) => Claim::Bad,
                (true, _) => Claim::Good,
                (false, _) => Claim::Different,
            };
            return Some(Class::YesNo(claim, Manner::Direct));
        }
        (mentions(self.words) || self.is(&[Head::How])).then_some(Class::Overall(View::Compared))
    }

    fn missing(&self) -> Option<Class> {
        let h = &self.headed;
        if self.is(&[Head::Why, Head::Who, Head::When, Head::Where]) {
            return None;
        }
        let it = self.is(&[Head::Auxiliary]) && self.asks_it();
        if h.has(G::Lack) && !(it && h.any(&[G::Clear, G::Barrier])) {
            let told = h.any(&[G::Clear, G::Know, G::Reason])
                || h.says(&[
                    "unclear",
                    "unanswered",
                    "questions",
                    "explained",
                    "mentioned",
                    "confusing",
                    "information",
                    "open",
                    "confused",
                    "wonder",
                    "wondering",
                ]);
            let want = if told { Want::Information } else { Want::Change };
            return Some(Class::Missing(want));
        }
        if self.makes_you() && !h.has(G::Know) {
            return Some(Class::Missing(Want::Change));
        }
        let person = h.head == Head::How && h.word(1) == "many";
        if h.has(G::Change) && !it && !person && !self.acts_by_change() {
            return Some(Class::Missing(Want::Change));
        }
        let lacks = h.says(&[
            "need",
            "needs",
            "want",
            "like",
            "liked",
            "look",
            "looked",
            "more",
            "further",
            "before",
            "additional",
            "else",
            "other",
            "missing",
            "find",
        ]);
        let knows = h.has(G::Know)
            && lacks
            && (self.is(&[Head::What, Head::Which, Head::Request])
                || self.asks_you()
                || h.says(&["there"]))
            && !self.strange();
        if knows {
            return Some(Class::Missing(Want::Information));
        }
        let should = self.is(&[Head::What])
            && h.says(&["they", "company", "makers", "provider"])
            && (h.says(&["should"]) || h.runs(&["have", "to"]))
            && h.says(&["do"]);
        let tell = self.is(&[Head::What])
            && h.says(&["should", "could", "ought"])
            && h.says(&["say", "mention", "include", "tell", "contain", "explain", "add"]);
        if tell && !h.says(&["you"]) {
            return Some(Class::Missing(Want::Information));
        }
        should.then_some(Class::Missing(Want::Change))
    }

    /// "Would you change to it?": change is what one does.
    fn acts_by_change(&self) -> bool {
        let h = &self.headed;
        h.head == Head::Auxiliary && self.asks_you() && h.has(G::Switch)
            || self.is(&[Head::How])
                && h.main.get(1).is_some_and(|word| word.groups.has(G::Inclined))
    }

    /// Whether a part is asked for, among others.
    fn is_part_choice(&self) -> bool {
        let h = &self.headed;
        let noun = h.main.get(1).is_some_and(|word| word.groups.has(G::Part))
            || h.main.get(2).is_some_and(|word| word.groups.has(G::Part))
                && h.main.get(1).is_some_and(|word| word.groups.has(G::Superlative));
        self.is(&[Head::Which, Head::What]) && noun
    }

    fn which(&self) -> Option<Class> {
        let h = &self.headed;
        let noun = h.main.get(1);
        let noun_is = |groups: &[G]| noun.is_some_and(|word| word.groups.any(groups));
        let superlative = h.has(G::Superlative);
        let asked = match h.head {
            Head::Which => {
                !noun_is(&[G::Person, G::Time, G::Place, G::Opinion, G::Friend])
                    && !(noun_is(&[G::Appeal, G::Barrier])
                        && (h.says(&["have", "see"]) || !superlative))
                    && !noun_is(&[G::Know])
                    && !(noun_is(&[G::Reason])
                        && !superlative
                        && !h.says(&["strongest", "weakest"]))
                    && !matches!(h.word(1), "word" | "words")
                    && !matches!(h.word(1), "day" | "time" | "room" | "days" | "times")
            }
            Head::What => {
                noun_is(&[G::Part]) && !noun_is(&[G::Reason])
                    || h.says(&["most", "least", "single", "best"])
                        && h.says(&[
                            "important",
                            "useful",
                            "valuable",
                            "relevant",
                            "matters",
                            "matter",
                            "counts",
                        ])
                    || superlative
                        && h.says(&["is", "was"])
                        && h.has(G::Part)
                        && !h.any(&[G::Barrier, G::Opinion])
                    || h.any(&[G::Pick]) && h.says(&["or"])
            }
            Head::Request => {
                matches!(
                    h.word(0),
                    "pick" | "choose" | "select" | "name" | "quote" | "rank" | "list" | "mark"
                ) && (h.has(G::Part) || superlative || h.says(&["or"]))
                    && (h.says(&["or"]) || !h.any(&[G::Barrier, G::Money, G::Person]))
                    && !(h.has(G::Appeal) && !h.has(G::Part))
            }
            Head::Auxiliary | Head::None => {
                h.has(G::Pick)
                    && h.says(&["or", "favourite", "favorite"])
                    && !h.says(&["friend", "friends"])
            }
            Head::How => h.has(G::Pick) && h.says(&["or"]),
            _ => false,
        };
        if !asked {
            return None;
        }
        let listed = options::listed(self.words);
        if listed.len() >= 2 {
            return Some(Class::Which(Choice::Options(listed)));
        }
        let worst = h.says(&["least", "worst", "not", "weakest"]) || h.any(&[G::Barrier, G::Bad]);
        let parts = h.says(&[
            "sizes", "size", "option", "options", "version", "versions", "variant", "package",
            "packages", "model", "models", "item", "items", "flavour", "flavours", "colour",
            "colours", "color", "colors", "plan", "plans", "product", "products",
        ]) || self.words.iter().any(|word| {
            matches!(word.word.as_str(), "sizes" | "options" | "versions" | "packages" | "variants")
        });
        Some(Class::Which(match (worst, parts && !superlative) {
            (_, true) => Choice::Unnamed,
            (true, _) => Choice::Worst,
            (false, _) => Choice::Best,
        }))
    }

    fn who(&self) -> Option<Class> {
        let h = &self.headed;
        let next_person = h.main.iter().skip(1).take(4).any(|word| word.groups.has(G::Person));
        let asked = match h.head {
            Head::Who => {
                (h.any(&[G::Buy, G::Use, G::Appeal, G::Recommend])
                    || h.says(&[
                        "would", "should", "might", "could", "for", "needs", "need", "benefit",
                        "benefits", "aimed", "meant", "made", "suit", "suits", "whom", "to",
                        "target", "audience", "buys", "uses", "will", "can", "gain", "gains",
                        "profit", "profits",
                    ]))
                    && !self.strange()
                    && !h.says(&["makes", "sells", "owns", "runs", "behind", "invented", "created"])
                    && !h.runs(&["made", "it"])
                    && !h.runs(&["made", "this"])
            }
            Head::What | Head::Which => {
                next_person && !h.any(&[G::Money, G::Opinion]) && !h.says(&["you", "your"])
                    || h.says(&["kind", "type", "sort"])
                        && h.main.last().is_some_and(|word| word.word == "for")
                        && !h.says(&["you"])
                    || next_person && h.says(&["kind", "type", "sort", "group", "age", "groups"])
            }
            Head::Auxiliary => {
                h.has(G::Person)
                    && (h.says(&[
                        "for", "suit", "suits", "suitable", "meant", "aimed", "appeal", "intended",
                        "designed", "suited", "made", "interest",
                    ]) && self.asks_it())
            }
            Head::Request => {
                h.has(G::Person) && h.says(&["who", "group", "person", "kind", "target", "typical"])
            }
            Head::How => h.has(G::Gift) && h.has(G::Friend),
            Head::None => h.has(G::Person) && h.says(&["target", "audience", "for"]),
            _ => false,
        };
        if !asked {
            return None;
        }
        let myself = h.says(&["like"]) && h.says(&["you"]) && self.is(&[Head::Auxiliary]);
        let age = h.says(&[
            "young",
            "old",
            "older",
            "younger",
            "age",
            "generation",
            "generations",
            "elderly",
            "seniors",
            "teenagers",
        ]);
        Some(Class::Who(if h.any(&[G::Avoid]) || self.negated() || h.has(G::Barrier) {
            Whom::NotFor
        } else if h.has(G::Gift) {
            Whom::Gift
        } else if h.says(&["household", "family", "home", "house"]) && h.says(&["your"]) {
            Whom::Household
        } else if myself {
            Whom::Myself
        } else if age {
            Whom::Age
        } else {
            Whom::Audience
        }))
    }

    fn when(&self) -> Option<Class> {
        let h = &self.headed;
        let near = |group: G| h.main.iter().skip(1).take(4).any(|word| word.groups.has(group));
        let day = matches!(h.word(1), "day" | "time" | "room" | "days" | "times")
            || h.runs(&["time", "of", "day"])
            || h.runs(&["time", "of", "year"]);
        let asked = match h.head {
            Head::When | Head::Where => !h.says(&["from"]) || h.says(&["buy"]),
            Head::What | Head::Which => {
                (near(G::Time) || near(G::Place) || day) && !h.any(&[G::Opinion, G::Money])
                    || h.runs(&["would", "you", "use"]) && h.says(&["for"])
            }
            Head::How => {
                matches!(h.word(1), "would" | "could" | "do" | "might" | "will")
                    && h.says(&["you"])
                    && h.has(G::Use)
                    && !h.any(&[G::Think, G::Opinion, G::Good])
            }
            Head::Request => h.any(&[G::Time]) && h.any(&[G::Use, G::Buy, G::Good]),
            _ => false,
        };
        if !asked {
            return None;
        }
        let you = h.says(&[
            "you", "your", "people", "someone", "useful", "one", "helpful", "handy", "suit", "fit",
            "best",
        ]) || h.main.len() <= 2;
        let shop = h.says(&[
            "shop", "store", "sale", "sold", "buy", "shops", "stores", "outlet", "purchase",
            "order",
        ]) || h.runs(&["on", "sale"]);
        // "When does it open?" asks for a fact that the text may have in any form.
        if !you && !h.says(&["would"]) {
            return None;
        }
        Some(Class::When(if h.says(&["room", "rooms"]) {
            Occasion::Room
        } else if shop && !self.is(&[Head::When, Head::How]) && !near(G::Time) {
            Occasion::Shop
        } else if h.says(&["day", "hour", "morning", "evening"]) && h.says(&["time", "day"]) {
            Occasion::TimeOfDay
        } else if h.head == Head::Where {
            Occasion::Place
        } else {
            Occasion::Situation
        }))
    }

    /// Reasons for or against that are asked for by their sign: "What do you like?", "Any concerns?".
    fn reasons(&self) -> Option<Class> {
        let h = &self.headed;
        let (good, bad) = (h.has(G::Appeal), h.has(G::Barrier));
        if !good && !bad || self.strange() && !mentions(self.words) {
            return None;
        }
        if h.head == Head::Auxiliary && h.word(2) == "doubt" {
            return None;
        }
        let some = h.says(&["any", "anything", "something", "what", "some", "aspects", "nothing"]);
        // "Rate it from 1 (very bad) to 5 (very good)."
        if self.scaled && self.is(&[Head::Request]) {
            return None;
        }
        let asked = match h.head {
            Head::What | Head::Which => {
                let would_like = h.runs(&["would", "you", "like"]);
                !(would_like && !bad) && !(h.has(G::Opinion) && !bad && !h.says(&["best", "good"]))
            }
            Head::Request => !h.has(G::Opinion) || bad,
            Head::None => {
                h.main.len() <= 8 && (some || h.main.len() <= 5) && !self.scaled && !self.follows
            }
            Head::Auxiliary => {
                let solves = h.says(&["solve", "solves", "fix", "fixes"]);
                (some
                    || h.main.iter().any(|word| {
                        word.groups.any(&[G::Barrier, G::Appeal])
                            && matches!(
                                word.word.as_str(),
                                "concerns"
                                    | "worries"
                                    | "doubts"
                                    | "reservations"
                                    | "advantages"
                                    | "advantage"
                                    | "disadvantages"
                                    | "disadvantage"
                                    | "benefits"
                                    | "benefit"
                                    | "problems"
                                    | "drawbacks"
                                    | "drawback"
                                    | "downsides"
                                    | "downside"
                                    | "strengths"
                                    | "weaknesses"
                                    | "objections"
                                    | "risks"
                                    | "misgivings"
                                    | "catch"
                                    | "problem"
                                    | "weakness"
                            )
                    }))
                    && !solves
            }
            Head::How => false,
            _ => false,
        };
        let negated = h.says(&["not", "least"]);
        asked.then(|| {
            Class::Why(if self.both_sides() {
                Side::Both
            } else if bad || negated {
                Side::Against
            } else {
                Side::For
            })
        })
    }

    fn yes_no(&self) -> Option<Class> {
        let h = &self.headed;
        let degree = h.head == Head::How
            && h.main
                .get(1)
                .is_some_and(|word| word.groups.any(&[G::Believe, G::Trust, G::Clear, G::Differ]));
        let doubts = h.head == Head::Auxiliary && h.word(2) == "doubt";
        let claim = if h.any(&[G::Believe, G::Trust]) || doubts {
            Claim::Believable
        } else if h.has(G::Differ) {
            Claim::Different
        } else if h.has(G::Clear) {
            Claim::Clear
        } else if h.has(G::Bad) || h.has(G::Barrier) && self.asks_it() {
            Claim::Bad
        } else if h.has(G::Appeal) || h.has(G::Opinion) && self.asks_you() && h.has(G::Good) {
            Claim::Like
        } else {
            Claim::Good
        };
        if degree {
            return Some(Class::YesNo(claim, Manner::Degree));
        }
        let inverse = match claim {
            Claim::Believable => {
                h.says(&["exaggerated", "doubt", "doubtful", "unbelievable"])
                    || h.runs(&["too", "good", "to"])
            }
            Claim::Clear => {
                h.says(&["confusing", "complicated", "confused"]) || h.runs(&["hard", "to"])
            }
            Claim::Different => h.says(&["similar", "same"]),
            _ => false,
        };
        let manner = if inverse { Manner::Inverse } else { Manner::Direct };
        if h.head != Head::Auxiliary {
            return None;
        }
        let judged = h.any(&[G::Believe, G::Trust, G::Clear, G::Differ]) || doubts;
        if let Some(fact) = self.fact(judged) {
            return Some(fact);
        }
        if judged {
            return Some(Class::YesNo(claim, manner));
        }
        let acts = self.asks_you()
            && h.any(&[G::Buy, G::Use, G::Switch, G::Support, G::Inclined, G::Recommend]);
        let votes = h.runs(&["for", "or", "against"]);
        if acts || votes {
            return None;
        }
        // "Do you like children?" is not about what was shown.
        if h.any(&[G::Person, G::Friend, G::Place, G::Time]) && !mentions(self.words) {
            return None;
        }
        let judges = h.any(&[G::Good, G::Bad, G::Appeal, G::Barrier, G::Support, G::Change]);
        if judges && !self.strange() {
            return Some(Class::YesNo(claim, manner));
        }
        None
    }

    /// Something that the text may say: "Does it need a contract?".
    fn fact(&self, judged: bool) -> Option<Class> {
        let h = &self.headed;
        let stated = h.has(G::Say) || matches!(self.about, Subject::Part(_) | Subject::Beyond(_));
        if h.has(G::Inclined) && self.asks_you() {
            return None;
        }
        let third = !self.asks_you() || matches!(h.word(0), "do" | "can" | "will") && h.has(G::Say);
        if !stated || !third || judged && self.about == Subject::Offer {
            return None;
        }
        let content: Vec<String> = h
            .main
            .iter()
            .enumerate()
            .filter(|(at, word)| states(*at, word, self.text))
            .map(|(_, word)| word.stem.clone())
            .collect();
        // "Do I need an app?" is a fact, "Is it useful?" a judgement.
        let judges = h.main.iter().any(|word| {
            word.groups.any(&[G::Good, G::Bad, G::Appeal])
                && !matches!(word.word.as_str(), "need" | "needs")
        });
        // "Can you swim?" is about the person, unless the text says more of it.
        let person = self.asks_you() && content.len() < 2 && !mentions(self.words);
        if person && h.word(0) == "can" {
            return None;
        }
        let (Subject::Part(_) | Subject::Beyond(_)) = &self.about else {
            return (!content.is_empty() && self.text_has(&content) && !judges)
                .then_some(Class::YesNo(Claim::Fact(content), Manner::Direct));
        };
        // A fact that is not in the text, of a thing that is not what was shown: "Is the earth flat?".
        let named = matches!(self.about, Subject::Part(_));
        (named || mentions(self.words))
            .then_some(Class::YesNo(Claim::Fact(content), Manner::Direct))
    }

    fn text_has(&self, stems: &[String]) -> bool {
        stems.iter().any(|stem| self.text.has(stem))
    }

    fn would(&self) -> Option<Class> {
        let h = &self.headed;
        let acts = h.any(&[G::Buy, G::Use, G::Switch, G::Support, G::Recommend]);
        let wants = h.has(G::Inclined) || h.says(&["want", "need", "plan", "give", "lend"]);
        // Yes to it would mean no.
        if h.runs(&["rather", "not"]) {
            return None;
        }
        // "Would you choose Plus?" is about one of several offers.
        if h.has(G::Pick) && matches!(self.about, Subject::Part(_)) {
            return None;
        }
        let asked = match h.head {
            Head::Auxiliary => {
                self.asks_you() && (acts || wants || self.verb_of_text() || self.bare())
                    || matches!(h.word(1), "your" | "they") && acts
                    || h.runs(&["you", "would"]) && acts
                    || h.runs(&["can", "you", "see"])
                    || h.has(G::Inclined) && h.says(&["you"])
            }
            Head::How => {
                h.main.get(1).is_some_and(|word| word.groups.has(G::Inclined))
                    || matches!(h.word(1), "would" | "will") && h.has(G::Support)
            }
            Head::What | Head::Which => {
                h.says(&["likelihood", "chance", "chances", "probability", "odds"])
            }
            Head::Request => {
                (h.has(G::Inclined) || acts)
                    && (self.scaled || h.says(&["likelihood", "likely", "whether", "if"]))
            }
            Head::None => {
                (acts || h.has(G::Inclined)) && h.says(&["would", "likely", "likelihood"])
            }
            _ => false,
        };
        let strange = self.strange() && !mentions(self.words);
        (asked && !strange).then(|| Class::Would(self.act()))
    }

    /// "Would you open one?": a verb that the vocabulary does not have.
    fn verb_of_text(&self) -> bool {
        let h = &self.headed;
        let other = match &self.about {
            Subject::Part(_) => true,
            Subject::Beyond(_) => mentions(h.main),
            Subject::Offer | Subject::Outside => false,
        };
        other && matches!(h.word(0), "would" | "could" | "will")
    }

    /// "Would you?", "Would you do it?".
    fn bare(&self) -> bool {
        let h = &self.headed;
        h.main.len() <= 4 && matches!(h.word(0), "would" | "will")
    }

    fn act(&self) -> Act {
        let h = &self.headed;
        if h.has(G::Recommend) {
            Act::Recommend
        } else if h.has(G::Switch) {
            Act::Switch
        } else if h.any(&[G::Support]) {
            Act::Support
        } else if h.says(&["try", "trying", "test", "sample"]) {
            Act::Try
        } else if h.says(&["buy", "purchase", "order", "buying", "purchasing", "ordering"]) {
            Act::Buy
        } else if h.says(&[
            "join",
            "sign",
            "subscribe",
            "signing",
            "joining",
            "register",
            "enrol",
            "enroll",
            "apply",
        ]) {
            Act::Join
        } else if h.any(&[G::Use]) || h.says(&["download", "install"]) {
            Act::Use
        } else if h.says(&["donate", "invest", "participate", "visit", "attend", "book"]) {
            Act::Other
        } else if h.has(G::Buy) {
            Act::Buy
        } else if h.says(&["interested", "consider", "want", "keen", "tempted", "eager", "need"]) {
            Act::Want
        } else {
            Act::Other
        }
    }

    fn overall(&self) -> Option<Class> {
        let h = &self.headed;
        let opinion = h.any(&[G::Opinion, G::Think, G::Feedback]);
        let asked = match h.head {
            Head::What => opinion && !h.says(&["how"]),
            Head::How => {
                opinion
                    || h.runs(&["would", "you", "describe"])
                    || self.scaled
                    || h.says(&[
                        "like",
                        "satisfied",
                        "agree",
                        "good",
                        "interested",
                        "happy",
                        "stars",
                        "points",
                    ])
                    || h.main.get(1).is_some_and(|word| {
                        word.groups.any(&[G::Good, G::Bad, G::Appeal, G::Support])
                    })
            }
            Head::Request => {
                opinion || self.scaled || h.any(&[G::Offer, G::Explain]) && mentions(h.main)
            }
            Head::None => {
                let sides = h.says(&["good"]) && h.says(&["bad"]);
                (opinion || self.scaled || sides) && !self.follows && !self.states()
            }
            Head::Auxiliary => {
                self.asks_you() && (h.any(&[G::Feedback, G::Opinion]) || self.scaled)
                    || h.any(&[G::Explain, G::Feedback])
            }
            Head::Which => h.has(G::Opinion),
            _ => false,
        };
        // "How do you feel about your neighbours?"
        let circle = h.any(&[G::Friend, G::Person]) && !mentions(self.words);
        if !asked || circle {
            return None;
        }
        match &self.about {
            Subject::Offer => Some(Class::Overall(self.of_part().map_or(View::Whole, View::Part))),
            Subject::Part(stems) => {
                let mut stems = stems.clone();
                stems.extend(self.object());
                self.text.nearest(&stems).map(|clause| Class::Overall(View::Part(clause.span)))
            }
            // "What do you think of the government's part in it?" is not about what was shown.
            Subject::Beyond(stems) if mentions(self.words) => {
                let of = h.main.iter().position(|word| {
                    matches!(word.word.as_str(), "of" | "about" | "on" | "regarding" | "with")
                });
                let object = of.map_or(&[][..], |at| h.main.get(at..).unwrap_or_default());
                let strange = object.iter().any(|word| stems.contains(&word.stem));
                (!strange).then_some(Class::Overall(View::Whole))
            }
            Subject::Beyond(_) | Subject::Outside => None,
        }
    }

    /// "You gave it a high mark.": a statement, not a question.
    fn states(&self) -> bool {
        matches!(self.headed.word(0), "you" | "we" | "they" | "the" | "it" | "i")
    }

    /// A part that the question names with words of its own language: "the size", "the guarantee".
    fn of_part(&self) -> Option<crate::features::Span> {
        let named = self.object();
        let known: Vec<String> = named.iter().filter(|stem| self.text.has(stem)).cloned().collect();
        self.text.nearest(&known).map(|clause| clause.span)
    }

    /// Stems of what an opinion is of: the nouns after "of", "about", "with" that mean something.
    fn object(&self) -> Vec<String> {
        let h = &self.headed;
        let after = h.main.iter().skip_while(|word| {
            !matches!(word.word.as_str(), "of" | "about" | "with" | "regarding" | "find" | "on")
        });
        after
            .skip(1)
            .filter(|word| !word.groups.any(&[G::Plain, G::Offer]) && self.text.names(&word.stem))
            .map(|word| word.stem.clone())
            .collect()
    }
}

/// Whether a word, at its place after the head, is part of the fact that is asked for.
fn states(at: usize, word: &Word, text: &TextWords) -> bool {
    /// Verbs that any text may leave out.
    const HAVING: &[&str] = &[
        "need", "needs", "require", "requires", "required", "have", "has", "come", "comes", "get",
        "offer", "offers", "contain", "contains", "provide", "provides", "say", "says", "mention",
        "mentions", "state", "states", "specify", "promise", "text", "think", "feel",
    ];
    const MEANING: &[&str] = &[
        "free", "long", "year", "years", "month", "months", "week", "weeks", "day", "days", "hour",
        "hours", "minute", "minutes", "ready", "every", "only", "twice", "once", "half", "first",
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    ];
    const PRONOUNS: &[&str] =
        &["it", "this", "that", "these", "those", "they", "them", "its", "their", "here"];
    let said = word.word.as_str();
    if HAVING.contains(&said) || PRONOUNS.contains(&said) {
        return false;
    }
    if word.groups.has(G::Offer) {
        // "Does the app …" names the offer, "Do I need an app?" what is asked.
        return at > 2 && text.has(&word.stem);
    }
    !word.groups.has(G::Plain)
        || MEANING.contains(&said)
        || said.chars().any(|c| c.is_ascii_digit())
}
