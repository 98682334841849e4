use super::*;
use crate::manifest::parse;

/// The same table runs through the TypeScript planner, in extensions/host/plan.test.ts.
const VECTORS: &str = include_str!("../plan-vectors.txt");

fn planned(manifest: &Manifest, name: &str, variables: &[(&str, &str)]) -> Plan {
    let find = |wanted: &str| variables.iter().find(|(key, _)| *key == wanted).map(|(_, value)| value.to_string());
    plan(name, manifest, &find)
}

#[test]
fn plans_each_vector_as_the_typescript_planner_does() {
    let text: String =
        VECTORS.lines().filter(|line| !line.starts_with('#')).map(|line| line.to_owned() + "\n").collect();
    let mut blocks = text.split("\n\n").map(str::trim).filter(|block| !block.is_empty());
    let manifest = parse(blocks.next().unwrap());
    let mut count = 0;
    for block in blocks {
        let facts: Vec<_> = block.lines().filter_map(|line| line.split_once(' ')).collect();
        let all = |key: &str| facts.iter().filter(|(word, _)| *word == key).map(|(_, rest)| *rest).collect::<Vec<_>>();
        let variables: Vec<_> = all("set").into_iter().filter_map(|fact| fact.split_once('=')).collect();

        let plan = planned(&manifest, all("name")[0], &variables);

        assert_eq!(plan.to_json(), all("plan")[0], "{block}");
        let mut problems: Vec<_> = plan.problems.iter().map(Problem::to_string).collect();
        problems.sort();
        assert_eq!(problems, all("problem"), "{block}");
        count += 1;
    }
    assert!(count > 20);
}

fn with_unlisted_module() -> Manifest {
    let mut manifest = parse("extension telemetry\nenabled LOKI\nstarts\ntelemetry platform\n");
    manifest.extensions.push(Extension { name: "own".to_owned(), is_unlisted: true, ..Extension::default() });
    manifest
}

#[test]
fn waits_for_the_host_when_a_module_is_not_in_the_manifest() {
    let manifest = with_unlisted_module();

    let plan = |name, variables| {
        let plan = planned(&manifest, name, variables);
        (plan.start, plan.is_complete)
    };

    assert_eq!(plan(COMBINED, &[]), (Start::Eager, false));
    assert_eq!(plan("telemetry", &[]), (Start::OnDemand, true));
    assert_eq!(plan(COMBINED, &[("EXTENSIONS_ENABLED", "telemetry"), (START, "on-demand")]), (Start::OnDemand, true));
}

#[test]
fn opens_the_hosts_own_port_where_one_host_runs_an_extension() {
    let manifest = parse("host-port HOST 2774\nextension secrets\nlistens secrets PORT 2773\n");

    let port = |name, variables: &[_]| planned(&manifest, name, variables).host_port;

    assert_eq!(port(COMBINED, &[]), Some(2_774));
    assert_eq!(port(COMBINED, &[("HOST", "3000")]), Some(3_000));
    assert_eq!(port(COMBINED, &[("EXTENSIONS_ENABLED", "none")]), None);
    assert_eq!(port("secrets", &[]), None);
    assert_eq!(planned(&with_unlisted_module(), COMBINED, &[]).host_port, None);
}

#[test]
fn asks_for_all_telemetry_when_a_module_that_is_not_in_the_manifest_may_want_more() {
    let manifest = with_unlisted_module();

    let types = |variables| planned(&manifest, COMBINED, variables).telemetry.map(|telemetry| telemetry.types);

    assert_eq!(types(&[("LOKI", "x")]).unwrap(), TELEMETRY_TYPES);
    assert_eq!(types(&[]), None);
}
