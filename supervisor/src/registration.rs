//! Registers the extension with Lambda, which waits for it before the function's INIT.
use crate::api::Api;
use crate::log::Log;

/// Returns the identifier that Lambda gives. Without one every later call would fail, so this process exits.
pub fn register(api: &mut Api, name: &str, is_managed: bool, log: &Log) -> String {
    // Lambda refuses a registration for INVOKE on managed instances.
    let events = if is_managed { r#"["SHUTDOWN"]"# } else { r#"["INVOKE","SHUTDOWN"]"# };
    let headers = format!("Content-Type: application/json\r\nLambda-Extension-Name: {name}\r\n");
    let body = format!("{{\"events\":{events}}}");
    let response = match api.call(None, "POST", "/2020-01-01/extension/register", &headers, &body) {
        Some(response) => response,
        None => log.exit("register got no response"),
    };
    let failure = response.failure("register");
    match response.identifier {
        Some(identifier) if response.status == 200 => identifier,
        _ => log.exit(&failure),
    }
}
