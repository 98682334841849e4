//! Reads an HTTP response from bytes. Pure; the input may be anything.

#[derive(Debug, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// Of the header `Lambda-Extension-Identifier`.
    pub identifier: Option<String>,
    pub body: String,
    pub ends_connection: bool,
}

impl Response {
    /// Says that the call failed, and why.
    pub fn failure(&self, call: &str) -> String {
        format!("{call} failed with status {}: {}", self.status, self.body.chars().take(300).collect::<String>())
    }
}

/// `None` while bytes are missing. An error when the bytes can no longer become a response.
pub fn parse(bytes: &[u8], is_ended: bool) -> Result<Option<Response>, &'static str> {
    let parsed = read(bytes, is_ended)?;
    match parsed {
        None if is_ended => Err("the connection was closed"),
        None if bytes.len() > LONGEST => Err("the response is too long"),
        parsed => Ok(parsed),
    }
}

fn read(bytes: &[u8], is_ended: bool) -> Result<Option<Response>, &'static str> {
    let (head, rest) = match split(bytes, b"\r\n\r\n") {
        Some(parts) => parts,
        None => return Ok(None),
    };
    let head = String::from_utf8_lossy(head);
    let header = |name: &str| {
        head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let status = head.strip_prefix("HTTP/1.").and_then(|line| line.get(2..5)).and_then(|code| code.parse().ok());
    let status = status.ok_or("not an HTTP response")?;
    let is_chunked = header("transfer-encoding").map_or(false, |value| value.eq_ignore_ascii_case("chunked"));

    let body = match header("content-length") {
        _ if is_chunked => read_chunks(rest)?,
        Some(length) => {
            rest.get(..length.parse().map_err(|_| "the Content-Length is not a number")?).map(<[u8]>::to_vec)
        }
        None => is_ended.then(|| rest.to_vec()),
    };
    Ok(body.map(|body| Response {
        status,
        identifier: header("lambda-extension-identifier"),
        body: String::from_utf8_lossy(&body).into_owned(),
        ends_connection: is_ended || header("connection").map_or(false, |value| value.eq_ignore_ascii_case("close")),
    }))
}

fn read_chunks(mut rest: &[u8]) -> Result<Option<Vec<u8>>, &'static str> {
    let mut body = Vec::new();
    while let Some((line, after)) = split(rest, b"\r\n") {
        let size = String::from_utf8_lossy(line);
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| "a chunk does not start with its size")?;
        if size == 0 {
            // Trailers end with an empty line too; no API of Lambda sends any.
            let is_whole = after.starts_with(b"\r\n") || split(after, b"\r\n\r\n").is_some();
            return Ok(is_whole.then_some(body));
        }
        match (after.get(..size), after.get(size.saturating_add(2)..)) {
            (Some(chunk), Some(next)) => {
                body.extend_from_slice(chunk);
                rest = next;
            }
            _ => return Ok(None),
        }
    }
    Ok(None)
}

fn split<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(mark.len()).position(|window| window == mark)?;
    Some((bytes.get(..at)?, bytes.get(at + mark.len()..)?))
}

/// Lambda's responses have a few kilobytes.
const LONGEST: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn whole(text: &str) -> Response {
        parse(text.as_bytes(), false).unwrap().unwrap()
    }

    #[test]
    fn reads_a_body_by_its_length_and_the_identifier_in_any_case() {
        let response = whole("HTTP/1.1 200 OK\r\nlambda-extension-IDENTIFIER: 1-2\r\nContent-Length: 2\r\n\r\n{}");

        let expected =
            Response { status: 200, identifier: Some("1-2".into()), body: "{}".into(), ends_connection: false };
        assert_eq!(response, expected);
    }

    #[test]
    fn joins_chunks_and_skips_their_extensions() {
        let response = whole(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\n{\"a\r\nA\r\n\":1234567}\r\n0\r\n\r\n",
        );

        assert_eq!(response.body, "{\"a\":1234567}");
    }

    #[test]
    fn takes_all_bytes_until_the_end_as_the_body_when_no_header_gives_its_length() {
        let bytes = b"HTTP/1.0 500 Oops\r\n\r\ngone";

        assert_eq!(parse(bytes, false), Ok(None));
        assert_eq!(parse(bytes, true).unwrap().unwrap().body, "gone");
    }

    #[test]
    fn says_when_the_connection_ends_with_the_response() {
        assert!(whole("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n").ends_connection);
    }

    #[test]
    fn refuses_bytes_that_cannot_become_a_response() {
        for text in ["SSH-2.0\r\n\r\n", "HTTP/1.1 2\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"] {
            assert!(parse(text.as_bytes(), false).is_err(), "{text}");
        }
        assert!(parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", false).is_err());
        assert!(parse(b"HTTP/1.1 200 OK\r\n", true).is_err());
        assert!(parse(&vec![b'a'; LONGEST + 1], false).is_err());
    }

    #[test]
    fn gives_the_same_response_however_its_bytes_are_cut_and_never_panics() {
        let samples = [
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: keep-alive\r\n\r\nbody",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n",
        ];
        let mut random = Random::new(1);
        for round in 0..200_000 {
            let sample = samples[round % 2].as_bytes();
            if round < 2 {
                for end in 0..sample.len() {
                    assert_eq!(parse(&sample[..end], false), Ok(None));
                }
            }
            let bytes = random.mutate(sample);
            if let Ok(Some(response)) = parse(&bytes, random.below(2) == 0) {
                assert!(response.body.len() <= 3 * bytes.len());
            }
        }
    }
}
