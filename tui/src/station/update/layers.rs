//! Overlays: opening them, moving within them and accepting their entries.

use protocol::id::StudyId;

use super::{act, can_ask, palette as find};
use crate::station::action::{ACTIONS, Action};
use crate::station::effect::{Call, Effect, Export};
use crate::station::model::layer::{
    Command, Consent, Help, Item, Layer, Menu, Offer, Palette, Person, Pick, Prompt, Purpose, Yes,
};
use crate::station::model::requests::Want;
use crate::station::model::results::SegmentOrder;
use crate::station::model::studies::{Column, Direction};
use crate::station::model::{Model, Screen, Tone};
use crate::station::theme::Theme;
use crate::station::widgets::textbox::{Lines, TextBox};
use crate::station::widgets::window::{Move, Window};

/// The message for Enter when nothing is selected.
const HELD: &str = "Nothing is chosen: down chooses it, or type its whole name.";

/// Opens the palette.
pub(super) fn open_palette(model: &mut Model) -> Vec<Effect> {
    let place = model.place();
    let mut offers: Vec<Offer> = ACTIONS
        .iter()
        .filter(|entry| entry.action.works_in(place) && !is_step(entry.action))
        .map(|entry| Offer {
            command: Command::Do(entry.action),
            title: format!("{}: {}", entry.label, entry.help),
            note: model.keymap.keys(place, entry.action).into_iter().next().unwrap_or_default(),
        })
        .collect();
    offers.extend(model.studies.all().iter().map(|study| Offer {
        command: Command::Open(study.id),
        title: study.name.clone(),
        note: "study".to_owned(),
    }));
    let mut palette = Palette { offers, ..Palette::default() };
    find::search(&mut palette);
    model.layers.push(Layer::Palette(palette));
    Vec::new()
}

/// Whether an action only moves the cursor; such actions are not listed in the palette.
fn is_step(action: Action) -> bool {
    action.entry().name.starts_with("move.") || matches!(action, Action::Back | Action::Palette)
}

/// Opens the help for the focused place.
pub(super) fn open_help(model: &mut Model) -> Vec<Effect> {
    let place = model.place();
    let help = Help { place, input: TextBox::default(), window: Window::default() };
    model.layers.push(Layer::Help(help));
    Vec::new()
}

fn menu(model: &mut Model, title: &'static str, items: Vec<Item>, cursor: usize) -> Vec<Effect> {
    model.layers.push(Layer::Menu(Menu { title, items, window: Window { cursor, top: 0 } }));
    Vec::new()
}

fn item(key: char, label: &str, note: &str, pick: Pick) -> Item {
    Item { key, label: label.to_owned(), note: note.to_owned(), pick }
}

/// Opens the menu of export formats.
pub(super) fn open_export(model: &mut Model) -> Vec<Effect> {
    if model.study().is_none() {
        model.say(Tone::Trouble, "There is nothing to export yet.");
        return Vec::new();
    }
    if model.screen == Screen::Studies {
        // Exports apply to the open study, so the study under the cursor of the list is opened.
        let id = model.studies.selected().map(|study| study.id);
        if let Some(id) = id.filter(|id| model.open_study.study != Some(*id)) {
            model.open_study.open(id);
            model.requests.forget_lens();
        }
    }
    let items = vec![
        item('c', "Answers as CSV", "one row an answer", Pick::Export(Export::Csv)),
        item('j', "Everything as JSON", "report and answers", Pick::Export(Export::Json)),
        item('m', "Report as Markdown", "to read and to edit", Pick::Export(Export::Markdown)),
        item('h', "Report as HTML", "one page, to send", Pick::Export(Export::Html)),
        item('s', "This screen as SVG", "a picture of the charts", Pick::Picture),
    ];
    menu(model, "Export", items, 0)
}

/// Opens the sort menu.
pub(super) fn open_sort(model: &mut Model) -> Vec<Effect> {
    if model.screen == Screen::Results {
        let sort = |order| Pick::SortSegments(order);
        let items = vec![
            item(
                'l',
                "Lowest first",
                "who liked it least",
                sort(SegmentOrder::Value(Direction::Rising)),
            ),
            item(
                'h',
                "Highest first",
                "who liked it most",
                sort(SegmentOrder::Value(Direction::Falling)),
            ),
            item(
                'n',
                "In their own order",
                "youngest first, lowest income first",
                sort(SegmentOrder::Natural),
            ),
        ];
        return menu(model, "Sort segments", items, 0);
    }
    let items = Column::ALL
        .iter()
        .map(|(column, label, key)| {
            let note = match (*column == model.studies.column, model.studies.direction) {
                (false, _) => "",
                (true, Direction::Falling) => "now, falling: again turns it round",
                (true, Direction::Rising) => "now, rising: again turns it round",
            };
            item(*key, label, note, Pick::Sort(*column))
        })
        .collect();
    let cursor = Column::ALL.iter().position(|(column, ..)| *column == model.studies.column);
    menu(model, "Sort by", items, cursor.unwrap_or(0))
}

/// Opens the menu with the saved draft that repeats a study, or the study itself.
pub(super) fn open_again(model: &mut Model, study: StudyId) -> Vec<Effect> {
    let items = vec![
        item(
            'g',
            "Go on with the draft",
            "what you changed in it and did not run",
            Pick::GoOn(study),
        ),
        item(
            'f',
            "Begin afresh",
            "the study as it was; the draft is given up",
            Pick::Afresh(study),
        ),
    ];
    menu(model, "The same again", items, 0)
}

/// Opens the theme menu.
pub(super) fn open_themes(model: &mut Model) -> Vec<Effect> {
    let names = Theme::names();
    let cursor = names.iter().position(|name| *name == model.theme.name()).unwrap_or(0);
    let items = names
        .into_iter()
        .map(|name| item(name.chars().next().unwrap_or(' '), name, "", Pick::Theme(name)))
        .collect();
    menu(model, "Theme", items, cursor)
}

/// Opens the filter input for the list or the quotes.
pub(super) fn open_filter(model: &mut Model) -> Vec<Effect> {
    let (purpose, before) = match model.screen {
        Screen::Studies => (Purpose::FilterStudies, model.studies.filter.clone()),
        Screen::Logs => (Purpose::FilterLogs, model.logs.words.clone()),
        Screen::Live | Screen::Results | Screen::Chain | Screen::Findings | Screen::Hooks => {
            (Purpose::FilterQuotes, model.open_study.results.drill.words.clone())
        }
    };
    prompt(model, purpose, &before)
}

/// Opens the tag input of a study.
pub(super) fn open_tags(model: &mut Model) -> Vec<Effect> {
    let Some(study) = model.studies.selected() else { return Vec::new() };
    let (id, tags) = (study.id, study.tags.join(", "));
    prompt(model, Purpose::Tags(id), &tags)
}

fn prompt(model: &mut Model, purpose: Purpose, text: &str) -> Vec<Effect> {
    let input = TextBox::new(text, Lines::One);
    model.layers.push(Layer::Prompt(Prompt { purpose, input, before: text.to_owned() }));
    Vec::new()
}

/// Moves the cursor of the top overlay, if it has one.
pub(super) fn go(model: &mut Model, step: Move) -> Option<Vec<Effect>> {
    let help_rows = match model.layers.last()? {
        Layer::Help(help) => crate::station::screens::help::rows(model, help).len(),
        _ => 0,
    };
    match model.layers.last_mut()? {
        Layer::Palette(palette) if palette.is_held => {
            // The first arrow key selects the first row; later ones move.
            palette.is_held = false;
            palette.window = Window::default();
        }
        Layer::Palette(palette) => palette.window.go(step, palette.found.len()),
        Layer::Menu(menu) => menu.window.go(step, menu.items.len()),
        Layer::Help(help) => help.window.go(step, help_rows),
        Layer::Person(person) => {
            person.scroll = match step {
                Move::By(by) => person.scroll.saturating_add_signed(by),
                Move::First => 0,
                Move::Last => usize::MAX / 2,
            };
        }
        Layer::Ranking(page) => {
            let rows = page.found.as_ref().and_then(|found| found.as_ref().ok());
            page.window.go(step, rows.map_or(0, |found| found.studies.len()));
        }
        Layer::Prompt(_) | Layer::Question(_) => {}
    }
    Some(Vec::new())
}

/// Accepts the selected entry of the top overlay.
pub(super) fn accept(model: &mut Model) -> Vec<Effect> {
    let Some(layer) = model.layers.pop() else { return Vec::new() };
    match layer {
        Layer::Palette(palette) => {
            let offer = palette
                .chosen()
                .and_then(|row| palette.found.get(row))
                .and_then(|at| palette.offers.get(*at));
            match offer.map(|offer| offer.command.clone()) {
                Some(Command::Do(action)) => {
                    let effects = act::act(model, action);
                    if let Some(Layer::Question(question)) = model.layers.last_mut() {
                        // The user may press Enter a second time without having read the question.
                        question.by = Yes::Letter;
                    }
                    effects
                }
                Some(Command::Open(id)) => open_study(model, id),
                // Without a match there is nothing to accept, and the key must not reach the screen below.
                None => {
                    if palette.is_held {
                        model.say(Tone::Trouble, HELD);
                    }
                    model.layers.push(Layer::Palette(palette));
                    Vec::new()
                }
            }
        }
        Layer::Menu(menu) => match menu.items.get(menu.window.cursor) {
            Some(item) => pick(model, &item.pick),
            None => Vec::new(),
        },
        Layer::Prompt(prompt) => match prompt.purpose {
            Purpose::FilterStudies | Purpose::FilterQuotes | Purpose::FilterLogs => Vec::new(),
            Purpose::Tags(id) => {
                if !can_ask(model) {
                    return Vec::new();
                }
                let tags = prompt.input.text().split(',').map(|tag| tag.trim().to_owned());
                let tags = tags.filter(|tag| !tag.is_empty()).collect();
                vec![Effect::Call(Call::Tag(id, tags))]
            }
        },
        Layer::Question(question) => match question.by {
            Yes::Enter => consent(model, question.consent),
            Yes::Letter => {
                model.say(Tone::Done, "Nothing was done: there y says yes.");
                Vec::new()
            }
        },
        Layer::Ranking(page) => match page.chosen() {
            Some(id) => open_study(model, id),
            // While it is computed there is nothing to open.
            None => {
                model.layers.push(Layer::Ranking(page));
                Vec::new()
            }
        },
        Layer::Help(_) | Layer::Person(_) => Vec::new(),
    }
}

/// Opens a study that was found by name, whatever the list shows.
fn open_study(model: &mut Model, id: StudyId) -> Vec<Effect> {
    model.studies.filter.clear();
    model.studies.arrange();
    model.studies.select(Some(id));
    model.screen = Screen::Studies;
    super::studies::open(model)
}

fn consent(model: &mut Model, consent: Consent) -> Vec<Effect> {
    match consent {
        Consent::Quit => super::leave(model),
        Consent::Apply(study, choice) => super::chain::apply(model, study, choice),
        Consent::Cost => super::compose::submit(model, super::compose::Cost::Agreed),
        Consent::MoreCost(id) => {
            vec![Effect::Call(Call::Control(id, protocol::service::Control::Agree))]
        }
        Consent::CostRequest(id, decision) => super::cost_requests::decide(model, id, decision),
        Consent::Cancel(ids) => {
            model.studies.marked.clear();
            let cancel = |id| Effect::Call(Call::Control(id, protocol::service::Control::Cancel));
            ids.into_iter().map(cancel).collect()
        }
    }
}

/// Answers a question by a letter: `y` where that is required, or that of its third answer.
pub(super) fn say_yes(model: &mut Model, letter: char) -> Option<Vec<Effect>> {
    let Some(Layer::Question(question)) = model.layers.last() else { return None };
    let other = question.other.as_ref().filter(|other| letter.eq_ignore_ascii_case(&other.key));
    let is_yes = question.by == Yes::Letter && letter.eq_ignore_ascii_case(&'y');
    let consent_found = match other {
        Some(other) => other.consent.clone(),
        None if is_yes => question.consent.clone(),
        None => return None,
    };
    model.layers.pop();
    Some(consent(model, consent_found))
}

/// Selects the menu item of a pressed letter.
pub(super) fn pick_by_letter(model: &mut Model, letter: char) -> Option<Vec<Effect>> {
    let Some(Layer::Menu(menu)) = model.layers.last() else { return None };
    let pick_found = menu.items.iter().find(|item| item.key == letter)?.pick.clone();
    model.layers.pop();
    Some(pick(model, &pick_found))
}

fn pick(model: &mut Model, pick: &Pick) -> Vec<Effect> {
    match pick {
        Pick::Export(export) => super::export::write(model, *export),
        Pick::Picture => super::export::picture(model),
        Pick::Sort(column) => {
            let studies = &mut model.studies;
            if studies.column == *column {
                studies.direction = studies.direction.turned();
            } else {
                studies.column = *column;
                studies.direction = Direction::default();
            }
            let selected = studies.selected().map(|study| study.id);
            studies.arrange();
            studies.select(selected);
            Vec::new()
        }
        Pick::SortSegments(order) => {
            model.open_study.results.order = *order;
            model.open_study.results.main = Window::default();
            Vec::new()
        }
        Pick::CostRequest(id) => super::cost_requests::ask(model, *id),
        Pick::GoOn(study) => super::compose::go_on_again(model, *study),
        Pick::Afresh(study) => super::studies::ask_again(model, *study),
        Pick::Theme(name) => match Theme::named(name, model.theme.look()) {
            Ok(theme) => {
                model.theme = theme;
                Vec::new()
            }
            Err(error) => {
                model.say(Tone::Trouble, error.to_string());
                Vec::new()
            }
        },
    }
}

/// Shows the next or previous respondent of the list.
pub(super) fn turn_person(model: &mut Model, by: isize) -> Vec<Effect> {
    if let Some(Layer::Person(person)) = model.layers.last_mut() {
        let last = person.people.len().saturating_sub(1);
        person.at = person.at.saturating_add_signed(by).min(last);
        person.scroll = 0;
        let at = person.at;
        if model.screen == Screen::Results {
            model.open_study.results.quotes.cursor = at;
        }
        if model.screen == Screen::Findings {
            model.open_study.findings.quotes.cursor = at;
        }
    }
    want_shown_person(model);
    Vec::new()
}

/// Requests the answer of the respondent whose page is open.
pub(super) fn want_shown_person(model: &mut Model) {
    let Some(Layer::Person(Person { people, at, .. })) = model.layers.last() else { return };
    if let Some(ordinal) = people.get(*at).copied()
        && !model.open_study.responses.contains_key(&ordinal)
    {
        model.requests.want(Want::Answer(ordinal), model.now.ms);
    }
}
