import type { Setting, Settings, SettingValues } from '../../../foundation/settings.ts';
import type { Item, Signal, Source } from '../items/item.ts';

/** A kind of place that telemetry can go to: all that is particular to one vendor, in one file. */
export interface DestinationType<S extends Settings = Settings, Key extends string = string> {
  /** The word in `TELEMETRY_DESTINATIONS`, and `type` in `TELEMETRY_CONFIG`. */
  readonly name: string;
  /** What it takes; items of other signals are not sent there. */
  readonly signals: readonly Signal[];
  /** The vendor's own variables. In `TELEMETRY_CONFIG` the keys stand for the variables. */
  readonly settings: S;
  /** Those without which nothing can be sent. */
  readonly required: readonly Key[];
  /** For settings that must not be shown. */
  readonly sensitive: readonly Key[];
  /**
   * The texts of settings again, where some of them stand for others: with the ARN of a secret in a variable of the
   * vendor's the key becomes `${secretsmanager:ARN}`, a ciphertext `${kms:…}`. Runs before references are resolved.
   */
  withReferences?(texts: SettingTexts): SettingTexts;
  /** Makes the exporter. May throw, with a sentence for the owner of the setting; it must not quote a sensitive one. */
  exporter(settings: SettingValues<S>, context: ExporterContext): Exporter;
}

/** What was written for each setting that is set, by its key. */
export type SettingTexts = Readonly<Record<string, string | undefined>>;

/** The function, as far as an exporter may want to know it. */
export interface ExporterContext {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly region: string;
  /** Of Lambda's own records. */
  readonly source: Source;
  /** Unique for this execution environment; e.g. for names of log streams. */
  readonly instanceId: string;
  /** Where OpenTelemetry SDKs in the function send to us; nothing of ours may go there. */
  readonly otlpPort?: number;
}

/** Two pure functions. Sending, waiting and giving up exist once, in `deliver.ts` and `http-sender.ts`. */
export interface Exporter {
  /** Those of the destination's signals that the settings have a place for; default: all. `encode` wants no others. */
  readonly signals?: readonly Signal[];
  /**
   * Requests within the vendor's limits, which hold all of the items; what is over a limit by itself is cut and marked.
   * @param nowMs the wall clock, for vendors that refuse what is too old.
   */
  encode(items: readonly Item[], nowMs: number): readonly ExportRequest[];
  judge(response: ExportResponse, request: ExportRequest): Verdict;
}

export interface ExportRequest {
  readonly method?: 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Not compressed yet. */
  readonly body: string | Uint8Array;
  /** How the sender compresses it; the header is the sender's, too. Default: `gzip`, unless it is short. */
  readonly compression?: 'gzip' | 'none';
  /** What it holds, for when it has to be sent again. Empty for a request that only prepares others. */
  readonly items: readonly Item[];
  /** To be signed with Lambda's credentials (Signature Version 4) for this service of AWS. */
  readonly sign?: { readonly service: string; readonly region: string };
  /** Sent before this one, when `judge` says `prepare`; e.g. creates the log stream. */
  readonly preparation?: readonly ExportRequest[];
}

export interface ExportResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** At most 4 MiB of it. */
  readonly body: Buffer;
}

export type Verdict =
  | { readonly kind: 'delivered' }
  /** Some were taken. `again` may be sent again, `lost` will never be accepted. */
  | { readonly kind: 'partial'; readonly again: readonly Item[]; readonly lost: number; readonly reason: string }
  /** The vendor is busy or broken: all of it may be sent again, not before `afterMs` where that is given. */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number }
  /** Too large: halves may pass. */
  | { readonly kind: 'split'; readonly reason: string }
  /** Send the request's `preparation`, then it again. */
  | { readonly kind: 'prepare'; readonly reason: string }
  /** This batch will never be accepted. */
  | { readonly kind: 'rejected'; readonly reason: string }
  /** Nothing of ours will be accepted for now: a wrong key. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Gives a declaration its types; returns it unchanged. */
export function defineDestinationType<const S extends Readonly<Record<string, Setting<unknown>>>>(
  type: DestinationType<S, keyof S & string>,
): DestinationType<S> {
  return type;
}
