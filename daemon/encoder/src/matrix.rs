//! Matrix products of the model. Rows are first rounded to integers of 16 bits: integer sums are exact, so the register
//! width of a machine cannot change a bit.

use crate::weights::{BLOCK, Linear};

/// The largest integer that a value is rounded to. Times 127, the largest weight, and times the values of a block, it
/// stays below 2^31.
const WHOLE_MAX: f32 = 32_767.0;
/// The product of every row with a matrix, plus the bias: rows of as many values as the matrix has rows. Each block of
/// the matrix is read once for all rows, and the blocks of a row are summed in order.
pub(crate) fn product(of: &Linear, rows: &[f32]) -> Vec<f32> {
    let (height, blocks) = (of.bias.len(), of.width / BLOCK);
    let whole: Vec<Whole> = rows.chunks_exact(of.width).map(Whole::of).collect();
    let mut sums = vec![0.0_f32; height * whole.len()];
    for block in 0..blocks {
        let side: Vec<&[i16; BLOCK]> =
            whole.iter().filter_map(|whole| whole.blocks.get(block)).collect();
        let (matrix, _) = of.numbers.as_chunks::<BLOCK>();
        let scales = of.scales.iter().skip(block).step_by(blocks);
        let column = matrix.iter().skip(block).step_by(blocks).zip(scales);
        for ((bytes, scale), sums) in column.zip(sums.chunks_exact_mut(whole.len())) {
            let weights = bytes.map(|byte| i16::from(byte.cast_signed()));
            for (sum, numbers) in sums.iter_mut().zip(&side) {
                *sum += dot(&weights, numbers) as f32 * scale;
            }
        }
    }
    let mut out = Vec::with_capacity(sums.len());
    for (place, whole) in whole.iter().enumerate() {
        let sums = sums.iter().skip(place).step_by(rows.len() / of.width);
        out.extend(sums.zip(&of.bias).map(|(sum, bias)| sum * whole.scale + bias));
    }
    out
}

/// A row rounded to integers.
struct Whole {
    blocks: Vec<[i16; BLOCK]>,
    /// The value of one unit.
    scale: f32,
}

impl Whole {
    #[expect(clippy::cast_possible_truncation, reason = "no more than WHOLE_MAX by construction")]
    fn of(row: &[f32]) -> Self {
        let largest = row.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        let times = if largest > 0.0 { WHOLE_MAX / largest } else { 0.0 };
        let (blocks, _) = row.as_chunks::<BLOCK>();
        let blocks =
            blocks.iter().map(|block| block.map(|value| rounded(value * times) as i16)).collect();
        Self { blocks, scale: largest / WHOLE_MAX }
    }
}

/// A value of at most 2^22 rounded to the nearest whole number, to the even one of two, as `rint` does: beside this number
/// floats have no fraction, on every machine. It is a few instructions, and rows are long.
fn rounded(value: f32) -> f32 {
    const WHOLE: f32 = 12_582_912.0;
    (value + WHOLE) - WHOLE
}

/// The exact sum of products. Eight parallel sums let compilers use few wide instructions.
fn dot(weights: &[i16; BLOCK], numbers: &[i16; BLOCK]) -> i32 {
    let mut sums = [0_i32; 8];
    let ((weights, _), (numbers, _)) = (weights.as_chunks::<8>(), numbers.as_chunks::<8>());
    for (weights, numbers) in weights.iter().zip(numbers) {
        for ((sum, one), other) in sums.iter_mut().zip(weights).zip(numbers) {
            *sum += i32::from(*one) * i32::from(*other);
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "every bit counts, but for the sign of zero")]

    use super::*;

    #[test]
    fn rounding_is_that_of_the_library() {
        for value in (-32_767_i16..=32_767).map(f32::from) {
            for part in [0.0, 0.25, 0.499_999, 0.5, 0.500_001, 0.75] {
                assert_eq!(rounded(value + part), libm::rintf(value + part), "{value} + {part}");
            }
        }
        assert_eq!((rounded(0.5), rounded(1.5), rounded(-2.5)), (0.0, 2.0, -2.0));
    }
}
