//! `/opt/lambda-node-extended/entrypoint COMMAND…`, the ENTRYPOINT of our images before AWS's own: adds the preload to
//! NODE_OPTIONS where one of its parts is switched on, and becomes the command.
use crate::environment;
use crate::settings::Settings;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{exit, Command};

/// Never returns. The process becomes the command in `arguments`. `preload.cjs` and `preload-parts` lie beside `called`, the
/// name of this program.
pub fn run(called: &Path, mut arguments: impl Iterator<Item = OsString>) -> ! {
    let folder = called.parent().filter(|folder| folder.is_absolute()).unwrap_or_else(|| Path::new(FOLDER));
    let program = arguments.next().unwrap_or_else(|| {
        give_up("No command to run. Add one to ENTRYPOINT, such as /lambda-entrypoint.sh.", CANNOT_START)
    });
    let preload = folder.join("preload.cjs");
    let parts = fs::read_to_string(folder.join("preload-parts")).unwrap_or_default();
    let settings = Settings::new(&environment);
    if is_any_on(&parts, &settings) {
        // Node.js does not start when it cannot read a file of --require.
        match fs::read(&preload) {
            Ok(_) => env::set_var(NODE_OPTIONS, with_preload(&preload, env::var_os(NODE_OPTIONS).as_deref())),
            Err(error) => {
                say("WARN", &format!("Cannot read {}: {error}. The function starts without it.", preload.display()))
            }
        }
    }
    let error = Command::new(&program).args(arguments).exec();
    let status = if error.kind() == ErrorKind::NotFound { NOT_FOUND } else { CANNOT_START };
    give_up(&format!("Cannot start {}: {error}", program.to_string_lossy()), status)
}

/// One part a line, written by scripts/bundle-preload.ts: its name, its variable, and the words that switch it on; without words,
/// any value but `false` does.
fn is_any_on(parts: &str, settings: &Settings) -> bool {
    parts.lines().any(|line| match *line.split_whitespace().collect::<Vec<_>>() {
        [first, ..] if first.starts_with('#') => false,
        [_name, variable] => settings.asks(variable),
        [_name, variable, ref words @ ..] => {
            let value = settings.text(variable).map(|text| text.to_lowercase());
            value.map_or(false, |value| words.contains(&value.as_str()))
        }
        _ => false,
    })
}

/// First, so that it is there before what the user preloads. The user's options follow byte for byte, and can be told from none.
fn with_preload(preload: &Path, options: Option<&OsStr>) -> OsString {
    let mut all = OsString::from("--require ");
    all.push(quoted(&preload.to_string_lossy()));
    if let Some(options) = options {
        all.push(" ");
        all.push(options);
    }
    all
}

/// Node.js ends an option at a blank, unless it stands in double quotes.
fn quoted(path: &str) -> String {
    if path.contains([' ', '"', '\\']) {
        format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        path.to_owned()
    }
}

fn give_up(message: &str, status: i32) -> ! {
    say("ERROR", message);
    exit(status)
}

fn say(level: &str, message: &str) {
    println!("[entrypoint] {level} {}", message.replace(['\n', '\r'], " "));
}

const FOLDER: &str = "/opt/lambda-node-extended";
const NODE_OPTIONS: &str = "NODE_OPTIONS";
/// The statuses of a shell.
const NOT_FOUND: i32 = 127;
const CANNOT_START: i32 = 126;

#[cfg(test)]
mod tests {
    use super::*;

    /// The same table runs through the preload, in extensions/preload/part.test.ts.
    const VECTORS: &str = include_str!("../preload-vectors.txt");

    #[test]
    fn switches_each_vector_as_the_preload_does() {
        let rows = VECTORS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut count = 0;
        for row in rows {
            let [words, value, expected] = <[&str; 3]>::try_from(row.split('|').collect::<Vec<_>>()).unwrap();
            let environment = |_: &str| if value == "(unset)" { None } else { Some(value.to_owned()) };
            let is_on = is_any_on(&format!("part VARIABLE {words}"), &Settings::new(&environment));
            assert_eq!(is_on.to_string(), expected, "{row}");
            count += 1;
        }
        assert!(count > 10);
    }

    #[test]
    fn one_part_is_enough_and_comments_and_broken_lines_are_none() {
        let environment = |name: &str| (name == "B").then(|| "yes".to_owned());
        let settings = Settings::new(&environment);

        assert!(is_any_on("first A\nsecond B\n", &settings));
        assert!(!is_any_on("first A\nsecond C\n", &settings));
        assert!(!is_any_on("# part B\n\nB\n", &settings));
        assert!(!is_any_on("", &settings));
    }

    #[test]
    fn the_users_options_follow_byte_for_byte() {
        let of = |options: Option<&str>| with_preload(Path::new("/opt/preload.cjs"), options.map(OsStr::new));

        assert_eq!(of(None), "--require /opt/preload.cjs");
        assert_eq!(of(Some("")), "--require /opt/preload.cjs ");
        assert_eq!(
            of(Some(" --max-http-header-size=1  -r x")),
            "--require /opt/preload.cjs  --max-http-header-size=1  -r x"
        );
    }
    #[test]
    fn a_path_with_blanks_is_one_option() {
        let options = with_preload(Path::new(r#"/my "opt"\x/preload.cjs"#), None);

        assert_eq!(options, r#"--require "/my \"opt\"\\x/preload.cjs""#);
    }
}
