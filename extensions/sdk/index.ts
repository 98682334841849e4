/** `lambda-node-extended/extension`: the seam between the host and an extension, ours or yours. */

export type { CallJson, JsonCall } from '../../aws-call/call-json.ts';
export { type AwsFailure, explainAwsError } from '../../aws-call/explain-aws-error.ts';
export type { Clock } from '../../foundation/clock.ts';
export type { LoopbackServer, RequestHandler } from '../../foundation/http-server.ts';
export type { Log, LogLevel } from '../../foundation/log.ts';
export { type BodyLimits, bodyReader, type NoBody } from '../../foundation/read-body.ts';
export { type SchemaOptions, schema } from '../../foundation/schema.ts';
export { Sensitive } from '../../foundation/sensitive.ts';
export type { Environment, Setting, Settings, SettingValues } from '../../foundation/settings.ts';
export { fraction, list, oneOf, port, text, truth, wholeNumber } from '../../foundation/settings.ts';
export type { SchemaResult, StandardSchema } from '../../foundation/standard-schema.ts';
export type { AwsCredentials } from '../../lambda-api/container-credentials.ts';
export type { InvokeEvent, ShutdownEvent } from '../../lambda-api/extensions-api.ts';
export type {
  LogRecord,
  PlatformRecords,
  RecordOf,
  TelemetryRecord,
  TelemetryType,
} from '../../lambda-api/telemetry-api.ts';
export { type BoundedBuffer, type BufferBounds, boundedBuffer } from './bounded-buffer.ts';
export { type AwsCommand, callAws } from './call-aws.ts';
export {
  type Declarations,
  defineExtension,
  type ExtensionDefinition,
  type FlushReason,
  type HandlerContext,
  type Handlers,
  type InitContext,
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
  SendAnswer,
  Sender,
  SenderOptions,
  SendRequest,
  TelemetryService,
} from './host-services.ts';
