//! How far two names are apart. Pure.

/// How many letters have to be added, left out, replaced or swapped with their neighbour; `None` if more than `most`.
pub fn edits(one: &[u8], other: &[u8], most: usize) -> Option<usize> {
    if one.len().max(other.len()) - one.len().min(other.len()) > most {
        return None;
    }
    let start = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (one.get(start..).unwrap_or_default(), other.get(start..).unwrap_or_default());
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let one = one.get(..one.len() - end).unwrap_or_default();
    let other = other.get(..other.len() - end).unwrap_or_default();
    let found = distance(one, other, most);
    Some(found).filter(|&found| found <= most)
}

/// By trying: what is left of two names that are nearly alike is a few letters. More than `most` where there are more.
fn distance(one: &[u8], other: &[u8], most: usize) -> usize {
    match (one, other) {
        ([], rest) | (rest, []) => rest.len(),
        ([a, one_rest @ ..], [b, other_rest @ ..]) if a == b => distance(one_rest, other_rest, most),
        _ if most == 0 => 1,
        ([a, one_rest @ ..], [b, other_rest @ ..]) => {
            let swapped = match (one_rest, other_rest) {
                ([c, one_end @ ..], [d, other_end @ ..]) if a == d && b == c => distance(one_end, other_end, most - 1),
                _ => most,
            };
            let tries = [
                distance(one_rest, other, most - 1),
                distance(one, other_rest, most - 1),
                distance(one_rest, other_rest, most - 1),
                swapped,
            ];
            1 + tries.iter().min().copied().unwrap_or(most)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits_as_people_make_them() {
        for (one, other, expected) in [
            ("", "", Some(0)),
            ("abc", "abc", Some(0)),
            ("abc", "acb", Some(1)),
            ("abc", "ab", Some(1)),
            ("abc", "abcd", Some(1)),
            ("abc", "xbc", Some(1)),
            ("abcdef", "bacdfe", Some(2)),
            ("abcdef", "xbcdyz", Some(3)),
            ("abcdef", "uvwxyz", None),
            ("abc", "abcdefgh", None),
        ] {
            assert_eq!(edits(one.as_bytes(), other.as_bytes(), 3), expected, "{one} {other}");
            assert_eq!(edits(other.as_bytes(), one.as_bytes(), 3), expected, "{other} {one}");
        }
    }
}
