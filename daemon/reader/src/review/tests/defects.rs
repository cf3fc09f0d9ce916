//! The defect of each dimension, planted into good texts, lowers that dimension more than any other.

use std::collections::BTreeMap;

use protocol::review::{ContentType, Dimension};
use serde::Deserialize;

use super::{alone, mean, review};

#[derive(Deserialize)]
struct GoodFile {
    good: Vec<GoodText>,
}

#[derive(Deserialize)]
struct GoodText {
    r#type: ContentType,
    text: String,
    /// The title that a thumbnail stands over.
    title: Option<String>,
    defects: BTreeMap<Dimension, Defect>,
}

/// How a defect is planted.
#[derive(Deserialize)]
#[serde(untagged)]
enum Defect {
    Whole(String),
    Edit(DefectEdit),
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct DefectEdit {
    cut: String,
    put: String,
    first: String,
    middle: String,
    flat: bool,
    vague: bool,
}

impl Defect {
    fn plant(&self, text: &str) -> String {
        let edit = match self {
            Self::Whole(other) => return other.clone(),
            Self::Edit(edit) => edit,
        };
        let mut text = text.trim().to_owned();
        if !edit.cut.is_empty() {
            let cut = edit.cut.trim_start_matches('\n');
            assert!(text.contains(cut), "{cut:?} is not in {text:?}");
            text = text.replace(cut, edit.put.trim_start_matches('\n'));
        }
        if !edit.first.is_empty() {
            text = format!("{} {text}", edit.first);
        }
        if !edit.middle.is_empty() {
            let heading = if text.starts_with('#') { text.find("\n\n").unwrap() + 2 } else { 0 };
            let end = text[heading..].find(['.', '?']).unwrap() + heading + 1;
            text.insert_str(end, &format!(" {}", edit.middle));
        }
        if edit.flat {
            let lines =
                text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
            text = lines.collect::<Vec<_>>().join(" ");
        }
        if edit.vague {
            let words = text.split(' ').map(|word| {
                let is_figure = word.starts_with(|c: char| c.is_ascii_digit());
                if is_figure { "various" } else { word }
            });
            text = words.collect::<Vec<_>>().join(" ");
        }
        text
    }
}

/// Whether all texts are tried, as in the long form of the tests; else the first of each type.
fn is_long() -> bool {
    std::env::var_os("DEMOSCOPE_LONG").is_some_and(|value| value == "1")
}

/// Plants every defect into every good text of a type.
fn defects_bite(kind: ContentType) {
    let file: GoodFile = toml::from_str(include_str!("good.toml")).unwrap();
    let brief = alone(kind);
    let mut broken = Vec::new();
    let mut texts = 0;
    for good in file.good.iter().filter(|good| good.r#type == kind) {
        texts += 1;
        if texts > 1 && !is_long() {
            continue;
        }
        let titled = |text: &str| match &good.title {
            Some(title) => format!("Title: {title}\n{text}"),
            None => text.trim().to_owned(),
        };
        let before = review(&brief, &titled(&good.text));
        let head = good.text.trim().lines().next().unwrap().to_owned();
        if mean(&before) < 6.5 || before.levels().iter().any(|(_, level)| *level < 5.5) {
            broken.push(format!("{head}: not good: {:.1?}", before.levels()));
        }
        assert_eq!(good.defects.len(), kind.dimensions().len(), "{head}: a defect each");
        for (dimension, defect) in &good.defects {
            let after = review(&brief, &titled(&defect.plant(&good.text)));
            let falls: Vec<(Dimension, f64)> = before
                .levels()
                .iter()
                .map(|(dimension, level)| (*dimension, level - after.level(*dimension)))
                .collect();
            let own = before.level(*dimension) - after.level(*dimension);
            let other = falls.iter().filter(|one| one.0 != *dimension).map(|one| one.1);
            let other = other.fold(f64::MIN, f64::max);
            if own < 0.8 || own < other + 0.2 {
                let told: Vec<String> =
                    falls.iter().map(|(it, fall)| format!("{} {fall:.1}", it.as_str())).collect();
                broken.push(format!(
                    "{head}: {} fell by {own:.1}: {}",
                    dimension.as_str(),
                    told.join(", ")
                ));
            }
        }
    }
    assert!(texts >= 3, "{texts} texts");
    assert!(broken.is_empty(), "{}\n{}", kind.as_str(), broken.join("\n"));
}

macro_rules! of_types {
    ($($name:ident = $kind:ident),+ $(,)?) => {
        $(#[test] fn $name() { defects_bite(ContentType::$kind); })+

        #[test]
        fn every_type_is_tried() {
            let tried = [$(ContentType::$kind),+];
            assert!(ContentType::ALL.iter().all(|kind| tried.contains(kind)));
        }
    };
}

of_types! {
    a_video_title = Youtube,
    a_thumbnail = Thumbnail,
    a_blog_post = BlogPost,
    an_email = Email,
    a_subject_line = EmailSubject,
    a_landing_page = LandingPage,
    an_advertisement = Ad,
    a_social_post = SocialPost,
    a_tweet = Tweet,
    a_linkedin_post = Linkedin,
    a_product_page = ProductPage,
    a_press_release = PressRelease,
    a_headline = Headline,
    another_text = Other,
}
