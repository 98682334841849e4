/** Fetches a value from where it lives and returns it as the body of an answer. Errors are the AWS SDK's. */
export type Source<Request> = (request: Request, signal: AbortSignal) => Promise<string>;

export interface SecretRequest {
  readonly secretId: string;
  readonly versionId?: string | undefined;
  readonly versionStage?: string | undefined;
}

export interface ParameterRequest {
  readonly name: string;
  /** A version's number or a label. */
  readonly selector?: string | undefined;
  readonly withDecryption: boolean;
}

/** A source that is made at its first use, and made anew where that failed. */
export function lazySource<Request>(make: () => Promise<Source<Request>>): Source<Request> {
  let made: Promise<Source<Request>> | undefined;
  return async (request, signal) => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return (await made)(request, signal);
  };
}
