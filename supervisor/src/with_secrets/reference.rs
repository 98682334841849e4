//! References to secrets and parameters in the values of variables. Pure.

/// The extension's path for `secretsmanager:ID` or `ssm:NAME`, each with an optional `#FIELD` of a JSON value; `None` for any
/// other text.
pub fn path_of(value: &str) -> Option<String> {
    let (service, reference) = value.split_once(':')?;
    let (name, field) = reference.split_once('#').unwrap_or((reference, ""));
    if name.is_empty() {
        return None;
    }
    let name = encode(name);
    let path = match service {
        "secretsmanager" => format!("/secretsmanager/get?secretId={name}&format=text"),
        "ssm" => format!("/systemsmanager/parameters/get?withDecryption=true&name={name}&format=text"),
        _ => return None,
    };
    Some(if field.is_empty() { path } else { path + "&jsonKey=" + &encode(field) })
}

fn encode(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte);
    text.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_references_into_paths() {
        for (value, path) in [
            ("secretsmanager:prod/db", "/secretsmanager/get?secretId=prod/db&format=text"),
            ("secretsmanager:prod/db#", "/secretsmanager/get?secretId=prod/db&format=text"),
            ("secretsmanager:prod/db#password", "/secretsmanager/get?secretId=prod/db&format=text&jsonKey=password"),
            (
                "secretsmanager:arn:aws:secretsmanager:eu-central-1:1:secret:a-1#a.b",
                "/secretsmanager/get?secretId=arn:aws:secretsmanager:eu-central-1:1:secret:a-1&format=text&jsonKey=a.b",
            ),
            ("ssm:/app/key", "/systemsmanager/parameters/get?withDecryption=true&name=/app/key&format=text"),
            ("ssm:a b&c=ü", "/systemsmanager/parameters/get?withDecryption=true&name=a%20b%26c%3D%C3%BC&format=text"),
        ] {
            assert_eq!(path_of(value).as_deref(), Some(path));
        }
    }

    #[test]
    fn leaves_other_values_alone() {
        for value in ["", "text", "https://example.org", "arn:aws:ssm:x", "ssm:", "secretsmanager:#key", "SSM:/app"] {
            assert_eq!(path_of(value), None, "{value}");
        }
    }
}
