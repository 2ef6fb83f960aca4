//! Texts of the program's own, such as the names of keywords, in files.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// A text of the program's own. The alias keeps `serde` from borrowing it from what it reads.
pub(crate) type Word = &'static str;

/// Words are kept until the program ends, each once.
static WORDS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// The bytes of a word, and the number of words: a file with more or longer ones was not written by wiredrift.
const LONGEST: usize = 200;
const MOST: usize = 1_000;

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = words.get(&*text) {
        return Ok(known);
    }
    if text.len() > LONGEST || words.len() >= MOST {
        return Err(D::Error::custom(format!("`{}` is not a word of wiredrift", crate::redact::clipped(&text, 40))));
    }
    let word: Word = Box::leak(text.into_owned().into_boxed_str());
    words.insert(word);
    Ok(word)
}

/// The same for one that may be absent.
pub(crate) mod optional {
    use serde::{Deserialize, Deserializer};

    use super::Word;

    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Own(#[serde(deserialize_with = "super::deserialize")] Word);

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Word>, D::Error> {
        Ok(Option::<Own>::deserialize(deserializer)?.map(|own| own.0))
    }
}
