//! The log lines about telemetry records that are lost with a host. Pure.
use crate::control::Holdings;

/// After the line that says how the host ended; empty where nothing was lost.
pub fn with_host(lost: Holdings) -> String {
    match lost.records {
        0 => String::new(),
        records => format!(" {records} telemetry records were lost with it{}.", caveat(lost)),
    }
}

/// For what no host has reported.
pub fn at_end(lost: Holdings) -> Option<String> {
    let (records, caveat) = (lost.records, caveat(lost));
    let line = || format!("Lost {records} telemetry records, because the host ended before it delivered them{caveat}.");
    (records > 0).then(line)
}

/// Each environment that begins from the snapshot would send them.
pub fn before_snapshot(lost: Holdings) -> Option<String> {
    let (records, caveat) = (lost.records, caveat(lost));
    let line = || {
        format!("Dropped {records} telemetry records of INIT, which were not delivered before the snapshot{caveat}.")
    };
    (records > 0).then(line)
}

/// A host that dies while it sends does not learn whether the destination took the records.
fn caveat(Holdings { sending, .. }: Holdings) -> String {
    match sending {
        0 => String::new(),
        _ => format!("; {sending} of them were being sent and may have arrived"),
    }
}
