//! Resolves names without the C library, whose resolver fails in some static binaries.
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The address of `host:port`; `hosts` is the text of a hosts file.
pub fn resolve_authority(authority: &str, hosts: &str) -> Option<SocketAddr> {
    let (host, port) = authority.rsplit_once(':')?;
    Some(SocketAddr::new(resolve(host.trim_matches(|mark| mark == '[' || mark == ']'), hosts)?, port.parse().ok()?))
}

/// A literal address, or the first one that the hosts file has for this name.
pub fn resolve(host: &str, hosts: &str) -> Option<IpAddr> {
    if let Ok(address) = host.parse() {
        return Some(address);
    }
    let found = hosts.lines().find_map(|line| {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        let address = words.next()?.parse().ok()?;
        words.any(|name| name.eq_ignore_ascii_case(host)).then_some(address)
    });
    found.or_else(|| host.eq_ignore_ascii_case("localhost").then_some(IpAddr::V4(Ipv4Addr::LOCALHOST)))
}

/// Whether Lambda's API is on loopback, as it is in emulators. They deliver telemetry there, too.
pub fn is_loopback(authority: &str, hosts: &str) -> bool {
    resolve_authority(authority, hosts).map_or(false, |address| address.ip().is_loopback())
}

pub const HOSTS_FILE: &str = "/etc/hosts";
pub const SANDBOX: &str = "sandbox.localdomain";

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTS: &str =
        "127.0.0.1 localhost\n# 1.1.1.1 sandbox.localdomain\n169.254.79.1\tsandbox.localdomain sandbox # Lambda\n";

    #[test]
    fn resolves_names_of_the_hosts_file_and_literal_addresses() {
        assert_eq!(resolve(SANDBOX, HOSTS).unwrap().to_string(), "169.254.79.1");
        assert_eq!(resolve("::1", HOSTS).unwrap().to_string(), "::1");
        assert_eq!(resolve("localhost", "").unwrap().to_string(), "127.0.0.1");
        assert_eq!(resolve("unknown", HOSTS), None);
    }

    #[test]
    fn knows_an_api_on_loopback() {
        let is = |authority| is_loopback(authority, HOSTS);

        assert!(is("127.0.0.1:9001") && is("localhost:9001") && is("[::1]:9001") && is("127.0.0.2:1"));
        assert!(!is("169.254.100.1:9001") && !is("sandbox:9001") && !is("unknown:9001") && !is(""));
    }

    #[test]
    fn resolves_the_address_of_the_api() {
        assert_eq!(resolve_authority("127.0.0.1:9001", "").unwrap().to_string(), "127.0.0.1:9001");
        assert_eq!(resolve_authority("sandbox:9001", HOSTS).unwrap().to_string(), "169.254.79.1:9001");
        assert_eq!(resolve_authority("[::1]:9001", "").unwrap().to_string(), "[::1]:9001");
        for wrong in ["", "127.0.0.1", "127.0.0.1:x", "nowhere:1"] {
            assert_eq!(resolve_authority(wrong, HOSTS), None, "{wrong}");
        }
    }
}
