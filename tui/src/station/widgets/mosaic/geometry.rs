//! Mosaic geometry: the position of each respondent and their neighbours. Pure arithmetic on the size of the area,
//! shared by drawing, cursor keys and clicks, so that they always agree.

use ratatui::layout::Rect;

use super::{NO_SCORE, PENDING, UNREAD};

/// Possible tiles of a respondent, largest first: cells across and down.
const TILES: [(u16, u16); 6] = [(7, 3), (5, 2), (4, 2), (3, 1), (2, 1), (1, 1)];

/// A direction in the mosaic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Steer {
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Up.
    Up,
    /// Down.
    Down,
}

/// The positions of all respondents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Geometry {
    /// In rows, in panel order.
    Grid(Grid),
    /// In a column for each score.
    Columns(MosaicColumns),
}

/// Rows of equal tiles, or of half-cell dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
    /// Respondents in the panel.
    pub(super) people: usize,
    /// Tiles or cells in a row.
    pub(super) across: usize,
    /// Respondents per dot.
    pub(super) per_dot: usize,
    /// The size of a dot.
    pub(super) dot: DotSize,
}

/// The size of a dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DotSize {
    /// That many cells across and down.
    Tile(u16, u16),
    /// The upper or the lower half of a cell.
    Half,
}

/// A column for each score, filled from below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MosaicColumns {
    /// Respondents by score, lowest score first.
    pub(super) by_score: Vec<Vec<usize>>,
    /// Cells from one column to the next.
    pub(super) band: u16,
    /// Adjacent dots in a column.
    pub(super) across: usize,
    /// Width of a dot in cells.
    pub(super) tile: u16,
    /// Respondents per dot.
    pub(super) per_dot: usize,
}

impl Geometry {
    /// The rows that use the area best.
    pub(super) fn grid(people: usize, area: Rect, halves: bool) -> Self {
        let (width, height) = (usize::from(area.width), usize::from(area.height));
        for (across, down) in TILES {
            let columns = width / usize::from(across);
            if columns * (height / usize::from(down)) >= people {
                let dot = DotSize::Tile(across, down);
                return Self::Grid(Grid { people, across: columns.max(1), per_dot: 1, dot });
            }
        }
        let (dot, dots) = if halves {
            (DotSize::Half, width * height * 2)
        } else {
            (DotSize::Tile(1, 1), width * height)
        };
        let per_dot = people.div_ceil(dots.max(1)).max(1);
        Self::Grid(Grid { people, across: width.max(1), per_dot, dot })
    }

    /// A column for each score of the scale.
    pub(super) fn columns(scores: &[u8], (low, high): (i32, i32), area: Rect) -> Self {
        let values = usize::try_from(high - low + 1).unwrap_or(1).max(1);
        let mut by_score = vec![Vec::new(); values];
        for (person, score) in scores.iter().enumerate() {
            if matches!(*score, PENDING | NO_SCORE | UNREAD) {
                continue;
            }
            let place = usize::try_from(i32::from(*score) - 1 - low).unwrap_or(0);
            by_score[place.min(values - 1)].push(person);
        }
        let band = (usize::from(area.width) / values).max(1);
        let inner = if band > 2 { band - 1 } else { band };
        let height = usize::from(area.height.saturating_sub(1)).max(1);
        let most = by_score.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let per_dot = most.div_ceil(inner * height).max(1);
        let across = most.div_ceil(per_dot).div_ceil(height).clamp(1, inner);
        Self::Columns(MosaicColumns {
            by_score,
            band: u16::try_from(band).unwrap_or(u16::MAX),
            across,
            tile: u16::try_from(inner / across).unwrap_or(1).max(1),
            per_dot,
        })
    }

    /// Respondents per dot.
    pub(crate) fn per_dot(&self) -> usize {
        match self {
            Self::Grid(grid) => grid.per_dot,
            Self::Columns(columns) => columns.per_dot,
        }
    }

    /// The neighbour of a respondent in that direction; the same respondent if there is none.
    pub(crate) fn neighbour(&self, person: usize, steer: Steer) -> usize {
        match self {
            Self::Grid(grid) => grid.neighbour(person, steer).unwrap_or(person),
            Self::Columns(columns) => columns.neighbour(person, steer).unwrap_or(person),
        }
    }

    /// The respondent at a cell.
    pub(crate) fn person_at(&self, area: Rect, x: u16, y: u16) -> Option<usize> {
        let (column, row) = (x.checked_sub(area.x)?, y.checked_sub(area.y)?);
        match self {
            Self::Grid(grid) => {
                let (across, down) = match grid.dot {
                    DotSize::Tile(across, down) => (column / across, row / down),
                    DotSize::Half => (column, row),
                };
                let dot = (usize::from(down) * grid.across + usize::from(across)) * grid.stacked();
                let person = dot * grid.per_dot;
                (usize::from(across) < grid.across && person < grid.people).then_some(person)
            }
            Self::Columns(columns) => {
                let people = columns.by_score.get(usize::from(column / columns.band))?;
                let across = usize::from(column % columns.band / columns.tile);
                let up = usize::from(area.height.checked_sub(row + 2)?);
                let dot = up * columns.across + across;
                people.get(dot * columns.per_dot).copied().filter(|_| across < columns.across)
            }
        }
    }
}

impl Grid {
    /// Dots in a cell. The two that share a cell are adjacent in the panel, so that a cell is finished before the next
    /// one begins.
    fn stacked(&self) -> usize {
        match self.dot {
            DotSize::Tile(..) => 1,
            DotSize::Half => 2,
        }
    }

    fn neighbour(&self, person: usize, steer: Steer) -> Option<usize> {
        let stacked = self.stacked();
        let row = self.across * stacked;
        // Up from the lower half is the upper half; from there, the lower half of the cell above.
        let within = person / self.per_dot % stacked;
        let (up, down) = match (stacked, within) {
            (1, _) => (row, row),
            (_, 0) => (row - 1, 1),
            _ => (1, row - 1),
        };
        let to = match steer {
            Steer::Left => person.checked_sub(stacked * self.per_dot),
            Steer::Right => person.checked_add(stacked * self.per_dot),
            Steer::Up => person.checked_sub(up * self.per_dot),
            Steer::Down => person.checked_add(down * self.per_dot),
        };
        to.filter(|to| *to < self.people)
    }
}

impl MosaicColumns {
    fn neighbour(&self, person: usize, steer: Steer) -> Option<usize> {
        let find = |people: &Vec<usize>| people.binary_search(&person).ok();
        let Some((column, place)) = self
            .by_score
            .iter()
            .enumerate()
            .find_map(|(column, people)| find(people).map(|place| (column, place)))
        else {
            return self.by_score.iter().flatten().next().copied();
        };
        let step = match steer {
            Steer::Left | Steer::Right => self.per_dot,
            Steer::Up | Steer::Down => self.across * self.per_dot,
        };
        let along = match steer {
            Steer::Left | Steer::Down => place.checked_sub(step),
            Steer::Right | Steer::Up => place.checked_add(step),
        };
        let within = along.and_then(|place| self.by_score[column].get(place)).copied();
        within.or_else(|| match steer {
            Steer::Left => {
                self.by_score[..column].iter().rev().find_map(|people| people.last()).copied()
            }
            Steer::Right => {
                self.by_score[column + 1..].iter().find_map(|people| people.first()).copied()
            }
            Steer::Up | Steer::Down => None,
        })
    }
}
