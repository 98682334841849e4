//! Lambda's responses to `event/next`.

#[derive(Debug, PartialEq, Eq)]
pub enum Event {
    Invoke { request_id: String, deadline_ms: u64 },
    Shutdown { deadline_ms: u64 },
}

/// A text search is enough: inside a JSON string the quote after the key's name is escaped, so only a key matches.
pub fn decode(json: &str) -> Option<Event> {
    let deadline_ms = value(json, "deadlineMs")?;
    let deadline_ms = deadline_ms.split(|byte: char| !byte.is_ascii_digit()).next()?.parse().ok()?;
    match text(json, "eventType")? {
        "INVOKE" => Some(Event::Invoke { request_id: text(json, "requestId")?.to_owned(), deadline_ms }),
        "SHUTDOWN" => Some(Event::Shutdown { deadline_ms }),
        _ => None,
    }
}

fn text<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    value(json, key)?.strip_prefix('"')?.split('"').next()
}

fn value<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    let (_, after) = json.split_once(&format!("\"{key}\""))?;
    Some(after.trim_start().strip_prefix(':')?.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    const INVOKE: &str = r#"{"eventType":"INVOKE","deadlineMs":1719999999999,"requestId":"3da1f2dc","tracing":{"type":"X-Amzn-Trace-Id","value":"Root=1"}}"#;

    #[test]
    fn reads_both_events_with_and_without_spaces() {
        let invoke = Event::Invoke { request_id: "3da1f2dc".into(), deadline_ms: 1_719_999_999_999 };
        assert_eq!(decode(INVOKE), Some(invoke));
        assert_eq!(
            decode("{ \"eventType\" : \"SHUTDOWN\",\n \"shutdownReason\": \"spindown\", \"deadlineMs\": 5 }"),
            Some(Event::Shutdown { deadline_ms: 5 })
        );
    }

    #[test]
    fn does_not_mistake_text_in_a_string_for_a_key() {
        let forged = r#"{"tracing":{"value":"\"eventType\":\"SHUTDOWN\",\"deadlineMs\":1"},"eventType":"INVOKE","deadlineMs":7,"requestId":"a"}"#;

        assert_eq!(decode(forged), Some(Event::Invoke { request_id: "a".into(), deadline_ms: 7 }));
    }

    #[test]
    fn refuses_other_events_and_never_panics() {
        for json in ["", "{}", r#"{"eventType":"PING","deadlineMs":1}"#, r#"{"eventType":"INVOKE","deadlineMs":1}"#] {
            assert_eq!(decode(json), None, "{json}");
        }
        let mut random = Random::new(3);
        for _ in 0..100_000 {
            decode(&String::from_utf8_lossy(&random.mutate(INVOKE.as_bytes())));
        }
    }
}
