import type { Parser } from '../parser.ts';
import { appConfigParsers } from './appconfig.ts';
import { emulatorParsers } from './emulator.ts';
import { exporterParsers } from './exporters.ts';
import { hostAndAwsParsers } from './host-and-aws.ts';
import { logRecordParsers } from './log-records.ts';
import { otlpParsers } from './otlp.ts';
import { secretParsers } from './secrets.ts';
import { telemetrySettingParsers } from './telemetry-settings.ts';

/** Everything in TypeScript that reads what others wrote. The supervisor's parsers have such tests in Rust. */
export const parsers: readonly Parser<never>[] = [
  ...logRecordParsers,
  ...otlpParsers,
  ...telemetrySettingParsers,
  ...exporterParsers,
  ...appConfigParsers,
  ...secretParsers,
  ...hostAndAwsParsers,
  ...emulatorParsers,
];
