/** Calls to ministack, which stands in for AWS. It checks no signatures. */
import { request } from 'undici';

/** Calls an operation of one of AWS's JSON services. `target` is the service's prefix and the operation, e.g. `AmazonSSM.PutParameter`. */
export async function callMinistack(url: string, target: string, input: object): Promise<Record<string, unknown>> {
  const response = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    body: JSON.stringify(input),
  });
  const body = await response.body.text();
  if (response.statusCode !== 200) throw new Error(`${target} failed with ${response.statusCode}: ${body}`);
  return JSON.parse(body);
}

/** Calls AppConfig's control plane. A text is sent as it is. */
export async function callAppConfig(
  url: string,
  path: string,
  body: object | string,
  contentType = 'application/json',
): Promise<Record<string, unknown>> {
  const response = await request(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': contentType, authorization: APPCONFIG_SCOPE },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.body.text();
  if (response.statusCode >= 300) throw new Error(`POST ${path} failed with ${response.statusCode}: ${text}`);
  return { ...(typeof body === 'string' ? {} : JSON.parse(text)), ...response.headers };
}

/** The parameters of an operation's last 50 calls, from ministack's own CloudTrail. */
export async function ministackCalls(url: string, operation: string): Promise<Record<string, unknown>[]> {
  const { Events } = await callMinistack(url, LOOKUP_EVENTS, {
    LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: operation }],
  });
  return (Events as { CloudTrailEvent: string }[]).map((event) => JSON.parse(event.CloudTrailEvent).requestParameters);
}

const LOOKUP_EVENTS = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents';
/** Ministack finds out from it which REST service is meant. */
const APPCONFIG_SCOPE =
  'AWS4-HMAC-SHA256 Credential=test/20240101/us-east-1/appconfig/aws4_request, SignedHeaders=host, Signature=none';
