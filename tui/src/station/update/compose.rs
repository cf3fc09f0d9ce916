//! Form input: typing, choices, files, the editor, and submission.

use super::{can_ask, has_text};
use protocol::id::StudyId;
use protocol::study::StudySpec;

use crate::station::effect::{Call, Effect};
use crate::station::model::compose::{
    Attached, Checked, Compose, FILE_FIELD, Field, Sending, TEXT, Value,
};
use crate::station::model::drafts::Origin;
use crate::station::model::requests::Want;
use crate::station::model::saved::Form;
use crate::station::model::{Again, Model, Screen, Tone};
use crate::station::widgets::format::credits;
use crate::station::widgets::mosaic::Steer;
use crate::station::widgets::textbox::{Go, Lines, TextBox};
use crate::station::widgets::window::Move;

/// The example that is offered at a first start.
const EXAMPLE: &str = include_str!("../../../../assets/studies/meal-kit.md");

/// Whether the user has confirmed the cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cost {
    /// Not yet.
    Unasked,
    /// Yes.
    Agreed,
}

/// Opens the form with the saved draft.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    go_on(model, Origin::New).unwrap_or_else(|| open_with(model, Origin::New, &Form::default()))
}

/// Opens the form with the saved draft of that origin, if there is one.
fn go_on(model: &mut Model, origin: Origin) -> Option<Vec<Effect>> {
    let form = model.drafts.of(origin)?.clone();
    let effects = open_with(model, origin, &form);
    model.say(Tone::Done, "This is the draft you left; Ctrl-U empties a field.");
    Some(effects)
}

/// Opens the form with the example.
pub(super) fn open_example(model: &mut Model) -> Vec<Effect> {
    if let Some(effects) = go_on(model, Origin::Example) {
        return effects;
    }
    let form = Form { text: EXAMPLE.trim().to_owned(), ..Form::default() };
    let effects = open_with(model, Origin::Example, &form);
    read_from_the_start(model);
    model.say(Tone::Done, "An example to start with: Ctrl-R runs it.");
    effects
}

/// Scrolls to the beginning of a text that should be read before it is changed.
fn read_from_the_start(model: &mut Model) {
    let text = model
        .compose
        .as_mut()
        .and_then(|compose| compose.fields.iter_mut().find(|field| field.key == TEXT));
    if let Some(Field { value: Value::Typed(text), .. }) = text {
        text.go_to_start();
    }
}

fn open_with(model: &mut Model, origin: Origin, form: &Form) -> Vec<Effect> {
    let mut compose = Compose::new(form, model.now.key);
    compose.origin = origin;
    let file = compose.field(FILE_FIELD).map(|field| field.shown().to_owned()).unwrap_or_default();
    model.compose = Some(compose);
    model.screen = Screen::Studies;
    model.requests.want(Want::Check, model.now.ms);
    if file.is_empty() { Vec::new() } else { vec![Effect::Attach(file)] }
}

/// Opens the form with the specification of an earlier study, unless another form was opened meanwhile.
pub(super) fn again(model: &mut Model, study: StudyId, spec: &StudySpec) -> Vec<Effect> {
    if model.compose.is_some() || !model.layers.is_empty() {
        return Vec::new();
    }
    let effects = open_with(model, Origin::Again(study), &Form::of_spec(spec));
    read_from_the_start(model);
    model.say(Tone::Done, "The same study again: change what you like, Ctrl-R runs it.");
    then_edit(model, effects)
}

/// Opens the form with the saved draft that repeats a study.
pub(super) fn go_on_again(model: &mut Model, study: StudyId) -> Vec<Effect> {
    let effects = go_on(model, Origin::Again(study)).unwrap_or_default();
    then_edit(model, effects)
}

/// Opens the editor if that was requested.
fn then_edit(model: &mut Model, mut effects: Vec<Effect>) -> Vec<Effect> {
    if std::mem::take(&mut model.again) == Again::Editor {
        effects.extend(edit(model));
    }
    effects
}

/// Closes the form; its draft is saved.
pub(super) fn close(model: &mut Model) -> Vec<Effect> {
    let Some(compose) = model.compose.take() else { return Vec::new() };
    if let Some((origin, form)) = compose.unkept() {
        let pushed_out = model.drafts.keep(origin, form.clone());
        let pushed_out = pushed_out.map(|origin| Effect::SaveDraft(origin, Form::default()));
        say_kept(model, origin);
        return [Effect::SaveDraft(origin, form)].into_iter().chain(pushed_out).collect();
    }
    say_kept(model, compose.origin);
    Vec::new()
}

/// Tells how to return to the draft of that origin, if there is one.
fn say_kept(model: &mut Model, origin: Origin) {
    if model.drafts.of(origin).is_none() {
        return;
    }
    let way = match origin {
        Origin::New => "n goes on with it",
        Origin::Example => "Enter in the empty list goes on with it",
        Origin::Again(_) => "d on that study goes on with it",
    };
    model.say(Tone::Done, format!("The draft is kept: {way}."));
}

/// Handles a change in the form: it is checked again, and a changed file is read again.
fn changed(model: &mut Model) -> Vec<Effect> {
    let now = model.now;
    let Some(compose) = &mut model.compose else { return Vec::new() };
    compose.changed(now.ms, now.key);
    let name =
        compose.field(FILE_FIELD).map(|field| field.shown().trim().to_owned()).unwrap_or_default();
    let at_file = compose.fields.get(compose.at).is_some_and(|field| field.key == FILE_FIELD);
    if at_file {
        compose.files.clear();
        if name.is_empty() {
            compose.attached = Attached::None;
        }
    }
    if !has_text(&compose.draft()) {
        compose.checked = Checked::Not;
    }
    model.requests.want(Want::Check, now.ms);
    if at_file && !name.is_empty() { vec![Effect::Attach(name)] } else { Vec::new() }
}

/// Edits the text of the focused field.
pub(super) fn edit_field(model: &mut Model, change: impl FnOnce(&mut TextBox)) -> Vec<Effect> {
    let Some(field) = model.compose.as_mut().and_then(Compose::current) else { return Vec::new() };
    let Value::Typed(input) = &mut field.value else { return Vec::new() };
    let before = input.text().to_owned();
    change(input);
    let is_changed = input.text() != before;
    if is_changed { changed(model) } else { Vec::new() }
}

/// Whether the focused field is a choice.
pub(super) fn is_choice(model: &Model) -> bool {
    model
        .compose
        .as_ref()
        .and_then(|compose| compose.fields.get(compose.at))
        .is_some_and(|field| matches!(field.value, Value::Choice(..)))
}

/// Clears the default value of a line when the user types over it.
pub(super) fn make_way(model: &mut Model) {
    if let Some(compose) = &mut model.compose
        && compose.stands_at_first()
        && let Some(Field { value: Value::Typed(input), .. }) = compose.current()
    {
        input.set("");
    }
}

/// Typing on a choice: Space and Enter move on, a letter selects the next word that begins with it.
pub(super) fn typed_on_choice(model: &mut Model, text: &str) -> Vec<Effect> {
    match text {
        " " => turn(model, 1),
        "\n" => next_field(model, 1),
        letter => {
            let Some(field) = model.compose.as_mut().and_then(Compose::current) else {
                return Vec::new();
            };
            let Value::Choice(words, at) = &field.value else { return Vec::new() };
            let count = words.len();
            let next = (1..=count)
                .map(|step| (*at + step) % count)
                .find(|index| field.spelled(words[*index]).starts_with(letter));
            let Some(next) = next else { return Vec::new() };
            field.value = Value::Choice(words.clone(), next);
            changed(model)
        }
    }
}

/// The next or previous word of a choice.
fn turn(model: &mut Model, by: isize) -> Vec<Effect> {
    let Some(field) = model.compose.as_mut().and_then(Compose::current) else { return Vec::new() };
    let Value::Choice(words, at) = &mut field.value else { return Vec::new() };
    *at = (*at + words.len()).saturating_add_signed(by) % words.len().max(1);
    changed(model)
}

/// The next or previous field.
pub(super) fn next_field(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(compose) = &mut model.compose {
        compose.step(by);
    }
    Vec::new()
}

/// An arrow key: within a text, along a choice, or to the next field.
pub(super) fn steer(model: &mut Model, steer: Steer) -> Vec<Effect> {
    let go = match steer {
        Steer::Left => Go::Left,
        Steer::Right => Go::Right,
        Steer::Up => Go::Up,
        Steer::Down => Go::Down,
    };
    let Some(field) = model.compose.as_mut().and_then(Compose::current) else { return Vec::new() };
    let by = if matches!(steer, Steer::Up | Steer::Left) { -1 } else { 1 };
    match &mut field.value {
        Value::Choice(..) if matches!(steer, Steer::Left | Steer::Right) => turn(model, by),
        Value::Typed(input) if matches!(steer, Steer::Left | Steer::Right) => {
            input.go(go);
            Vec::new()
        }
        Value::Typed(input) if input.lines() == Lines::Many && !input.is_at_edge(go) => {
            input.go(go);
            Vec::new()
        }
        Value::Choice(..) | Value::Typed(_) => next_field(model, by),
    }
}

/// Half a page within a long text.
pub(super) fn go(model: &mut Model, step: Move) -> Vec<Effect> {
    let Move::By(by) = step else { return Vec::new() };
    let go = if by < 0 { Go::Up } else { Go::Down };
    if let Some(field) = model.compose.as_mut().and_then(Compose::current)
        && let Value::Typed(input) = &mut field.value
    {
        for _ in 0..by.unsigned_abs() {
            input.go(go);
        }
    }
    Vec::new()
}

/// Undoes the last change of the field.
pub(super) fn undo(model: &mut Model) -> Vec<Effect> {
    edit_field(model, TextBox::undo)
}

/// Opens the text in the user's editor.
pub(super) fn edit(model: &mut Model) -> Vec<Effect> {
    let text = model.compose.as_ref().and_then(|compose| compose.field(TEXT));
    text.map(|field| Effect::Edit(field.shown().to_owned())).into_iter().collect()
}

/// Handles the text from the editor.
pub(super) fn edited(model: &mut Model, text: Result<String, String>) -> Vec<Effect> {
    match text {
        Ok(text) => {
            let Some(compose) = &mut model.compose else { return Vec::new() };
            compose.at =
                compose.fields.iter().position(|field| field.key == TEXT).unwrap_or(compose.at);
            let safe = protocol::safe::block(&text).trim_end().to_owned();
            edit_field(model, |input| input.set(&safe))
        }
        Err(why) => {
            model.say(Tone::Trouble, protocol::safe::line(&why).into_owned());
            Vec::new()
        }
    }
}

/// Completes the name of an engine or of a file, or takes the next word of a choice.
pub(super) fn complete(model: &mut Model) -> Vec<Effect> {
    if is_choice(model) {
        return turn(model, 1);
    }
    let Some(compose) = &mut model.compose else { return Vec::new() };
    let name = compose.fields.get(compose.at).and_then(|field| compose.next_name(field));
    if let Some(name) = name {
        return edit_field(model, |input| input.set(&name));
    }
    let file = compose.fields.iter().position(|field| field.key == FILE_FIELD);
    compose.at = file.unwrap_or(compose.at);
    let typed = compose.field(FILE_FIELD).map(|field| field.shown().to_owned()).unwrap_or_default();
    vec![Effect::ListFiles(typed)]
}

/// Handles file completions: a single one is taken, several are listed and their common prefix is typed.
pub(super) fn files(model: &mut Model, typed: &str, files: &[String]) -> Vec<Effect> {
    let Some(compose) = &mut model.compose else { return Vec::new() };
    if compose.field(FILE_FIELD).is_none_or(|field| field.shown() != typed) {
        return Vec::new();
    }
    let Some(first) = files.first() else {
        model.say(Tone::Trouble, "No file begins like that.");
        return Vec::new();
    };
    let agreed = files.iter().skip(1).fold(first.as_str(), |agreed, name| {
        let same = agreed.char_indices().zip(name.chars()).find(|((_, a), b)| a != b);
        same.map_or(if agreed.len() <= name.len() { agreed } else { name }, |((at, _), _)| {
            &agreed[..at]
        })
    });
    let agreed = agreed.to_owned();
    let shown: Vec<String> = if files.len() > 1 {
        files.iter().map(|name| protocol::safe::line(name).into_owned()).collect()
    } else {
        Vec::new()
    };
    let effects = if agreed.len() > typed.len() {
        edit_field(model, |input| input.set(&agreed))
    } else {
        Vec::new()
    };
    if let Some(compose) = &mut model.compose {
        compose.files = shown;
    }
    effects
}

/// Handles the content of a named file, or its read error.
pub(super) fn attached(model: &mut Model, name: &str, text: Result<String, String>) -> Vec<Effect> {
    let now = model.now.ms;
    let Some(compose) = &mut model.compose else { return Vec::new() };
    if compose.field(FILE_FIELD).is_none_or(|field| field.shown().trim() != name) {
        return Vec::new();
    }
    compose.attached = match text {
        Ok(text) => Attached::Text(text),
        Err(why) => Attached::Trouble(protocol::safe::line(&why).into_owned()),
    };
    compose.revision += 1;
    model.requests.want(Want::Check, now);
    Vec::new()
}

/// Submits the study, if the draft is valid.
pub(super) fn run(model: &mut Model) -> Vec<Effect> {
    submit(model, Cost::Unasked)
}

/// Sends the draft.
pub(super) fn submit(model: &mut Model, cost: Cost) -> Vec<Effect> {
    if !can_ask(model) {
        return Vec::new();
    }
    let Some(compose) = &mut model.compose else { return Vec::new() };
    if model.sent.is_some() {
        return Vec::new();
    }
    if let Checked::Bad(error) = &compose.checked {
        let place = error.problems.first().and_then(|problem| compose.place_of(problem));
        if let Some(at) =
            place.and_then(|key| compose.fields.iter().position(|field| field.key == key))
        {
            compose.at = at;
        }
        model.say(Tone::Trouble, "It cannot run yet: the field under the cursor says why.");
        return Vec::new();
    }
    let draft = compose.draft();
    if !has_text(&draft) {
        compose.at =
            compose.fields.iter().position(|field| field.key == TEXT).unwrap_or(compose.at);
        model.say(
            Tone::Trouble,
            "Write what respondents should read, or name a file that holds it.",
        );
        return Vec::new();
    }
    if let Some(missing) = compose.missing_credits() {
        let text = format!(
            "{} are missing: `demoscope credits grant {missing}` adds them.",
            credits(missing),
        );
        model.say(Tone::Trouble, text);
        // The user may have granted credits meanwhile.
        model.requests.want(Want::Balance, model.now.ms);
        return Vec::new();
    }
    compose.sending = Sending::UnderWay;
    model.sent = Some((compose.origin, compose.key));
    let call = Call::Submit { key: compose.key, draft, cost_confirmed: cost == Cost::Agreed };
    vec![Effect::Call(call)]
}
