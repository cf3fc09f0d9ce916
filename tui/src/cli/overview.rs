//! The `demoscope` command without a subcommand: a short introduction.

use crate::failure::{Exit, Failure};
use crate::look::Role;
use crate::ui::Ui;

/// Prints the introduction.
pub(crate) fn run(ui: &mut Ui) -> Result<Exit, Failure> {
    let look = ui.look;
    let command = |text: &str| look.paint(Role::Accent, text);
    let text = format!(
        "\
{title}  test ideas on synthetic panels

Write what you want to test into a file, in your own words:

    {echo}
    {run}

That asks 100 synthetic people and prints what they make of it. Then:

    {list}           your studies, newest first
    {show}         the latest report again
    {answers}      what each respondent said
    {dry}
                             who would be asked, how, and what it takes
    {help}           everything else

Respondents are computed, not asked: use them to rank ideas and to find
objections early, and ask people before you bet on a number.
",
        title = look.paint(Role::Strong, "demoscope"),
        echo = command("echo \"A meal kit that learns your taste.\" > idea.md"),
        run = command("demoscope run idea.md"),
        list = command("demoscope list"),
        show = command("demoscope show @"),
        answers = command("demoscope answers @"),
        dry = command("demoscope run idea.md --dry-run"),
        help = command("demoscope help"),
    );
    ui.data(&text)?;
    Ok(Exit::Done)
}
