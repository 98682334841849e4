//! What the host says, one line each. Pure; anything may come in.

#[derive(Debug, PartialEq, Eq)]
pub enum Message {
    /// All sockets are served. With a bound: it wants INVOKE events and may hold an invocation so long; 0: never holds one.
    Ready { invoke_bound_ms: Option<u64> },
    /// Work for this invocation is finished.
    Done { request_id: String },
    /// It is alive.
    Pong,
    /// So many telemetry records are acknowledged and would be lost with it.
    Holds { records: u64 },
}

/// Takes the whole lines off `received`; what is no message is passed over. An error when a line never ends.
pub fn take_messages(received: &mut Vec<u8>) -> Result<Vec<Message>, &'static str> {
    let end = received.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let lines: Vec<u8> = received.drain(..end).collect();
    if received.len() > LONGEST {
        return Err("it sends what is no message");
    }
    Ok(String::from_utf8_lossy(&lines).lines().filter_map(parse).collect())
}

fn parse(line: &str) -> Option<Message> {
    let mut words = line.split_whitespace();
    let message = match (words.next()?, words.next(), words.next()) {
        ("ready", None, None) => Message::Ready { invoke_bound_ms: None },
        ("ready", Some("invoke"), bound) => {
            Message::Ready { invoke_bound_ms: Some(bound.map_or(Ok(DEFAULT_BOUND_MS), str::parse).ok()?) }
        }
        ("done", Some(id), None) => Message::Done { request_id: id.to_owned() },
        ("pong", None, None) => Message::Pong,
        ("holds", Some(count), None) => Message::Holds { records: count.parse().ok()? },
        _ => return None,
    };
    Some(message)
}

const DEFAULT_BOUND_MS: u64 = 2_000;
const LONGEST: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn reads_each_message() {
        let mut received = b"ready\nready invoke\nready invoke 50\ndone 1-2\npong\nholds 3\npo".to_vec();

        let messages = take_messages(&mut received).unwrap();

        let expected = [
            Message::Ready { invoke_bound_ms: None },
            Message::Ready { invoke_bound_ms: Some(2_000) },
            Message::Ready { invoke_bound_ms: Some(50) },
            Message::Done { request_id: "1-2".into() },
            Message::Pong,
            Message::Holds { records: 3 },
        ];
        assert_eq!(messages, expected);
        assert_eq!(received, b"po");
    }

    #[test]
    fn passes_over_what_is_no_message() {
        let mut received = b"\nready now\ndone\ndone a b\nready invoke -1\nholds x\n\xff\xfe\npong pong\n".to_vec();

        assert_eq!(take_messages(&mut received), Ok(vec![]));
    }

    #[test]
    fn refuses_a_line_without_an_end() {
        assert!(take_messages(&mut vec![b'a'; LONGEST + 1]).is_err());
    }

    #[test]
    fn gives_the_same_messages_however_the_bytes_are_cut_and_never_panics() {
        let mut random = Random::new(2);
        for _ in 0..100_000 {
            let bytes = random.mutate(b"ready invoke 5\ndone 1\npong\nholds 7\n");
            let at = random.below(bytes.len());
            let mut first = bytes[..at].to_vec();
            let mut cut = take_messages(&mut first).unwrap();
            first.extend_from_slice(&bytes[at..]);
            cut.extend(take_messages(&mut first).unwrap());
            assert_eq!(take_messages(&mut bytes.clone()), Ok(cut));
        }
    }
}
