use super::*;

#[test]
fn bounds_of_whole_numbers_are_patterns() {
    let limits = [
        -1_000, -101, -10, -9, -1, 0, 1, 2, 9, 10, 11, 99, 100, 101, 250, 999, 1_000,
    ];
    let numbers: Vec<i64> = (-1_200..=1_200).collect();
    for limit in limits {
        for keyword in ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"] {
            let pattern = whole_within(keyword, &limit.into()).expect("a pattern");
            let automaton = text::of_pattern(&pattern).expect("an automaton");
            for number in &numbers {
                let expected = match keyword {
                    "minimum" => *number >= limit,
                    "exclusiveMinimum" => *number > limit,
                    "maximum" => *number <= limit,
                    _ => *number < limit,
                };
                let found = automaton.matches(&number.to_string());
                assert_eq!(found, expected, "{number} {keyword} {limit}: {pattern}");
            }
        }
    }
}
