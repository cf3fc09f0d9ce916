//! The rules of the editor, one after the other as a copy editor goes through a text: what says nothing is cut, words are
//! made plain, sentences shortened, and then their order and their paragraphs.

mod headline;
mod marks;
mod openings;
mod order;
mod paragraphs;
mod senses;
mod split;
mod words;

use protocol::review::{ContentType, Dimension};

use super::Desk;
use super::change::TextChange;
use super::draft::Draft;

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $title:literal, [$($dimension:ident),+]);+ $(;)?) => {
        /// A rule of copy editing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EditorRule { $($(#[$doc])* $name),+ }

        impl EditorRule {
            /// Every rule, in the order in which they are applied.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// What it does, as a principle of writing.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),+ }
            }

            const fn aims(self) -> &'static [Dimension] {
                match self { $(Self::$name => &[$(Dimension::$dimension),+]),+ }
            }
        }
    };
}

rules! {
    /// Words before the matter of a sentence are cut.
    CutOpening = "cut_opening", "Begin with the matter", [Opening, Promise, Hook, Attention, OpenAppeal, NewsValue, Clarity];
    /// Whole sentences that say nothing are cut.
    CutEmptySentence = "cut_empty_sentence", "Leave out what says nothing", [Opening, Promise, Trust, Hook, Attention, Clarity];
    /// Who thinks so is cut from a statement.
    CutSoftener = "cut_softener", "State it plainly", [Clarity, Credibility, Readability];
    /// What the sender offers becomes what the reader gets.
    ReaderFirst = "reader_first", "Speak of the reader, not of the sender", [Relevance, AudienceFit, Voice, BenefitClarity];
    /// Jargon becomes plain.
    PlainWords = "plain_words", "Plain words for jargon", [Clarity, Readability, BenefitClarity, Legibility];
    /// Adjectives of advertising are cut.
    CutHype = "cut_hype", "No hype", [Credibility, Trust, Proof, BenefitClarity];
    /// Adverbs that only make a noise are cut.
    CutNoise = "cut_noise", "No filler", [Clarity, Readability, Voice];
    /// Words that stand twice stand once.
    CutDouble = "cut_double", "Say it once", [Clarity, Readability];
    /// Exclamation marks become full stops.
    CalmMarks = "calm_marks", "Full stops for exclamation marks", [Trust, Credibility, Voice];
    /// Words in capitals become small.
    SmallLetters = "small_letters", "Small letters for capitals", [Trust, Credibility, Legibility];
    /// What stands before the matter of a title is cut.
    TitleLead = "title_lead", "A title begins with its matter", [Curiosity, OpenAppeal, StoppingPower];
    /// A title is put into a form that opens a question.
    TitleForm = "title_form", "A title opens a question", [Curiosity, OpenAppeal];
    /// What only makes a title longer is cut.
    TitleTail = "title_tail", "A title ends with its matter", [Clarity, Credibility, Curiosity];
    /// Long sentences become two.
    SplitSentence = "split_sentence", "One thought a sentence", [Readability, Clarity, BenefitClarity];
    /// The sentence that says most to the reader stands first.
    GainFirst = "gain_first", "What the reader gets comes first", [Opening, Attention, Hook, ValueClarity, BenefitClarity, Appeal];
    /// The request stands once, and last.
    AskLast = "ask_last", "One request, at the end", [CallToAction, CallToDiscussion];
    /// Long paragraphs are broken.
    ShortParagraphs = "short_paragraphs", "Paragraphs of a few lines", [Structure, Readability, Clarity];
}

impl EditorRule {
    /// The dimension of a type that it is meant to raise.
    #[must_use]
    pub fn dimension(self, kind: ContentType) -> Dimension {
        let own = kind.dimensions();
        let aimed = self.aims().iter().find(|dimension| own.contains(dimension));
        aimed.or(own.first()).copied().unwrap_or(Dimension::Clarity)
    }

    /// Whether it changes words and leaves sentences where they are.
    pub(super) const fn is_of_words(self) -> bool {
        !matches!(
            self,
            Self::SplitSentence | Self::GainFirst | Self::AskLast | Self::ShortParagraphs
        )
    }
}

/// Whether content of a type is a single line that is read at a glance.
const fn is_title(kind: ContentType) -> bool {
    matches!(
        kind,
        ContentType::Youtube
            | ContentType::Headline
            | ContentType::EmailSubject
            | ContentType::Thumbnail
    )
}

/// What a rule changes in a draft.
pub(super) fn changes(desk: &Desk<'_>, draft: &Draft<'_>, rule: EditorRule) -> Vec<TextChange> {
    let tables = &desk.reader.editor;
    match rule {
        EditorRule::CutOpening => openings::cut_opening(tables, draft),
        EditorRule::CutEmptySentence => openings::cut_empty(tables, draft),
        EditorRule::CutSoftener => openings::cut_softener(tables, draft),
        EditorRule::ReaderFirst => openings::reader_first(tables, draft),
        EditorRule::PlainWords => words::plain(tables, draft),
        EditorRule::CutHype => words::hype(desk, draft),
        EditorRule::CutNoise => words::noise(desk, draft),
        EditorRule::CutDouble => marks::double(draft),
        EditorRule::CalmMarks => marks::calm(draft),
        EditorRule::SmallLetters => marks::small(desk, draft),
        EditorRule::TitleLead => headline::lead(desk, draft),
        EditorRule::TitleForm => headline::form(desk, draft),
        EditorRule::TitleTail => headline::tail(desk, draft),
        EditorRule::SplitSentence => split::split(draft),
        EditorRule::GainFirst => order::gain_first(desk, draft),
        EditorRule::AskLast => order::ask_last(desk, draft),
        EditorRule::ShortParagraphs => paragraphs::short(desk, draft),
    }
}

/// Words that deny.
pub(super) fn denies(word: &str) -> bool {
    word.ends_with("n't")
        || matches!(
            word,
            "no" | "not"
                | "never"
                | "none"
                | "nobody"
                | "nothing"
                | "neither"
                | "nor"
                | "without"
                | "cannot"
                | "nowhere"
                | "hardly"
                | "barely"
                | "scarcely"
                | "few"
                | "little"
                | "less"
        )
}
