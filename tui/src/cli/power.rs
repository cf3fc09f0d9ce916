//! The `demoscope power` command: the sample size that detects a difference, with the name of the formula.

use protocol::analysis::{Effect, PowerAnswer, PowerQuestion, ShareFormula};

use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::look::{Role, thousands};
use crate::ui::Ui;

/// The default standard deviation of single scores of a concept test.
const DEVIATION: f64 = 2.1;

/// How many people do I need to see a difference?
///
/// Of two shares with --share, of two mean scores without. The answer is people in each of the two groups; two studies of
/// the same panel (same audience, size and seed) are compared in pairs and usually need far fewer.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope power 0.5                        half a point of the mean score (1 to 10)
  demoscope power 0.5 --deviation 1.8
  demoscope power 5 --share 40               40 % against 45 %
  demoscope power 5 --share 40 --panel 500   and the chance to see it with 500 in each group")]
pub(crate) struct Args {
    /// The difference to see: points of the mean, or percentage points with --share
    #[arg(allow_hyphen_values = true)]
    difference: f64,
    /// The share it starts from, in percent
    #[arg(long, value_name = "PERCENT")]
    share: Option<f64>,
    /// How spread single scores are (standard deviation); 2.1 on the scale of a concept test
    #[arg(long, value_name = "SD", conflicts_with = "share")]
    deviation: Option<f64>,
    /// Accepted chance of a false alarm, two-sided
    #[arg(long, default_value_t = 0.05)]
    alpha: f64,
    /// Wanted chance to see the difference when it is there
    #[arg(long, default_value_t = 0.8)]
    power: f64,
    /// How shares are computed: pooled, unpooled or arcsine
    #[arg(long, value_name = "NAME", requires = "share")]
    formula: Option<ShareFormula>,
    /// What chance there is with this many in each group
    #[arg(long, value_name = "N")]
    panel: Option<u32>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Args {
    fn question(&self) -> PowerQuestion {
        let effect = match self.share {
            Some(share) => Effect::Shares {
                from: share / 100.0,
                to: (share + self.difference) / 100.0,
                formula: self.formula.unwrap_or(ShareFormula::Pooled),
            },
            None => Effect::Means {
                difference: self.difference,
                deviation: self.deviation.unwrap_or(DEVIATION),
            },
        };
        PowerQuestion { effect, alpha: self.alpha, power: self.power, people: self.panel }
    }
}

/// Prints the power analysis.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let question = args.question();
    let answer = call!(link, power(question.clone()))?;
    if args.json {
        ui.json(&answer)?;
        return Ok(Exit::Done);
    }
    let text = render(&question, &answer);
    let formula = ui.look.paint(Role::Dim, &format!("Formula: {}.", answer.formula));
    ui.text(&format!("{text}{formula}\n"))?;
    Ok(Exit::Done)
}

fn render(question: &PowerQuestion, answer: &PowerAnswer) -> String {
    let effect = match question.effect {
        Effect::Shares { from, to, .. } => {
            format!("{:.1} % against {:.1} %", from * 100.0, to * 100.0)
        }
        Effect::Means { difference, deviation } => {
            format!("a difference of {difference} (standard deviation {deviation})")
        }
    };
    let people = thousands(i128::from(answer.people));
    let mut text = format!(
        "{people} people in each group see {effect} with a chance of {:.0} % (two-sided, alpha {}).\n",
        question.power * 100.0,
        question.alpha
    );
    if let (Some(people), Some(power)) = (question.people, answer.power) {
        text.push_str(&format!(
            "With {} in each group the chance is {:.0} %.\n",
            thousands(people),
            power * 100.0
        ));
    }
    if let Some(floor) = answer.wording_floor {
        let floor = match question.effect {
            Effect::Shares { .. } => format!("{:.1} percentage points", 100.0 * floor),
            Effect::Means { .. } => format!("{floor:.2} points"),
        };
        text.push_str(&format!(
            "Between two texts read by the built-in respondent model no panel shows less than {floor} with that chance: \
             another wording makes as much.\n"
        ));
    }
    text.push_str(&format!("Effect size {:.2}. ", answer.effect_size.abs()));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_reads_like_one() {
        let effect = Effect::Shares { from: 0.4, to: 0.45, formula: ShareFormula::Pooled };
        let question = PowerQuestion { effect, alpha: 0.05, power: 0.8, people: Some(500) };
        let answer = PowerAnswer {
            people: 1534,
            effect_size: -0.101,
            formula: "pooled".to_owned(),
            power: Some(0.36),
            wording_floor: Some(0.14),
        };
        insta::assert_snapshot!(render(&question, &answer), @r"
        1,534 people in each group see 40.0 % against 45.0 % with a chance of 80 % (two-sided, alpha 0.05).
        With 500 in each group the chance is 36 %.
        Between two texts read by the built-in respondent model no panel shows less than 14.0 percentage points with that chance: another wording makes as much.
        Effect size 0.10. 
        ");
    }
}
