//! The host's messages, one line each. Pure; the input may be anything.
use crate::deliveries::Mode;

#[derive(Debug, PartialEq, Eq)]
pub enum Message {
    /// The host serves all sockets. With a bound it wants INVOKE events, and may hold each invocation that long; 0: it holds none.
    Ready { invoke_bound_ms: Option<u64> },
    /// The host has finished its work for this invocation.
    Done { request_id: String },
    /// The answer to a ping.
    Pong,
    /// Telemetry records that are acknowledged and not yet delivered. They would be lost with the host.
    Holds(Holdings),
    /// The host begins work that may take this much CPU time, during which it answers no ping.
    Busy { cpu_ms: u64 },
    /// How it wants deliveries of telemetry from now on.
    Takes(Mode),
    /// It begins to read the deliveries behind those of the last such message, up to this one. 0: it reads none yet.
    Reads { seq: u64 },
    /// All deliveries up to this one are in its buffers.
    Taken { seq: u64 },
    /// It asks for all deliveries that are stored.
    Give,
    /// It has logged the loss of so many records, of which it was told.
    Reported { reason: String, records: u64 },
    /// The destination or module needs no delivery below this one.
    Mark { name: String, seq: u64 },
    /// What the next host must know, in base64.
    Memo(String),
    /// A text to redact, in base64.
    Text(String),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    pub records: u64,
    /// Of these: they are on their way, so nobody knows whether they arrive.
    pub sending: u64,
}

/// Takes the complete lines off `received` and skips those that are no message. An error when a line is too long.
pub fn take_messages(received: &mut Vec<u8>) -> Result<Vec<Message>, &'static str> {
    let end = received.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let lines: Vec<u8> = received.drain(..end).collect();
    if received.len() > LONGEST {
        return Err("it sends malformed messages");
    }
    Ok(String::from_utf8_lossy(&lines).lines().filter_map(parse).collect())
}

fn parse(line: &str) -> Option<Message> {
    let mut words = line.split_whitespace();
    let message = match (words.next()?, words.next(), words.next()) {
        ("ready", None, None) => Message::Ready { invoke_bound_ms: None },
        ("ready", Some("invoke"), Some(bound)) => Message::Ready { invoke_bound_ms: Some(bound.parse().ok()?) },
        ("done", Some(id), None) => Message::Done { request_id: id.to_owned() },
        ("pong", None, None) => Message::Pong,
        ("holds", Some(records), sending) => {
            let sending = sending.unwrap_or("0").parse().ok()?;
            Message::Holds(Holdings { records: records.parse().ok()?, sending })
        }
        ("busy", Some(cpu_ms), None) => Message::Busy { cpu_ms: cpu_ms.parse().ok()? },
        ("takes", Some(mode), types) => Message::Takes(mode_of(mode, types)?),
        ("reads", Some(seq), None) => Message::Reads { seq: seq.parse().ok()? },
        ("taken", Some(seq), None) => Message::Taken { seq: seq.parse().ok()? },
        ("give", None, None) => Message::Give,
        ("mark", Some(name), Some(seq)) if name.len() <= LONGEST_NAME => {
            Message::Mark { name: name.to_owned(), seq: seq.parse().ok()? }
        }
        ("reported", Some(reason), Some(records)) => {
            Message::Reported { reason: reason.to_owned(), records: records.parse().ok()? }
        }
        ("memo", base64, None) => Message::Memo(base64_of(base64.unwrap_or_default())?),
        ("text", Some(base64), None) => Message::Text(base64_of(base64)?),
        _ => return None,
    };
    words.next().is_none().then_some(message)
}

fn mode_of(mode: &str, types: Option<&str>) -> Option<Mode> {
    match (mode, types) {
        ("nothing", None) => Some(Mode::Nothing),
        ("at-once", None) => Some(Mode::AtOnce),
        ("at", Some(types)) => Some(Mode::At(types.split(',').map(str::to_owned).collect())),
        ("waits", None) => Some(Mode::Waits),
        _ => None,
    }
}

/// Nobody decodes it here, but it goes to the next host.
fn base64_of(text: &str) -> Option<String> {
    let is_base64 = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    (is_base64 && text.len() % 4 == 0).then(|| text.to_owned())
}

/// A text to redact has 128 KiB.
const LONGEST: usize = 132 * 1024;
const LONGEST_NAME: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn reads_each_message() {
        let mut received = b"ready\nready invoke 50\ndone 1-2\npong\nholds 3\nholds 5 2\nbusy 250\npo".to_vec();

        let messages = take_messages(&mut received).unwrap();

        let expected = [
            Message::Ready { invoke_bound_ms: None },
            Message::Ready { invoke_bound_ms: Some(50) },
            Message::Done { request_id: "1-2".into() },
            Message::Pong,
            Message::Holds(Holdings { records: 3, sending: 0 }),
            Message::Holds(Holdings { records: 5, sending: 2 }),
            Message::Busy { cpu_ms: 250 },
        ];
        assert_eq!(messages, expected);
        assert_eq!(received, b"po");
    }

    /// The same table runs through the host's side, in extensions/host/event-sources.
    const VECTORS: &str = include_str!("../control-vectors.txt");

    fn meaning(message: &Message) -> String {
        match message {
            Message::Takes(Mode::Nothing) => "takes mode=nothing".to_owned(),
            Message::Takes(Mode::AtOnce) => "takes mode=at-once".to_owned(),
            Message::Takes(Mode::At(types)) => format!("takes mode=at types={}", types.join(",")),
            Message::Takes(Mode::Waits) => "takes mode=waits".to_owned(),
            Message::Reads { seq } => format!("reads seq={seq}"),
            Message::Taken { seq } => format!("taken seq={seq}"),
            Message::Give => "give".to_owned(),
            Message::Reported { reason, records } => format!("reported reason={reason} records={records}"),
            Message::Mark { name, seq } => format!("mark name={name} seq={seq}"),
            Message::Memo(base64) => format!("memo base64={base64}"),
            Message::Text(base64) => format!("text base64={base64}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn reads_each_vector_as_the_host_writes_it() {
        let rows: Vec<Vec<&str>> = VECTORS
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| line.split('|').collect())
            .collect();
        let of = |who: &str| rows.iter().filter(|row| row[0] == who).cloned().collect::<Vec<_>>();
        assert!(of("host").len() > 10 && of("ignored").len() > 10);
        for row in of("host") {
            let messages = take_messages(&mut format!("{}\n", row[1]).into_bytes()).unwrap();
            assert_eq!(messages.iter().map(meaning).collect::<Vec<_>>(), [row[2]], "{row:?}");
        }
        for row in of("ignored") {
            assert_eq!(take_messages(&mut format!("{}\n", row[1]).into_bytes()), Ok(vec![]), "{row:?}");
        }
    }

    #[test]
    fn skips_lines_that_are_no_message() {
        let mut received =
            b"\nready now\ndone\ndone a b\nready invoke\nready invoke -1\nholds x\nholds 1 x\nbusy\nbusy -1\nbusy 1 2\n\xff\xfe\npong pong\n"
                .to_vec();

        assert_eq!(take_messages(&mut received), Ok(vec![]));
    }

    #[test]
    fn refuses_a_line_that_is_too_long() {
        assert!(take_messages(&mut vec![b'a'; LONGEST + 1]).is_err());
    }

    #[test]
    fn gives_the_same_messages_however_the_bytes_are_cut_and_never_panics() {
        let mut random = Random::new(2);
        for _ in 0..100_000 {
            let bytes = random.mutate(
                b"ready invoke 5\ndone 1\npong\nholds 7 3\nbusy 9\ntakes at a,b\nreads 7\ntaken 7\ngive\nreported full 3\nmark x 3\nmemo YQ==\ntext YQ==\n",
            );
            let at = random.below(bytes.len());
            let mut first = bytes[..at].to_vec();
            let mut cut = take_messages(&mut first).unwrap();
            first.extend_from_slice(&bytes[at..]);
            cut.extend(take_messages(&mut first).unwrap());
            assert_eq!(take_messages(&mut bytes.clone()), Ok(cut));
        }
    }
}
