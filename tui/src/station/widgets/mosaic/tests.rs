//! Agreement of drawing, cursor and clicks on the position of every respondent, at every size.

use proptest::prelude::*;
use ratatui::buffer::Buffer;

use super::*;
use crate::station::look::{Colours, Glyphs, Line, Look};
use crate::station::theme::Theme;

fn arrangement() -> impl Strategy<Value = Arrangement> {
    prop_oneof![Just(Arrangement::Asked), Just(Arrangement::ByScore)]
}

proptest! {
    #[test]
    fn draws_and_steers_at_every_size(
        scores in proptest::collection::vec(prop_oneof![Just(PENDING), Just(NO_SCORE), 2u8..12], 1..300),
        width in 1u16..70, height in 1u16..30, arrangement in arrangement(), sixteen in any::<bool>(),
        steps in proptest::collection::vec(0usize..4, 0..20),
    ) {
        let area = Rect::new(0, 0, width, height);
        let mosaic = Mosaic { scores: &scores, scale: (1, 10), label: |score| score.to_string(), label_width: 2, arrangement, cursor: Some(0) };
        let colours = if sixteen { Colours::Sixteen } else { Colours::True };
        let look = Look { colours, glyphs: Glyphs::Unicode, line: Line::Local };
        let theme = Theme::named("dark", look).unwrap();
        let mut buffer = Buffer::empty(area);
        let geometry = mosaic.geometry(area, theme.has_half_blocks());
        mosaic.draw(&mut Canvas { buffer: &mut buffer, theme: &theme }, area, &geometry);
        let mut person = 0;
        for step in steps {
            person = geometry.neighbour(person, [Steer::Left, Steer::Right, Steer::Up, Steer::Down][step]);
            prop_assert!(person < scores.len());
        }
        for y in 0..height {
            for x in 0..width {
                if let Some(person) = geometry.person_at(area, x, y) {
                    prop_assert!(person < scores.len());
                }
            }
        }
    }

    #[test]
    fn a_grid_has_a_place_for_everybody(people in 1usize..12_000, width in 4u16..200, height in 2u16..60) {
        let area = Rect::new(3, 2, width, height);
        let Geometry::Grid(grid) = Geometry::grid(people, area, true) else { unreachable!() };
        let rows = people.div_ceil(grid.per_dot).div_ceil(grid.across);
        let down = match grid.dot {
            geometry::DotSize::Tile(_, down) => rows * usize::from(down),
            geometry::DotSize::Half => rows.div_ceil(2),
        };
        prop_assert!(down <= usize::from(height));
    }
}

/// Two respondents in a cell are adjacent in the panel: up and down pass through both of them and back.
#[test]
fn two_who_share_a_cell_are_neighbours() {
    let area = Rect::new(0, 0, 40, 20);
    let geometry = Geometry::grid(1_000, area, true);
    for (person, steer, to) in [
        (0, Steer::Down, 1),
        (1, Steer::Down, 80),
        (80, Steer::Up, 1),
        (1, Steer::Up, 0),
        (0, Steer::Right, 2),
        (0, Steer::Up, 0),
        (999, Steer::Right, 999),
    ] {
        assert_eq!(geometry.neighbour(person, steer), to, "{person} {steer:?}");
    }
    assert_eq!(geometry.person_at(area, 1, 1), Some(82));
}
