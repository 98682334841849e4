/**
 * Cross-origin access, in the words of a function URL's configuration.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html
 */
export interface Cors {
  /** Origins as `https://example.com`, or `*`. */
  readonly allowOrigins?: readonly string[];
  readonly allowMethods?: readonly string[];
  readonly allowHeaders?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  readonly allowCredentials?: boolean;
  /** Seconds for which a browser may remember the answer to a preflight. */
  readonly maxAge?: number;
}

export type Headers = readonly (readonly [string, string])[];

/** The headers that let a page of this origin read an answer; none if it may not. */
export function corsHeaders(cors: Cors, origin: string | undefined): Headers {
  if (origin === undefined || !isAllowed(cors, origin)) return [];
  return [
    ['access-control-allow-origin', cors.allowOrigins?.includes('*') && !cors.allowCredentials ? '*' : origin],
    ['vary', 'Origin'],
    ...(cors.allowCredentials ? [['access-control-allow-credentials', 'true'] as const] : []),
    ...listed('access-control-expose-headers', cors.exposeHeaders),
  ];
}

/** The headers that answer a preflight. */
export function preflightHeaders(cors: Cors, origin: string, asked: { headers: string | undefined }): Headers {
  const allowed = corsHeaders(cors, origin);
  if (allowed.length === 0) return [];
  // A browser takes "*" literally where credentials are allowed, so it gets what it asks for.
  const headers = cors.allowHeaders?.includes('*') ? asked.headers?.split(',') : cors.allowHeaders;
  const methods = cors.allowMethods?.includes('*') ? METHODS : cors.allowMethods;
  return [
    ...allowed,
    ...listed('access-control-allow-methods', methods),
    ...listed('access-control-allow-headers', headers),
    ...(cors.maxAge === undefined ? [] : [['access-control-max-age', String(cors.maxAge)] as const]),
  ];
}

export function isAllowed({ allowOrigins = [] }: Cors, origin: string): boolean {
  return allowOrigins.includes('*') || allowOrigins.includes(origin);
}

function listed(name: string, values: readonly string[] | undefined): Headers {
  return values === undefined || values.length === 0 ? [] : [[name, values.map((value) => value.trim()).join(',')]];
}

/** Of a function URL. */
const METHODS = ['GET', 'PUT', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS'];
