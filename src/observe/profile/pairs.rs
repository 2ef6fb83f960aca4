//! Maps whose keys are not strings, in files: as lists of a key and a value.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
    map: &BTreeMap<K, V>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(map)
}

pub(crate) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    K: Deserialize<'de> + Ord,
    V: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let pairs = Vec::<(K, V)>::deserialize(deserializer)?;
    Ok(pairs.into_iter().collect())
}

/// The same for maps of maps.
pub(crate) mod nested {
    use super::{BTreeMap, Deserialize, Deserializer, Serialize, Serializer};

    type Nested<K, L, V> = BTreeMap<K, BTreeMap<L, V>>;

    pub(crate) fn serialize<K: Serialize, L: Serialize, V: Serialize, S: Serializer>(
        map: &Nested<K, L, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let pairs = map.iter().map(|(key, inner)| (key, Vec::from_iter(inner)));
        serializer.collect_seq(pairs)
    }

    pub(crate) fn deserialize<'de, K, L, V, D>(deserializer: D) -> Result<Nested<K, L, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        L: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        let pairs = Vec::<(K, Vec<(L, V)>)>::deserialize(deserializer)?;
        Ok(pairs.into_iter().map(|(key, inner)| (key, inner.into_iter().collect())).collect())
    }
}
