import type { Setting, Settings, SettingValues } from '../../sdk/index.ts';
import type { Item, Signal, Source } from '../items/item.ts';

/** A type of destination: everything about one vendor, in one file. */
export interface DestinationType<S extends Settings = Settings, Key extends string = string> {
  /** The word in `TELEMETRY_DESTINATIONS`, and `type` in `TELEMETRY_CONFIG`. */
  readonly name: string;
  /** Items of other signals are not sent there. */
  readonly signals: readonly Signal[];
  /** Whether each signal goes to an address of its own, which may fail by itself. Default: one address takes all. */
  readonly hasEndpointPerSignal?: boolean;
  /** The vendor's own variables. `TELEMETRY_CONFIG` uses the keys. */
  readonly settings: S;
  /** The settings without which nothing can be sent. */
  readonly required: readonly Key[];
  /** The settings that must not be shown. */
  readonly sensitive: readonly Key[];
  /** Variables of the vendor's that another part of telemetry reads. */
  readonly readElsewhere?: readonly string[];
  /** What users of the vendor's own extension may have set and this destination does not read: the log and the docs say so. */
  readonly unread?: readonly UnreadVariable[];
  /**
   * Replaces settings that stand for others: the ARN of a secret in a vendor's variable becomes the key
   * `${secretsmanager:ARN}`, a ciphertext `${kms:…}`. Runs before references are resolved.
   */
  withReferences?(texts: SettingTexts): SettingTexts;
  /** Makes the exporter. May throw a sentence for the owner of the setting, which must not quote a sensitive value. */
  exporter(settings: SettingValues<S>, context: ExporterContext): Exporter;
}

/** A variable of the vendor's own extension or agent that is not read. */
export interface UnreadVariable {
  readonly variable: string;
  /** What to do in its place; completes a sentence. */
  readonly instead: string;
  /** Values with which nothing is missed, in lower case. */
  readonly harmless?: readonly string[];
}

/** The texts of the settings that are set, by key. */
export type SettingTexts = Readonly<Record<string, string | undefined>>;

/** What an exporter may know about the function. */
export interface ExporterContext {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly region: string;
  /** Known with the first invocation, never on managed instances. */
  readonly functionArn?: string | undefined;
  /** The source of Lambda's own records. */
  readonly source: Source;
  /** Names of attributes of that source's resource that the owner of the function has set. Default: none. */
  readonly ownerNames?: readonly string[];
  /** Unique for this execution environment, e.g. for names of log streams. */
  readonly instanceId: string;
  /** The port of our own receiver, where no exporter may send to. */
  readonly otlpPort?: number;
}

/** Two pure functions. Sending, waiting and giving up exist once, in `deliver.ts` and `http-sender.ts`. */
export interface Exporter {
  /** The signals that the settings allow; default: all of the type. `encode` gets no others. */
  readonly signals?: readonly Signal[];
  /** Whether an item is sent at all; the others are filtered, not lost. Default: all are. */
  takes?(item: Item): boolean;
  /**
   * Requests within the vendor's limits that hold all items, each made when it is asked for. `undefined` between them: long
   * work goes on, and this is a moment to do something else. An item that is over a limit by itself is cut and marked.
   * @param nowMs the wall clock, for vendors that refuse old items.
   */
  encode(items: readonly Item[], nowMs: number): Iterable<ExportRequest | undefined>;
  judge(response: ExportResponse, request: ExportRequest): Verdict;
}

export interface ExportRequest {
  readonly method?: 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Before compression. */
  readonly body: string | Uint8Array;
  /** How the sender compresses the body; it also adds the header. Default: `gzip`, except for short bodies. */
  readonly compression?: 'gzip' | 'none';
  /** The items in the body, in case they must be sent again. Empty for a request that only prepares others. */
  readonly items: readonly Item[];
  /** How to connect, where it is not the usual way. */
  readonly connection?: Connection;
  /** The AWS service to sign the request for, with Lambda's credentials (Signature Version 4). */
  readonly sign?: { readonly service: string; readonly region: string };
  /** Sent before this request when `judge` says `prepare`, e.g. to create the log stream. */
  readonly preparation?: readonly ExportRequest[];
}

/** Files are PEM, by their paths. */
export interface Connection {
  /** In place of `HTTPS_PROXY` and `HTTP_PROXY`. */
  readonly proxy?: string;
  /** An authority to trust besides the usual ones. */
  readonly caFile?: string;
  /** The client's own certificate, and its key. */
  readonly certFile?: string;
  readonly keyFile?: string;
}

export interface ExportResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The first 4 MiB. */
  readonly body: Buffer;
}

/** Sends one request. Rejects if there is no answer; the signal ends it. */
export type Send = (request: ExportRequest, signal: AbortSignal) => Promise<ExportResponse>;

export type Verdict =
  | { readonly kind: 'delivered' }
  /** Some items were accepted. `again` may be sent again; `lost` will never be accepted. */
  | {
      readonly kind: 'partial';
      readonly again: readonly Item[];
      readonly lost: number;
      readonly reason: string;
      readonly afterMs?: number;
    }
  /** The vendor is busy or broken. All items may be sent again, after `afterMs` if given. */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number; readonly isUnanswered?: boolean }
  /** The batch is too large; halves may pass. */
  | { readonly kind: 'split'; readonly reason: string }
  /** Send the request's `preparation`, then the request again. */
  | { readonly kind: 'prepare'; readonly reason: string }
  /** This batch will never be accepted. */
  | { readonly kind: 'rejected'; readonly reason: string }
  /** The vendor accepts nothing for now, e.g. because of a wrong key. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Gives a declaration its types; returns it unchanged. */
export function defineDestinationType<const S extends Readonly<Record<string, Setting<unknown>>>>(
  type: DestinationType<S, keyof S & string>,
): DestinationType<S> {
  return type;
}
