//! What proves that a process belongs to this environment.
use crate::settings::Environment;

/// With SnapStart there is no session token. Empty where there is neither.
pub fn token(environment: Environment) -> String {
    let set = |variable| environment(variable).filter(|text| !text.is_empty());
    set("AWS_SESSION_TOKEN").or_else(|| set("AWS_CONTAINER_AUTHORIZATION_TOKEN")).unwrap_or_default()
}

/// Compares in a time that depends on the lengths only. An empty token equals nothing.
pub fn is_same(token: &[u8], candidate: &[u8]) -> bool {
    let difference = token.iter().zip(candidate).fold(0, |difference, (a, b)| difference | (a ^ b));
    !token.is_empty() && token.len() == candidate.len() && difference == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_session_token_first() {
        let of = |variables: &'static [(&str, &str)]| {
            token(&|name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        const SESSION: (&str, &str) = ("AWS_SESSION_TOKEN", "session");
        const CONTAINER: (&str, &str) = ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "container");

        assert_eq!(of(&[]), "");
        assert_eq!(of(&[CONTAINER, SESSION]), "session");
        assert_eq!(of(&[CONTAINER, ("AWS_SESSION_TOKEN", "")]), "container");
    }

    #[test]
    fn takes_only_the_whole_token() {
        for candidate in ["", "t", "toke", "tokem", "token2", "TOKEN"] {
            assert!(!is_same(b"token", candidate.as_bytes()), "{candidate}");
        }
        assert!(is_same(b"token", b"token"));
        assert!(!is_same(b"", b""));
    }
}
