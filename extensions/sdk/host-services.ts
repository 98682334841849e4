import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Clock } from '../../foundation/clock.ts';
import type { LoopbackServer, RequestHandler } from '../../foundation/http-server.ts';
import type { Log, LogLevel } from '../../foundation/log.ts';
import type { Sensitive } from '../../foundation/sensitive.ts';

/** What the host lends to an extension. */
export interface HostServices {
  readonly clock: Clock;
  /** Speaks in the extension's name. `atLevel` gives the same log with a threshold of its own. */
  readonly log: Log & { atLevel(level: LogLevel): Log };
  readonly http: {
    /** Serves a loopback port, or the socket of that name which the host inherited. Rejects when the port is taken. */
    serve(options: { name: string; port: number; handle: RequestHandler }): Promise<LoopbackServer>;
  };
  readonly aws: AwsServices;
}

export interface AwsServices {
  /** `AWS_SESSION_TOKEN`: callers prove with it that they run in this environment. Empty where there is none. */
  readonly sessionToken: Sensitive;
  /**
   * Options for a client of the AWS SDK: region, the credentials Lambda gives, sockets that survive a freeze.
   * @param maxConnections how many sockets the client may open.
   */
  clientOptions(options: { maxConnections: number }): Promise<AwsClientOptions>;
}

/** Goes into the constructor of any client of the AWS SDK, version 3. */
export interface AwsClientOptions {
  region?: string;
  credentials: () => Promise<{
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken?: string;
    expiration?: Date;
  }>;
  requestHandler: NodeHttpHandler;
}
