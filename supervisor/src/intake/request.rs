//! Reads the head of an HTTP/1.1 request from bytes. Pure; the input may be anything.

#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub framing: Framing,
    pub ends_connection: bool,
}

/// Where the body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    Length(u64),
    Chunked,
    /// Nothing says it.
    Unknown,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Debug, PartialEq, Eq)]
pub enum Malformed {
    NotHttp,
    TooLong,
}

/// The head and its length in bytes; `None` while bytes are missing. An error when the bytes can no longer become a request.
pub fn parse(bytes: &[u8]) -> Result<Option<(Request, usize)>, Malformed> {
    let end = bytes.windows(4).take(LONGEST).position(|window| window == b"\r\n\r\n");
    let (head, length) = match end.and_then(|at| Some((bytes.get(..at)?, at + 4))) {
        Some(found) => found,
        None if bytes.len() >= LONGEST => return Err(Malformed::TooLong),
        None if !is_start_of_text(bytes) => return Err(Malformed::NotHttp),
        None => return Ok(None),
    };
    let request = std::str::from_utf8(head).ok().and_then(read).ok_or(Malformed::NotHttp)?;
    Ok(Some((request, length)))
}

/// A request starts with its method. What starts otherwise, such as TLS, need not be waited for.
fn is_start_of_text(bytes: &[u8]) -> bool {
    bytes.first().map_or(true, u8::is_ascii_uppercase)
}

fn read(head: &str) -> Option<Request> {
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, path, version) = (words.next()?, words.next()?, words.next()?);
    let is_old = match version {
        "HTTP/1.1" => false,
        "HTTP/1.0" => true,
        _ => return None,
    };
    if words.next().is_some() || !is_token(method) || !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let headers: Vec<_> = lines.map(header).collect::<Option<_>>()?;
    let framing = framing(&headers)?;
    let closes = headers.iter().any(|(name, value)| name == "connection" && has_word(value, "close"));
    let ends_connection = closes || is_old;
    Some(Request { method: method.to_owned(), path: path.to_owned(), headers, framing, ends_connection })
}

fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let is_clean = value.bytes().all(|byte| byte >= b' ' && byte != 0x7f || byte == b'\t');
    (is_token(name) && is_clean).then(|| (name.to_ascii_lowercase(), value.trim().to_owned()))
}

/// `None` where two headers disagree: proxies and servers might read another body each.
fn framing(headers: &[(String, String)]) -> Option<Framing> {
    let all = |name: &str| headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value).collect::<Vec<_>>();
    match (all("content-length").as_slice(), all("transfer-encoding").as_slice()) {
        ([], []) => Some(Framing::Unknown),
        ([], [encoding]) => encoding.eq_ignore_ascii_case("chunked").then_some(Framing::Chunked),
        // std would take a plus sign.
        ([length], []) if length.bytes().all(|byte| byte.is_ascii_digit()) => length.parse().ok().map(Framing::Length),
        _ => None,
    }
}

fn has_word(list: &str, word: &str) -> bool {
    list.split(',').any(|one| one.trim().eq_ignore_ascii_case(word))
}

/// https://www.rfc-editor.org/rfc/rfc9110#name-tokens
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

const LONGEST: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn whole(text: &str) -> Request {
        let (request, length) = parse(text.as_bytes()).unwrap().unwrap();
        assert_eq!(length, text.len());
        request
    }

    #[test]
    fn reads_the_line_the_headers_in_any_case_and_where_the_body_ends() {
        let request = whole("POST /a HTTP/1.1\r\nHOST: sandbox:1\r\nSequence-Id:\tx \r\nContent-Length: 12\r\n\r\n");

        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/a"));
        assert_eq!((request.header("host"), request.header("sequence-id")), (Some("sandbox:1"), Some("x")));
        assert_eq!((request.framing, request.ends_connection), (Framing::Length(12), false));
        assert_eq!(whole("POST / HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n").framing, Framing::Chunked);
        assert_eq!(whole("POST / HTTP/1.1\r\n\r\n").framing, Framing::Unknown);
    }

    #[test]
    fn knows_when_the_connection_ends_with_the_response() {
        assert!(whole("POST / HTTP/1.1\r\nConnection: keep-alive, Close\r\n\r\n").ends_connection);
        assert!(whole("POST / HTTP/1.0\r\n\r\n").ends_connection);
    }

    #[test]
    fn refuses_what_is_not_http_or_says_twice_where_the_body_ends() {
        for text in [
            "\x16\x03\x01",
            "post",
            "GET /\r\n\r\n",
            "GET / HTTP/2\r\n\r\n",
            "GET  / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1 x\r\n\r\n",
            "GET / HTTP/1.1\r\nno colon\r\n\r\n",
            "GET / HTTP/1.1\r\na : b\r\n\r\n",
            "GET / HTTP/1.1\r\na: b\r\n c\r\n\r\n",
            "GET / HTTP/1.1\r\na: \x01\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: \r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        ] {
            assert_eq!(parse(text.as_bytes()), Err(Malformed::NotHttp), "{text:?}");
        }
        let long = "GET / HTTP/1.1\r\na: ".to_owned() + &"b".repeat(LONGEST);
        assert_eq!(parse(long.as_bytes()), Err(Malformed::TooLong));
    }

    #[test]
    fn waits_for_missing_bytes_and_never_panics() {
        let sample = b"POST /0123 HTTP/1.1\r\nHost: sandbox.localdomain:2775\r\nContent-Length: 9\r\n\r\n";
        for end in 0..sample.len() {
            assert_eq!(parse(&sample[..end]), Ok(None));
        }
        let mut random = Random::new(5);
        for _ in 0..100_000 {
            let bytes = random.mutate(sample);
            if let Ok(Some((_, length))) = parse(&bytes) {
                assert!(length <= bytes.len());
            }
        }
    }
}
