//! An extension by the crate that Rust's users take, whose decoder refuses what is not exactly Lambda's.
use lambda_extension::{service_fn, Error, Extension, LambdaEvent, LambdaTelemetry, NextEvent, SharedService};

async fn on_event(event: LambdaEvent) -> Result<(), Error> {
    match event.next {
        NextEvent::Invoke(invoke) => println!("invoke {}", invoke.request_id),
        NextEvent::Shutdown(shutdown) => println!("shutdown {}", shutdown.shutdown_reason),
    }
    Ok(())
}

async fn on_telemetry(records: Vec<LambdaTelemetry>) -> Result<(), Error> {
    for record in records {
        let kind = format!("{:?}", record.record);
        println!("record {}", kind.split([' ', '(', '{']).next().unwrap_or_default());
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    Extension::new()
        .with_events_processor(service_fn(on_event))
        .with_telemetry_processor(SharedService::new(service_fn(on_telemetry)))
        .with_telemetry_types(&["platform", "function"])
        .run()
        .await
}
