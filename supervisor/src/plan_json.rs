//! The plan and what is wrong with it, as the host reads them. Pure.
use crate::log::json_text;
use crate::plan::{Plan, Planned, Socket, Start, Telemetry, AFTER_NEXT};

impl Plan {
    /// As the host reads it, in `extensions/host/plan.ts`.
    pub fn to_json(&self) -> String {
        let extensions = joined(self.extensions.iter().map(|Planned { name, telemetry }| {
            format!("{{\"name\":{},\"telemetry\":[{}]}}", json_text(name), json_texts(telemetry))
        }));
        let sockets = joined(
            self.sockets
                .iter()
                .map(|Socket { name, port, .. }| format!("{{\"name\":{},\"port\":{port}}}", json_text(name))),
        );
        let telemetry = self.telemetry.as_ref().map_or(String::new(), |Telemetry { port, types, delay_ms }| {
            let types = json_texts(types);
            format!("\"telemetry\":{{\"port\":{port},\"types\":[{types}],\"delayMs\":{delay_ms}}},")
        });
        let redaction = self.redaction.as_ref().map_or(String::new(), |one| format!("\"redactionPort\":{},", one.port));
        let start = match self.start {
            Start::OnDemand => "on-demand",
            Start::AfterNext => AFTER_NEXT,
            Start::Eager => "eager",
        };
        let (is_combined, warms_up) = (self.is_combined, self.warms_up);
        format!(
            "{{\"isCombined\":{is_combined},\"extensions\":[{extensions}],\"sockets\":[{sockets}],{telemetry}{redaction}\"start\":\"{start}\",\"warmsUp\":{warms_up}}}"
        )
    }

    /// What is wrong and has been logged, as the host reads it in `extensions/host/launch-context.ts`.
    pub fn reported(&self, taken_ports: &[u16]) -> String {
        let variables = joined(self.problems.iter().map(|problem| json_text(&problem.variable)));
        let ports = joined(taken_ports.iter().map(u16::to_string));
        format!("{{\"variables\":[{variables}],\"ports\":[{ports}]}}")
    }
}

fn json_texts(texts: &[String]) -> String {
    joined(texts.iter().map(|text| json_text(text)))
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(",")
}
