/** Calls to ministack, the server in AWS's place; it checks no signatures. */

/** Calls an operation of one of AWS's JSON services. `target` is the service's prefix and the operation, e.g. `AmazonSSM.PutParameter`. */
export async function callMinistack(url: string, target: string, input: object): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    body: JSON.stringify(input),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`${target} failed with ${response.status}: ${body}`);
  return JSON.parse(body);
}

/** The last calls of an operation, 50 at most, with their parameters; from ministack's own CloudTrail. */
export async function ministackCalls(url: string, operation: string): Promise<Record<string, unknown>[]> {
  const { Events } = await callMinistack(url, LOOKUP_EVENTS, {
    LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: operation }],
  });
  return (Events as { CloudTrailEvent: string }[]).map((event) => JSON.parse(event.CloudTrailEvent).requestParameters);
}

const LOOKUP_EVENTS = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents';
