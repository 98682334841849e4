import { isNumeral } from '../../../foundation/exact-json.ts';
import { type Setting, type Settings, type SettingValues, text } from '../../sdk/index.ts';
import type { DestinationType, SettingTexts } from '../exporters/exporter.ts';
import { findReferences } from './reference.ts';
import { isObject } from './shape.ts';

export type DestinationTypes = ReadonlyMap<string, () => Promise<DestinationType>>;

/** Reads declared settings from the environment. */
export type ReadSettings = <S extends Settings>(declarations: S) => SettingValues<S>;

export interface ConfiguredDestination {
  readonly name: string;
  readonly type: DestinationType;
  /** The texts of its settings, with references unresolved. */
  readonly texts: SettingTexts;
  /** Its path in the configuration, for messages. */
  readonly where: string;
  /** The settings from the document; all others are from the environment. */
  readonly given: ReadonlySet<string>;
}

/**
 * Reads the settings of a destination from its resolved texts. Problems name what was expected, and show the text only if it
 * cannot hold a secret.
 */
export function settingsOf(
  { type, texts, where, given }: ConfiguredDestination,
  resolved: SettingTexts,
): { values: SettingValues<Settings>; problems: string[] } {
  const problems: string[] = [];
  const values = Object.entries(type.settings).map(([key, setting]) => {
    const written = resolved[key]?.trim();
    if (!written) return [key, setting.fallback];
    const { value, isValid } = setting.read(written);
    if (!isValid) {
      const isSecret = type.sensitive.includes(key) || findReferences(texts[key] ?? '').length > 0;
      const place = given.has(key) ? `${where}.${key}` : setting.variable;
      const shown = `not ${JSON.stringify(written.slice(0, LONGEST_SHOWN))}. Using ${shownValue(value)}`;
      problems.push(`${place}: expected ${setting.expected}${isSecret ? '; its value is not shown' : `, ${shown}`}.`);
    }
    return [key, value];
  });
  return { values: Object.fromEntries(values), problems };
}

/** The settings in a document, as the texts that variables would hold. */
export function ownTexts(
  { name, settings }: DestinationType,
  own: Readonly<Record<string, unknown>>,
  where: string,
): { texts: SettingTexts; problems: string[] } {
  const problems: string[] = [];
  const texts: Record<string, string> = {};
  for (const [key, value] of Object.entries(own)) {
    const setting = Object.hasOwn(settings, key) ? settings[key] : undefined;
    if (setting === undefined) {
      const known = Object.keys(settings).join(', ');
      problems.push(`${where}.${key}: unknown; ${name} has ${known}. This entry is ignored.`);
      continue;
    }
    const written = asText(value, setting);
    if (written === undefined) problems.push(`${where}.${key}: expected ${setting.expected}. This entry is ignored.`);
    else if (written.trim() !== '') texts[key] = written;
  }
  return { texts, problems };
}

/** The document takes precedence over the vendor's variables, also over one that names a secret. */
export function textsOf(type: DestinationType, given: SettingTexts, readSettings: ReadSettings): SettingTexts {
  const declarations = Object.entries(type.settings).map(
    ([key, { variable, purpose }]) => [key, text(variable, undefined, purpose)] as const,
  );
  const fromVariables = readSettings(Object.fromEntries(declarations));
  return { ...withReferences(type, fromVariables), ...withReferences(type, given) };
}

/** The required settings that are missing. */
export function lacking({ settings, required }: DestinationType, texts: SettingTexts): string | undefined {
  const missing = required.filter((key) => !texts[key] && !settings[key]?.fallback);
  if (missing.length === 0) return undefined;
  return missing.map((key) => `"${key}" (${settings[key]?.variable})`).join(' and ');
}

function withReferences(type: DestinationType, texts: SettingTexts): SettingTexts {
  const set = Object.fromEntries(Object.entries(texts).filter(([, written]) => written !== undefined));
  return type.withReferences?.(set) ?? set;
}

/** Accepts lists and objects only for settings of that kind. */
function asText(value: unknown, setting: Setting<unknown>): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isNumeral(value)) return value.rawJSON;
  if (isObject(value)) return readAs(isObject, JSON.stringify(value), setting);
  return Array.isArray(value) && value.every(isText) ? readAs(Array.isArray, value.join(','), setting) : undefined;
}

function readAs(isKind: (value: unknown) => boolean, written: string, setting: Setting<unknown>): string | undefined {
  return isKind(setting.read(written).value) ? written : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function shownValue(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const LONGEST_SHOWN = 100;
