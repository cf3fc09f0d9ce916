//! Every theme is complete and readable at every colour level.

use super::*;
use crate::station::look::Line;

fn look(colours: Colours) -> Look {
    Look { colours, glyphs: Glyphs::Unicode, line: Line::Local }
}

const LEVELS: [Colours; 4] = [Colours::None, Colours::Sixteen, Colours::Cube, Colours::True];

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

/// Brightness after gamma, as WCAG 2 defines it.
fn luminance(colour: Color) -> f64 {
    let Color::Rgb(red, green, blue) = colour else { return 0.0 };
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

#[test]
fn text_stands_out_from_the_terminal_it_is_made_for() {
    let on = |theme: &Theme, role: Role, ground: f64| {
        let ink = theme.style(role).fg.map_or(ground, luminance);
        (ink.max(ground) + 0.05) / (ink.min(ground) + 0.05)
    };
    for (name, ground, least) in [
        ("dark", 0.01, 4.5),
        ("colour-blind-safe", 0.01, 4.5),
        ("light", 1.0, 4.5),
        ("high-contrast", 0.0, 7.0),
    ] {
        let theme = Theme::named(name, look(Colours::True)).unwrap();
        for role in [
            Role::Text,
            Role::Dim,
            Role::Strong,
            Role::Accent,
            Role::Good,
            Role::Bad,
            Role::Warning,
            Role::Key,
            Role::Quote,
        ] {
            let contrast = on(&theme, role, ground);
            assert!(contrast >= least, "{name}: {} has {contrast:.1}", role.as_str());
        }
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
