//! Example studies that are compiled in: at least one of each study type, each with a lesson. The lesson is in the
//! comments of the file itself.

use crate::cli::input::Source;
use crate::failure::{Exit, Failure};
use crate::look::{Role, pad};
use crate::ui::Ui;

/// Name and text of every example, in reading order.
const EXAMPLES: &[(&str, &str)] = &[
    ("meal-kit", include_str!("../../../assets/studies/meal-kit.md")),
    ("meal-kit-dear", include_str!("../../../assets/studies/meal-kit-dear.md")),
    ("bank-app-nps", include_str!("../../../assets/studies/bank-app-nps.md")),
    ("broadband-outage", include_str!("../../../assets/studies/broadband-outage.md")),
    ("return-policy", include_str!("../../../assets/studies/return-policy.md")),
    ("heat-pump-questions", include_str!("../../../assets/studies/heat-pump-questions.md")),
    ("headline-ab", include_str!("../../../assets/studies/headline-ab.md")),
    ("same-text-ab", include_str!("../../../assets/studies/same-text-ab.md")),
    ("panel-check", include_str!("../../../assets/studies/panel-check.md")),
    ("subscription-ab-both", include_str!("../../../assets/studies/subscription-ab-both.md")),
    ("video-title", include_str!("../../../assets/studies/video-title.md")),
    ("product-page", include_str!("../../../assets/studies/product-page.md")),
];

/// List the example studies, or print one to start from
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope examples                          what there is, and what each teaches
  demoscope run --example meal-kit            run one
  demoscope examples meal-kit > idea.md       start from one")]
pub(crate) struct Args {
    /// The example to print
    name: Option<String>,
}

/// Lists the examples, or prints one of them.
pub(crate) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    match args.name.as_deref() {
        Some("list") | None => list(ui)?,
        Some(name) => ui.data(&find(name)?.text)?,
    }
    Ok(Exit::Done)
}

/// Prints every example with the first line of its lesson.
pub(crate) fn list(ui: &mut Ui) -> Result<(), Failure> {
    let look = ui.look;
    let names = EXAMPLES.iter().map(|(name, _)| name.len()).max().unwrap_or(0) + 2;
    let mut text = String::new();
    for (name, example) in EXAMPLES {
        let margin = " ".repeat(names);
        let first = pad(name, names);
        for (place, line) in look.wrap(lesson(example), &margin, &margin).iter().enumerate() {
            let rest = line.get(names..).unwrap_or_default();
            let start = if place == 0 { look.paint(Role::Accent, &first) } else { margin.clone() };
            text.push_str(&format!("{start}{rest}\n"));
        }
    }
    ui.data(&text)
}

/// The example of that name, in the form of a file that was read.
pub(crate) fn find(name: &str) -> Result<Source, Failure> {
    match EXAMPLES.iter().find(|(known, _)| *known == name) {
        Some((name, text)) => Ok(Source { name: format!("{name}.md"), text: (*text).to_owned() }),
        None => {
            let names: Vec<&str> = EXAMPLES.iter().map(|(name, _)| *name).collect();
            Err(Failure::invalid(format!("There is no example '{}'", protocol::safe::line(name)))
                .hint(format!("Choose one of these: {}", names.join(", "))))
        }
    }
}

/// The lesson of an example: the first comment of its front matter.
fn lesson(example: &str) -> &str {
    example.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_an_example_and_teaches_something() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/studies");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        let known: BTreeSet<String> = EXAMPLES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(files, known);
        for (name, text) in EXAMPLES {
            assert!(lesson(text).len() > 20, "{name} teaches nothing");
            assert!(text.contains("\nstudy: "), "{name} names no study type");
            assert!(text.contains("\nseed: "), "{name} would differ from run to run");
        }
    }
}
