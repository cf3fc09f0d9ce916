//! Converter from the weights that the model's authors publish to the shipped ones: `cargo run --release -p
//! demoscope-encoder --example pack -- model.safetensors minilm-l6-v2.bin`. The format is described in
//! `assets/encoder/README.md`. With the names of heads after the two files it writes a branch: the layers that the file
//! has, and the heads' numbers.

use std::error::Error;

/// Dimensions of a vector.
const WIDTH: usize = 384;
/// Layers of the model.
const LAYERS: u8 = 6;
/// Positions of a text.
const PLACES: usize = 256;
/// Values of a word embedding that share a scale.
const GROUP: usize = 32;
/// Values of a matrix that share a scale; every row consists of whole blocks.
const BLOCK: usize = 128;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths = std::env::args().skip(1);
    let (from, to) = paths.next().zip(paths.next()).ok_or("name the two files")?;
    let heads: Vec<String> = paths.collect();
    let tensors = Tensors::read(std::fs::read(from)?)?;
    let out = if heads.is_empty() { whole_model(&tensors)? } else { branch(&tensors, &heads)? };
    std::fs::write(to, out)?;
    Ok(())
}

fn whole_model(tensors: &Tensors) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut out = b"DSMINI01".to_vec();
    for word in tensors.get("embeddings.word_embeddings.weight")?.chunks(WIDTH) {
        words(word, &mut out);
    }
    let kind = tensors.get("embeddings.token_type_embeddings.weight")?;
    let places = tensors.get("embeddings.position_embeddings.weight")?;
    for place in places.chunks(WIDTH).take(PLACES) {
        floats(place.iter().zip(&kind).map(|(place, kind)| place + kind), &mut out);
    }
    norm(tensors, "embeddings.LayerNorm", &mut out)?;
    for number in 0..LAYERS {
        layer(tensors, number, &mut out)?;
    }
    Ok(out)
}

fn branch(tensors: &Tensors, heads: &[String]) -> Result<Vec<u8>, Box<dyn Error>> {
    let has = |number: &u8| !tensors.header[layer_part(*number, "output.dense.bias")].is_null();
    let own: Vec<u8> = (0..LAYERS).filter(has).collect();
    let mut out = b"DSBRAN01".to_vec();
    out.push(u8::try_from(own.len())?);
    for number in own {
        layer(tensors, number, &mut out)?;
    }
    for head in heads {
        norm(tensors, head, &mut out)?;
    }
    Ok(out)
}

fn layer_part(number: u8, name: &str) -> String {
    format!("encoder.layer.{number}.{name}")
}

fn layer(tensors: &Tensors, number: u8, out: &mut Vec<u8>) -> Result<(), Box<dyn Error>> {
    let part = |name: &str| layer_part(number, name);
    for name in ["query", "key", "value"] {
        linear(tensors, &part(&format!("attention.self.{name}")), out)?;
    }
    linear(tensors, &part("attention.output.dense"), out)?;
    norm(tensors, &part("attention.output.LayerNorm"), out)?;
    linear(tensors, &part("intermediate.dense"), out)?;
    linear(tensors, &part("output.dense"), out)?;
    norm(tensors, &part("output.LayerNorm"), out)
}

/// A file of named tensors: the length of a header, the header, the numbers.
struct Tensors {
    header: serde_json::Value,
    body: Vec<u8>,
}

impl Tensors {
    fn read(mut file: Vec<u8>) -> Result<Self, Box<dyn Error>> {
        let length = file.first_chunk::<8>().ok_or("the file is empty")?;
        let length = usize::try_from(u64::from_le_bytes(*length))?;
        let body = file.split_off(8 + length);
        Ok(Self { header: serde_json::from_slice(&file[8..])?, body })
    }

    fn get(&self, name: &str) -> Result<Vec<f32>, Box<dyn Error>> {
        let tensor = &self.header[name];
        if tensor["dtype"] != "F32" {
            return Err(format!("{name} is not there as 32-bit floats").into());
        }
        let place = |at: usize| tensor["data_offsets"][at].as_u64().ok_or("it has no place");
        let bytes = usize::try_from(place(0)?)?..usize::try_from(place(1)?)?;
        let (numbers, _) = self.body.get(bytes).ok_or("the file is cut off")?.as_chunks::<4>();
        Ok(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
    }
}

/// Quantises to six bits, with a scale for each group: the upper half of a float, rounded up so that no value is
/// clipped.
fn words(row: &[f32], out: &mut Vec<u8>) {
    for group in row.chunks(GROUP) {
        let upper = ((largest(group) / 31.0).to_bits().div_ceil(1 << 16)) << 16;
        let scale = f32::from_bits(upper);
        out.extend_from_slice(&upper.to_le_bytes()[2..]);
        let number = |value: f32| if scale == 0.0 { 32 } else { whole(value / scale + 32.0) };
        for four in group.chunks(4) {
            let numbers =
                four.iter().rev().fold(0, |sum, value| sum << 6 | u32::from(number(*value)));
            out.extend_from_slice(&numbers.to_le_bytes()[..3]);
        }
    }
}

/// Quantises to eight bits with a scale for each block; the scales and the bias are written first.
fn linear(tensors: &Tensors, name: &str, out: &mut Vec<u8>) -> Result<(), Box<dyn Error>> {
    let weights = tensors.get(&format!("{name}.weight"))?;
    let scales: Vec<f32> = weights.chunks(BLOCK).map(|block| largest(block) / 127.0).collect();
    floats(scales.iter().copied(), out);
    floats(tensors.get(&format!("{name}.bias"))?.into_iter(), out);
    for (block, scale) in weights.chunks(BLOCK).zip(scales) {
        out.extend(block.iter().map(|value| whole(value / scale + 128.0) ^ 0x80));
    }
    Ok(())
}

/// Two rows of floats: the weights and the bias of a normalisation or of a head.
fn norm(tensors: &Tensors, name: &str, out: &mut Vec<u8>) -> Result<(), Box<dyn Error>> {
    for part in ["weight", "bias"] {
        floats(tensors.get(&format!("{name}.{part}"))?.into_iter(), out);
    }
    Ok(())
}

fn floats(values: impl Iterator<Item = f32>, out: &mut Vec<u8>) {
    out.extend(values.flat_map(f32::to_le_bytes));
}

fn largest(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |largest, value| largest.max(value.abs()))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 1 to 255 by construction"
)]
fn whole(value: f32) -> u8 {
    value.round() as u8
}
