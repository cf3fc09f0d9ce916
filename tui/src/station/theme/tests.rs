//! Completeness and readability of every theme at every colour level.

use super::*;
use crate::station::look::Line;

fn look(colours: Colours) -> Look {
    Look { colours, glyphs: Glyphs::Unicode, line: Line::Local }
}

const LEVELS: [Colours; 4] = [Colours::None, Colours::Sixteen, Colours::Cube, Colours::True];

/// The dark theme, role by role: in true colour, 256, sixteen, and none.
const DARK: &[(Role, [&str; 4])] = &[
    (Role::Text, ["#d7dae0", "253", "", ""]),
    (Role::Dim, ["#9aa3b2", "248", "darkgray", "dim"]),
    (Role::Strong, ["#ffffff bold", "231 bold", "bold", "bold"]),
    (Role::Accent, ["#7cc7ff", "117", "cyan", "bold"]),
    (Role::Border, ["#4b5363", "240", "darkgray", "dim"]),
    (Role::Focus, ["#7cc7ff", "117", "lightcyan", "bold"]),
    (Role::Title, ["#c3c9d4 bold", "251 bold", "bold", "bold"]),
    (Role::Tab, ["#9aa3b2", "248", "", ""]),
    (
        Role::TabOpen,
        ["#10141b on #7cc7ff bold", "233 on 117 bold", "bold reversed", "bold reversed"],
    ),
    (Role::Selected, ["on #2b3444", "on 237", "reversed", "reversed"]),
    (Role::Marked, ["#f2c14e bold", "215 bold", "yellow bold", "bold"]),
    (Role::Good, ["#7fd88f", "114", "green", ""]),
    (Role::Bad, ["#ff7b72", "209", "red", "bold"]),
    (Role::Warning, ["#f2c14e", "215", "yellow", "bold"]),
    (Role::Running, ["#7cc7ff", "117", "cyan", "bold"]),
    (Role::Key, ["#7cc7ff bold", "117 bold", "cyan bold", "bold"]),
    (Role::KeyText, ["#a8b0be", "249", "", ""]),
    (Role::Pending, ["#3f4653", "238", "darkgray", "dim"]),
    (Role::Failed, ["#ff7b72", "209", "red", "bold"]),
    (Role::Quote, ["#cdd3dd", "188", "", ""]),
    (Role::Bar, ["#5aa9e6", "74", "cyan", ""]),
    (Role::Input, ["#ffffff on #2b3444", "231 on 237", "underlined", "underlined"]),
    (Role::Match, ["#f2c14e bold", "215 bold", "yellow bold", "bold underlined"]),
    (Role::Stale, ["#9aa3b2", "248", "darkgray", "dim"]),
    (
        Role::Pointer,
        ["#000000 on #ffffff bold", "16 on 231 bold", "bold reversed", "bold reversed"],
    ),
];

/// A style in words: foreground, background, and weights.
fn written(style: Style) -> String {
    let ink = style.fg.map(|colour| colour.to_string().to_lowercase());
    let ground = style.bg.map(|colour| format!("on {}", colour.to_string().to_lowercase()));
    let weights = style.add_modifier.iter_names().map(|(name, _)| name.to_lowercase());
    ink.into_iter().chain(ground).chain(weights).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_role_has_its_style_at_every_level() {
    assert_eq!(DARK.iter().map(|(role, _)| *role).collect::<Vec<_>>(), Role::ALL);
    let levels = [Colours::True, Colours::Cube, Colours::Sixteen, Colours::None];
    for (place, colours) in levels.into_iter().enumerate() {
        let theme = Theme::named("dark", look(colours)).unwrap();
        for (role, styles) in DARK {
            let found = written(theme.style(*role));
            assert_eq!(found, styles[place], "{} at {colours:?}", role.as_str());
        }
    }
}

#[test]
fn scores_have_their_colours_at_every_level() {
    for (colours, shades) in [
        (Colours::True, ["#5b2a86", "#2d9e8b", "#fde725"]),
        (Colours::Cube, ["54", "36", "220"]),
        (Colours::Sixteen, ["red", "gray", "green"]),
        (Colours::None, ["", "", "bold"]),
    ] {
        let theme = Theme::named("dark", look(colours)).unwrap();
        let found = [0.0, 0.5, 1.0].map(|place| written(theme.score(place)));
        assert_eq!(found, shades, "{colours:?}");
    }
}

#[test]
fn every_theme_gives_every_role_a_look_at_every_level() {
    for name in Theme::names() {
        for colours in LEVELS {
            let theme = Theme::named(name, look(colours)).unwrap();
            assert_eq!(theme.styles.len(), Role::ALL.len());
            assert_eq!(theme.ramp(0.5).is_none(), colours == Colours::None, "{name}");
        }
    }
}

#[test]
fn nothing_has_a_colour_where_there_is_none() {
    for name in Theme::names() {
        let theme = Theme::named(name, look(Colours::None)).unwrap();
        assert!(theme.styles.iter().all(|style| style.fg.is_none() && style.bg.is_none()));
    }
}

#[test]
fn sixteen_colours_use_only_the_terminals_own() {
    for name in Theme::names() {
        let theme = Theme::named(name, look(Colours::Sixteen)).unwrap();
        for style in &theme.styles {
            for colour in [style.fg, style.bg].into_iter().flatten() {
                assert!(!matches!(colour, Color::Rgb(..) | Color::Indexed(_)), "{name}: {colour}");
            }
        }
    }
}

/// The channels of a colour; none of the sixteen, which each terminal chooses.
fn channels(colour: Color) -> Option<[u8; 3]> {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match colour {
        Color::Rgb(red, green, blue) => Some([red, green, blue]),
        Color::Indexed(grey @ 232..) => Some([8 + 10 * (grey - 232); 3]),
        Color::Indexed(place @ 16..) => {
            let step = |digit: u8| STEPS[usize::from(digit % 6)];
            Some([step((place - 16) / 36), step((place - 16) / 6), step(place - 16)])
        }
        _ => None,
    }
}

/// Relative luminance as WCAG 2 defines it.
fn luminance(colour: Color) -> f64 {
    let Some([red, green, blue]) = channels(colour) else { return 0.0 };
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/// How far the letters of a style stand out from their ground, painted or the terminal's; nothing for letters in the terminal's own
/// colour.
fn contrast(style: Style, ground: f64) -> Option<f64> {
    let ink = luminance(style.fg?);
    let ground = style.bg.map_or(ground, luminance);
    Some((ink.max(ground) + 0.05) / (ink.min(ground) + 0.05))
}

/// The roles of texts.
const TEXTS: &[Role] = &[
    Role::Text,
    Role::Dim,
    Role::Strong,
    Role::Accent,
    Role::Title,
    Role::Tab,
    Role::TabOpen,
    Role::Marked,
    Role::Good,
    Role::Bad,
    Role::Warning,
    Role::Key,
    Role::KeyText,
    Role::Quote,
    Role::Running,
    Role::Input,
    Role::Match,
    Role::Failed,
    Role::Stale,
    Role::Pointer,
];

#[test]
fn text_stands_out_from_the_terminal_it_is_made_for_and_from_the_selection() {
    for (name, ground, least) in [
        ("dark", 0.01, 4.5),
        ("colour-blind-safe", 0.01, 4.5),
        ("light", 1.0, 4.5),
        ("neutral", 1.0, 4.5),
        ("neutral", 0.0, 4.4),
        ("high-contrast", 0.0, 7.0),
        ("grey", luminance(Color::Rgb(0x80, 0x80, 0x80)), 4.5),
    ] {
        for colours in [Colours::True, Colours::Cube] {
            let theme = Theme::named(name, look(colours)).unwrap();
            for role in TEXTS {
                let plain = theme.style(*role);
                // As a row under the cursor is drawn: the selection over what stands there.
                let selected = plain.patch(theme.style(Role::Selected));
                let in_rows = ![Role::TabOpen, Role::Pointer].contains(role);
                let styles = [("plain", plain), ("selected", selected)];
                for (place, style) in styles.into_iter().take(1 + usize::from(in_rows)) {
                    let Some(contrast) = contrast(style, ground) else {
                        // The terminal's own colour is read on its own ground.
                        assert!(["neutral", "grey"].contains(&name), "{name}: {}", role.as_str());
                        continue;
                    };
                    assert!(
                        contrast >= least,
                        "{name}, {colours:?}: {} {place} has {contrast:.2}",
                        role.as_str()
                    );
                }
            }
        }
    }
}

/// What says that data may be out of date is text, too.
#[test]
fn a_light_theme_has_no_pale_text() {
    let theme = Theme::named("light", look(Colours::True)).unwrap();
    for role in [Role::Stale, Role::Tab, Role::Title, Role::Marked, Role::Focus] {
        let contrast = 1.05 / (theme.style(role).fg.map_or(1.0, luminance) + 0.05);
        assert!(contrast >= 4.5, "{} has {contrast:.1}", role.as_str());
    }
}

#[test]
fn the_theme_fits_the_ground_and_only_a_chosen_one_is_remembered() {
    use crate::station::model::saved::Settings;
    use crate::station::testing::Rig;

    let look = look(Colours::True);
    for (ground, name) in [
        (Some(Ground::Dark), "dark"),
        (Some(Ground::Light), "light"),
        (Some(Ground::Middle), "grey"),
        (None, "neutral"),
    ] {
        let mut model = Rig::bare((120, 36), look).model;
        model.theme = Theme::fitted(ground, look).unwrap();
        assert_eq!(model.theme.name(), name);
        assert_eq!(Settings::of(&model).theme, None, "nobody chose it");
        model.theme = Theme::named(name, look).unwrap();
        assert_eq!(Settings::of(&model).theme.as_deref(), Some(name));
    }
}

#[test]
fn a_theme_that_lacks_a_role_or_names_no_colour_says_so() {
    let text = BUILT_IN[0].1;
    let without = text.replace("pointer", "pionter");
    let error = Theme::read("mine", &without, look(Colours::True)).unwrap_err();
    assert!(error.to_string().contains("pionter"), "{error}");
    let strange = text.replacen("\"bold\"", "\"loud\"", 1);
    let error = Theme::read("mine", &strange, look(Colours::True)).unwrap_err();
    assert!(error.to_string().contains("loud"), "{error}");
    let error = Theme::named("neon", look(Colours::True)).unwrap_err();
    assert!(error.to_string().contains("high-contrast"), "{error}");
}
