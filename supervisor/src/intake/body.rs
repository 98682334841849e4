//! Finds the bytes of a request's body. Pure; the input may be anything.
use crate::intake::request::Framing;

/// What of the body is still to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Bytes(u64),
    /// The line with a chunk's size, as far as it is here.
    Size(Vec<u8>),
    Chunk(u64),
    /// The end of the line after a chunk: so many bytes of it are missing.
    ChunkEnd(u8),
    /// The lines after the last chunk; the current one has so many bytes so far.
    Trailer(usize),
    Complete,
}

impl Body {
    /// `None` where nothing says how long it is.
    pub fn start(framing: Framing) -> Option<Body> {
        match framing {
            Framing::Length(0) => Some(Body::Complete),
            Framing::Length(length) => Some(Body::Bytes(length)),
            Framing::Chunked => Some(Body::Size(Vec::new())),
            Framing::Unknown => None,
        }
    }

    /// Passes the body's bytes on, and returns how many bytes of the input it used: all of them, unless the body is complete.
    /// An error when this is no body.
    pub fn read(&mut self, input: &[u8], on_bytes: &mut dyn FnMut(&[u8])) -> Result<usize, ()> {
        let mut used = 0;
        while let Some(&byte) = input.get(used) {
            match self {
                Body::Bytes(left) | Body::Chunk(left) => {
                    let here = (input.len() - used).min(usize::try_from(*left).unwrap_or(usize::MAX));
                    on_bytes(input.get(used..used + here).unwrap_or_default());
                    used += here;
                    *left -= here as u64;
                    if *left == 0 {
                        *self = if matches!(self, Body::Chunk(_)) { Body::ChunkEnd(2) } else { Body::Complete };
                    }
                    continue;
                }
                Body::Size(line) if byte == b'\n' => *self = after_size(line)?,
                Body::Size(line) if line.len() < LONGEST_LINE => line.push(byte),
                Body::ChunkEnd(2) if byte == b'\r' => *self = Body::ChunkEnd(1),
                Body::ChunkEnd(1) if byte == b'\n' => *self = Body::Size(Vec::new()),
                Body::Trailer(0) if byte == b'\n' => *self = Body::Complete,
                Body::Trailer(bytes) if byte == b'\n' => *bytes = 0,
                Body::Trailer(_) if byte == b'\r' => (),
                Body::Trailer(bytes) if *bytes < LONGEST_LINE => *bytes += 1,
                Body::Complete => break,
                _ => return Err(()),
            }
            used += 1;
        }
        Ok(used)
    }
}

fn after_size(line: &[u8]) -> Result<Body, ()> {
    let line = std::str::from_utf8(line).map_err(drop)?.strip_suffix('\r').ok_or(())?;
    let size = line.split(';').next().unwrap_or_default().trim_end();
    // std would take a plus sign.
    if !size.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(());
    }
    match u64::from_str_radix(size, 16).map_err(drop)? {
        0 => Ok(Body::Trailer(0)),
        size => Ok(Body::Chunk(size)),
    }
}

const LONGEST_LINE: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// The body, the bytes after it, and whether it is complete.
    fn read(framing: Framing, pieces: &[&[u8]]) -> Result<(String, String, bool), ()> {
        let mut body = Body::start(framing).unwrap();
        let (mut bytes, mut rest) = (Vec::new(), Vec::new());
        for piece in pieces {
            let used = body.read(piece, &mut |some| bytes.extend_from_slice(some))?;
            rest.extend_from_slice(&piece[used..]);
        }
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ok((text(bytes), text(rest), body == Body::Complete))
    }

    const CHUNKS: &[u8] = b"3;a=b\r\n[1,\r\nA\r\n2,3,4,5,6]\r\n0\r\nx: y\r\n\r\nPOST";

    #[test]
    fn ends_where_the_length_or_the_last_chunk_says() {
        assert_eq!(read(Framing::Length(3), &[b"[1]POST"]), Ok(("[1]".into(), "POST".into(), true)));
        assert_eq!(read(Framing::Length(0), &[b"POST"]), Ok(("".into(), "POST".into(), true)));
        assert_eq!(read(Framing::Length(9), &[b"[1", b"]"]), Ok(("[1]".into(), "".into(), false)));
        assert_eq!(read(Framing::Chunked, &[CHUNKS]), Ok(("[1,2,3,4,5,6]".into(), "POST".into(), true)));
        assert_eq!(read(Framing::Chunked, &[b"0\r\n\r\n"]), Ok(("".into(), "".into(), true)));
    }

    #[test]
    fn reads_the_same_however_the_bytes_are_cut() {
        for at in 0..CHUNKS.len() {
            let (first, second) = CHUNKS.split_at(at);
            assert_eq!(read(Framing::Chunked, &[first, second]), read(Framing::Chunked, &[CHUNKS]), "{at}");
        }
    }

    #[test]
    fn refuses_what_is_no_chunk_and_never_panics() {
        for text in ["x\r\n", "+1\r\n", "-1\r\n", "\n", "3\n", "3\r\n[1]x", "ffffffffffffffffff\r\n"] {
            assert_eq!(read(Framing::Chunked, &[text.as_bytes()]), Err(()), "{text:?}");
        }
        let mut random = Random::new(6);
        for _ in 0..100_000 {
            let bytes = random.mutate(CHUNKS);
            if let Ok((body, rest, _)) = read(Framing::Chunked, &[&bytes]) {
                assert!(body.len() + rest.len() <= 3 * bytes.len());
            }
        }
    }
}
