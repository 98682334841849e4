//! Tells Lambda's deliveries from others' requests. Pure.
use crate::intake::request::Request;
use std::net::IpAddr;

/// The path of the subscription. AWS's emulator of managed instances drops it, so there `/` counts as well, until a delivery
/// has shown that the path arrives.
pub struct DeliveryPath {
    path: String,
    is_root_open: bool,
}

impl DeliveryPath {
    pub fn new(path: &str, may_be_dropped: bool) -> Self {
        DeliveryPath { path: path.to_owned(), is_root_open: may_be_dropped }
    }

    fn takes(&mut self, path: &str) -> bool {
        if path == self.path {
            self.is_root_open = false;
            return true;
        }
        self.is_root_open && path == "/"
    }
}

/// The status and the reason of a refusal; `None` if the request may be Lambda's. `own` is the address of the server that
/// the caller has reached.
pub fn refusal(request: &Request, path: &mut DeliveryPath, own: IpAddr) -> Option<(u16, &'static str)> {
    let site = request.header("sec-fetch-site");
    if request.header("origin").is_some() || site.map_or(false, |site| site != "none") {
        return Some((403, "it comes from a web page"));
    }
    if !request.header("host").map_or(true, |host| names_us(host, own)) {
        return Some((403, "its Host names another machine"));
    }
    if request.method != "POST" || !path.takes(&request.path) {
        return Some((404, "it is not from Lambda"));
    }
    None
}

/// A web page can make a browser resolve its own name to this machine, but not make it send another name or an address.
fn names_us(host: &str, own: IpAddr) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let is_known = NAMES.iter().any(|known| name.eq_ignore_ascii_case(known));
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    is_known || address.map_or(false, |address| address.is_loopback() || address == own)
}

const NAMES: [&str; 3] = ["localhost", "sandbox.localdomain", "sandbox"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::request::parse;

    fn status(path: &mut DeliveryPath, line: &str, headers: &str) -> u16 {
        let text = format!("{line} HTTP/1.1\r\n{headers}\r\n");
        let (request, _) = parse(text.as_bytes()).unwrap().unwrap();
        refusal(&request, path, "169.254.79.1".parse().unwrap()).map_or(200, |(status, _)| status)
    }

    #[test]
    fn takes_posts_to_the_path_under_names_and_addresses_of_this_machine() {
        let mut path = DeliveryPath::new("/secret", false);
        for host in ["sandbox.localdomain:2775", "SANDBOX:1", "localhost", "127.0.0.9:1", "[::1]:1", "169.254.79.1:2"] {
            assert_eq!(status(&mut path, "POST /secret", &format!("Host: {host}\r\n")), 200, "{host}");
        }
        assert_eq!(status(&mut path, "POST /secret", ""), 200);
        assert_eq!(status(&mut path, "POST /secret", "Sec-Fetch-Site: none\r\n"), 200);
    }

    #[test]
    fn refuses_strangers_and_web_pages() {
        let mut path = DeliveryPath::new("/secret", false);
        for line in ["POST /", "POST /guess", "POST /secret/", "GET /secret"] {
            assert_eq!(status(&mut path, line, ""), 404, "{line}");
        }
        for header in ["Host: evil.example", "Host: 8.8.8.8", "Host:", "Origin: null", "Sec-Fetch-Site: same-origin"] {
            assert_eq!(status(&mut path, "POST /secret", &format!("{header}\r\n")), 403, "{header}");
        }
    }

    #[test]
    fn takes_the_root_where_the_path_may_be_dropped_until_the_path_arrives() {
        let mut path = DeliveryPath::new("/secret", true);

        let mut post = |line| status(&mut path, line, "");
        let statuses = [post("POST /"), post("POST /guess"), post("POST /"), post("POST /secret"), post("POST /")];

        assert_eq!(statuses, [200, 404, 200, 200, 404]);
        assert_eq!(status(&mut DeliveryPath::new("/", false), "POST /", ""), 200);
    }
}
