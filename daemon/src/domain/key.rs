//! The shape of a key: the prefix of its door, 160 bits in hexadecimal digits, and eight more of a checksum, by which a
//! mistyped key is told from an unknown one without a look at the store. Only the SHA-256 of a key is kept.

use std::fmt;

use protocol::key::Dialect;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::digest::{Digest, sha256_hex};

/// Hexadecimal digits that are drawn.
const DRAWN: usize = 40;
/// Hexadecimal digits of the checksum.
const CHECKED: usize = 8;
/// Letters of a key that may be shown, beyond its prefix.
const SHOWN: usize = 4;

/// A key in full. It cannot be printed by mistake.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret {
    dialect: Dialect,
    text: String,
}

/// The SHA-256 of a key, compared in constant time.
#[derive(Clone, Copy)]
pub(crate) struct KeyHash([u8; 32]);

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoKey {
    /// It has the prefix of no door.
    Foreign,
    /// It has one, and the rest does not fit it.
    Mistyped,
}

/// What the keys of a door begin with.
pub(crate) const fn prefix(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Demoscope => "ds_",
        Dialect::InstantFocus => "if_live_",
        Dialect::Refynd => "rfnd_live_",
    }
}

impl Secret {
    /// A key made of two ids that were never given before: 244 random bits, of which 160 are kept.
    pub(crate) fn draw(dialect: Dialect, fresh: [Uuid; 2]) -> Self {
        let digest = fresh
            .iter()
            .fold(Digest::new().text("demoscope.key/1"), |digest, id| digest.raw(id.as_bytes()));
        let mut body = digest.finish_hex();
        body.truncate(DRAWN);
        let body = format!("{}{body}", prefix(dialect));
        Self { dialect, text: format!("{body}{}", checksum(&body)) }
    }

    /// The key that a text is.
    pub(crate) fn read(text: &str) -> Result<Self, NoKey> {
        let of = |dialect: &&Dialect| text.starts_with(prefix(**dialect));
        let dialect = *Dialect::ALL.iter().find(of).ok_or(NoKey::Foreign)?;
        let length = prefix(dialect).len() + DRAWN + CHECKED;
        let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let rest = text.as_bytes().get(prefix(dialect).len()..).unwrap_or_default();
        if text.len() != length || !rest.iter().all(is_hex) {
            return Err(NoKey::Mistyped);
        }
        let (body, check) = text.split_at(length - CHECKED);
        if check != checksum(body) {
            return Err(NoKey::Mistyped);
        }
        Ok(Self { dialect, text: text.to_owned() })
    }

    /// The door it is for.
    pub(crate) const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The key itself, to be handed to its owner once.
    pub(crate) fn reveal(&self) -> &str {
        &self.text
    }

    /// What is kept of it.
    pub(crate) fn hash(&self) -> KeyHash {
        KeyHash(Digest::new().raw(&self.text).finish())
    }

    /// Its beginning, by which its owner tells it from others.
    pub(crate) fn begins(&self) -> String {
        self.text.chars().take(prefix(self.dialect).len() + SHOWN).collect()
    }
}

/// With its beginning only.
impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Secret({}…)", self.begins())
    }
}

impl KeyHash {
    /// From its stored form.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// In its stored form.
    pub(crate) fn to_hex(self) -> String {
        hex::encode(self.0)
    }

    /// A number by which it is looked up. Who guesses it has guessed nothing of the key.
    pub(crate) fn place(self) -> u64 {
        let [first, second, third, fourth, fifth, sixth, seventh, eighth, ..] = self.0;
        u64::from_be_bytes([first, second, third, fourth, fifth, sixth, seventh, eighth])
    }

    /// Whether it is the same, in a time that does not depend on where they differ.
    pub(crate) fn is(self, other: Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeyHash(…)")
    }
}

fn checksum(body: &str) -> String {
    let mut check = sha256_hex(body);
    check.truncate(CHECKED);
    check
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drawn(one: u128, other: u128) -> Secret {
        Secret::draw(Dialect::Demoscope, [Uuid::from_u128(one), Uuid::from_u128(other)])
    }

    #[test]
    fn a_key_has_its_shape_for_ever() {
        let key = drawn(1, 2);
        assert_eq!(key.reveal(), "ds_d9bbaf657a3531d419554248f0d24aa75029e3fc474c1e52");
        assert_eq!(key.hash().to_hex(), sha256_hex(key.reveal()), "the plain SHA-256 of the text");
        assert_eq!(format!("{key:?}"), format!("Secret({}…)", &key.reveal()[..7]));
        assert!(!format!("{:?}", key.hash()).contains(&key.hash().to_hex()[..8]));
    }

    #[test]
    fn what_has_no_prefix_of_a_door_is_foreign() {
        for text in ["", "sk-abc", "DS_00", "xds_00", "Bearer ds_"] {
            assert_eq!(Secret::read(text), Err(NoKey::Foreign), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_key_reads_back_and_no_changed_one_does(
            one: u128, other: u128, at in 3_usize..51, to in "[0-9a-fA-Fg-z_ ]",
        ) {
            let key = drawn(one, other);
            prop_assert_eq!(Secret::read(key.reveal()), Ok(key.clone()));
            let mut changed = key.reveal().to_owned();
            changed.replace_range(at..=at, &to);
            if changed != key.reveal() {
                prop_assert_eq!(Secret::read(&changed), Err(NoKey::Mistyped));
            }
            prop_assert_eq!(Secret::read(&key.reveal()[..50]), Err(NoKey::Mistyped));
            prop_assert_eq!(Secret::read(&format!("{}0", key.reveal())), Err(NoKey::Mistyped));
        }
    }
}
