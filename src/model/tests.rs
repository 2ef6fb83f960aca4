//! Schema and serde accept the same values.

use proptest::prelude::*;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::organisations::{is_date_time, v1, v2};
use super::{Count, Id, NonEmpty, OneBased, PageLimit, ShortText, makeleaps};

/// A wire type: what its schema decides, and what serde does.
struct Wire {
    name: &'static str,
    schema: jsonschema::Validator,
    reads: fn(&Value) -> Result<Value, String>,
}

fn wire<T: JsonSchema + DeserializeOwned + Serialize>(name: &'static str, request: bool) -> Wire {
    let settings = SchemaSettings::draft2020_12();
    let settings = if request {
        settings.for_deserialize()
    } else {
        settings.for_serialize()
    };
    let schema = settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value();
    let schema = jsonschema::options()
        .should_validate_formats(true)
        // See the documentation of `model`.
        .with_format("uri", |_: &str| true)
        .with_format("email", |_: &str| true)
        .build(&schema)
        .expect("the schema compiles");
    let reads = |value: &Value| {
        serde_json::from_value::<T>(value.clone())
            .map(|read| serde_json::to_value(read).expect("serialises"))
            .map_err(|error| error.to_string())
    };
    Wire {
        name,
        schema,
        reads,
    }
}

fn wires() -> Vec<Wire> {
    vec![
        wire::<v1::OrganisationList>("v1::OrganisationList", false),
        wire::<v1::SingleOrganisation>("v1::SingleOrganisation", false),
        wire::<v1::OrganisationBody>("v1::OrganisationBody", true),
        wire::<v1::Jurisdiction>("v1::Jurisdiction", false),
        wire::<v1::PageLinks>("v1::PageLinks", false),
        wire::<v2::PaginatedOrganisationList>("v2::PaginatedOrganisationList", false),
        wire::<v2::SingleOrganisation>("v2::SingleOrganisation", false),
        wire::<v2::OrganisationBody>("v2::OrganisationBody", true),
        wire::<v2::OrganisationPatch>("v2::OrganisationPatch", true),
        wire::<v2::OrganisationIds>("v2::OrganisationIds", true),
        wire::<v2::ErrorMessage>("v2::ErrorMessage", false),
        wire::<v2::ValidationErrors>("v2::ValidationErrors", false),
        wire::<v2::PageLinks>("v2::PageLinks", false),
        wire::<v2::Timestamp>("v2::Timestamp", false),
        wire::<makeleaps::ClientBody>("makeleaps::ClientBody", true),
        wire::<makeleaps::ClientPatch>("makeleaps::ClientPatch", true),
        wire::<Id>("Id", false),
        wire::<Count>("Count", false),
        wire::<OneBased>("OneBased", false),
        wire::<PageLimit>("PageLimit", false),
        wire::<ShortText>("ShortText", true),
        wire::<NonEmpty<bool>>("NonEmpty<bool>", false),
    ]
}

fn samples() -> Vec<Value> {
    let listed = json!({
        "id": 4, "name": "Graham Ltd", "company_number": null, "jurisdiction": null,
        "archived": false, "created_at": "2022-11-01T03:15:03+00:00",
        "updated_at": "2022-11-01T03:15:03+00:00", "clients_count": 0,
        "links": {"show": "/organisations/4", "api": {"update": "/api/organisations/4"}}
    });
    let mut single = listed.clone();
    single.as_object_mut().expect("object").remove("archived");
    let resource = json!({
        "object": "organisation", "id": 3970, "name": "Probert Publishing",
        "company_number": "SF12188", "jurisdiction": "gb",
        "created_at": "2022-03-15T21:43:16Z", "updated_at": "2022-03-15T21:43:16Z"
    });
    let mut enveloped = resource.clone();
    enveloped.as_object_mut().expect("object").remove("object");
    vec![
        json!({"data": [listed], "meta": {"pagination": {
            "total": 1, "count": 1, "per_page": 25, "current_page": 1, "total_pages": 1, "links": {}
        }}}),
        json!({"data": [single]}),
        resource.clone(),
        json!({"object": "organisation", "data": [enveloped]}),
        json!({"object": "paginated_list", "data": [resource], "total": 1, "count": 1, "limit": 25,
            "current_page": 1, "total_pages": 1, "links": {"next": null, "previous": "/p"}}),
        json!({"name": "A", "company_number": "1", "jurisdiction": "gb"}),
        json!({"name": "A", "company_number": null}),
        json!({"name": "A", "jurisdiction": null}),
        json!({"company_number": "1", "jurisdiction": "br"}),
        json!([1, 2]),
        json!({"error": "Not found."}),
        json!({"name": ["is too long", "is odd"], "address.city": ["is missing"]}),
        json!({"next": "/n", "previous": null}),
        json!({"client_external_id": "C", "contacts": [
            {"contact_type": "organization", "name": "E", "addresses": [], "email": null},
            {"contact_type": "person", "family_name": "S", "email": {"address": "s@example.com"}}
        ]}),
        json!({"contacts": ["https://example.com/contact/1"], "default_client": "https://example.com"}),
        json!("gb"),
        json!("2022-03-15T21:43:16Z"),
    ]
}

/// A few values of every kind, as schemars' own tests use them.
fn oddities() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.0),
        json!(1.5),
        json!(255),
        json!(""),
        json!("br"),
        json!("xk"),
        json!("2022-02-30T00:00:00Z"),
        json!([]),
        json!([null]),
        json!({}),
        json!("x".repeat(255)),
        json!("x".repeat(256)),
    ]
}

fn assert_agreement(value: &Value) {
    for wire in wires() {
        let by_schema = wire.schema.is_valid(value);
        let by_serde = (wire.reads)(value);
        // See the documentation of `model`: derived structs also read arrays.
        let only_arrays_for_objects = || {
            wire.schema
                .iter_errors(value)
                .all(|error| error.instance().is_array() || error.kind().keyword() == "anyOf")
        };
        if by_serde.is_ok() && !by_schema && only_arrays_for_objects() {
            continue;
        }
        assert_eq!(
            by_schema,
            by_serde.is_ok(),
            "{}: {value} {by_serde:?}",
            wire.name
        );
        if let Ok(written) = by_serde {
            assert!(
                wire.schema.is_valid(&written),
                "{}: {value} is written as {written}",
                wire.name
            );
        }
    }
}

#[test]
fn each_sample_is_accepted_by_some_type_and_all_types_agree() {
    for sample in samples() {
        assert!(
            wires().iter().any(|wire| wire.schema.is_valid(&sample)),
            "{sample}"
        );
        assert_agreement(&sample);
    }
    for value in oddities() {
        assert_agreement(&value);
    }
}

#[test]
fn the_jurisdictions_are_those_of_the_reference() {
    assert_eq!(v1::Jurisdiction::CODES.len(), 120);
    assert_eq!(v2::Jurisdiction::CODES.len(), 139);
    assert!(v2::Jurisdiction::CODES.starts_with(v1::Jurisdiction::CODES));
    let added = &v2::Jurisdiction::CODES[120..];
    // The list of the migration guide, in its own order.
    let guide = [
        "by", "bz", "bo", "br", "bg", "kh", "cw", "gf", "de", "gr", "gp", "ir", "mq", "yt", "re",
        "bl", "mf", "pm", "ua",
    ];
    let mut sorted = guide;
    sorted.sort_unstable();
    assert_eq!(added, sorted);
}

#[test]
fn errors_name_the_variants_that_were_tried() {
    let error = serde_json::from_value::<v2::SingleOrganisation>(json!({})).expect_err("refused");
    let error = error.to_string();
    assert!(
        error.contains("Resource") && error.contains("GuideEnvelope"),
        "{error}"
    );
}

#[test]
fn date_times_are_those_of_rfc_3339() {
    for good in [
        "1985-04-12T23:20:50.52Z",
        "1996-12-19T16:39:57-08:00",
        "1990-12-31T23:59:60Z",
        "1990-12-31T15:59:60-08:00",
        "2000-02-29t00:00:00z",
    ] {
        assert!(is_date_time(good), "{good}");
    }
    for bad in [
        "",
        "2022-03-15",
        "2022-03-15 21:43:16Z",
        "1900-02-29T00:00:00Z",
        "2022-13-01T00:00:00Z",
        "2022-00-01T00:00:00Z",
        "2022-03-15T24:00:00Z",
        "2022-03-15T21:43:16",
        "2022-03-15T21:43Z",
        "2022-03-15T21:43:16.Z",
        "2022-03-15T21:43:60Z",
        "2022-03-15T21:43:16+24:00",
        "2-25-09-01T02:47:14Z",
        "2022-03-15T21:43:16Zé",
    ] {
        assert!(!is_date_time(bad), "{bad}");
    }
}

/// A sample with one part replaced, added or removed.
fn mutated() -> impl Strategy<Value = Value> {
    let part = prop::sample::select([oddities(), samples()].concat());
    let sample = prop::sample::select(samples());
    (
        sample,
        prop::collection::vec(any::<prop::sample::Index>(), 1..4),
        part,
        0..3_u8,
    )
        .prop_map(|(mut sample, way, part, what)| {
            let mut at = &mut sample;
            for step in &way {
                let size = at.as_object().map_or(0, serde_json::Map::len)
                    + at.as_array().map_or(0, Vec::len);
                if size == 0 {
                    break;
                }
                let index = step.index(size);
                at = match at {
                    Value::Object(members) => members.values_mut().nth(index).expect("in range"),
                    Value::Array(items) => &mut items[index],
                    _ => unreachable!("only containers have a size"),
                };
            }
            match (what, &mut *at) {
                (0, Value::Object(members)) => {
                    let name = members.keys().next().cloned();
                    if let Some(name) = name {
                        members.remove(&name);
                    }
                }
                (1, Value::Object(members)) => {
                    members.insert("extra".to_owned(), part);
                }
                _ => *at = part,
            }
            sample
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(200), ..ProptestConfig::default() })]
    #[test]
    fn mutated_samples_are_decided_alike(value in mutated()) {
        assert_agreement(&value);
    }
}
