import type { ServerResponse } from 'node:http';

/** What no JSON API of AWS promises: bodies of a 200. */
export const BAD_BODIES: readonly string[] = [
  '',
  ' ',
  '{}',
  'null',
  '[]',
  '[{}]',
  '""',
  '"hunter2"',
  '5',
  'true',
  '{"hunter2":1}',
  '<html>hunter2</html>',
  '{"SecretString":"hunter2',
];

/** `fields` with one of them absent, empty or of a wrong type, as JSON. */
export function spoilt(fields: Readonly<Record<string, unknown>>, names: readonly string[]): string[] {
  const values = [undefined, null, '', 12_345_678, true, [], ['hunter2'], {}, { hunter2: 1 }];
  return names.flatMap((name) => values.map((value) => JSON.stringify({ ...fields, [name]: value })));
}

export function answerRaw(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'request-1' });
  response.end(body);
}
