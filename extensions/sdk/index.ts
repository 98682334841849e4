/** The seam between the host and an extension, ours or yours. */

export type { CallJson, JsonCall } from '../../aws-call/call-json.ts';
export { type AwsFailure, explainAwsError } from '../../aws-call/explain-aws-error.ts';
export type { Clock } from '../../foundation/clock.ts';
export type { LoopbackServer, RequestHandler } from '../../foundation/http-server.ts';
export type { Log, LogLevel } from '../../foundation/log.ts';
export { Sensitive } from '../../foundation/sensitive.ts';
export type { Environment, Setting, Settings, SettingValues } from '../../foundation/settings.ts';
export { fraction, list, oneOf, port, text, truth, wholeNumber } from '../../foundation/settings.ts';
export type { AwsCredentials } from '../../lambda-api/container-credentials.ts';
export type { InvokeEvent, ShutdownEvent } from '../../lambda-api/extensions-api.ts';
export type { TelemetryRecord, TelemetryType } from '../../lambda-api/telemetry-api.ts';
export { type AwsCommand, callAws } from './call-aws.ts';
export {
  defineExtension,
  type ExtensionDefinition,
  type HandlerContext,
  type Handlers,
  type NamedInSettings,
  type TelemetryDelay,
} from './define-extension.ts';
export type {
  AssumedRole,
  AwsClientOptions,
  AwsProxy,
  AwsServices,
  DatagramReceiver,
  ExtensionMetrics,
  HostServices,
  LambdaFunction,
  Measurement,
  MetricsRegistry,
  SecretsInUse,
  TelemetryService,
} from './host-services.ts';
