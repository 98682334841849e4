import type { ExporterContext } from '../exporter.ts';

/** Fills `{function}`, `{version}`, `{region}` and `{instance}`; other braces stay as they are. */
export function fillTemplate(template: string, context: ExporterContext): string {
  return template.replace(
    /\{(function|version|region|instance)\}/g,
    (_all, word: keyof typeof FIELDS) => context[FIELDS[word]],
  );
}

const FIELDS = {
  function: 'functionName',
  version: 'functionVersion',
  region: 'region',
  instance: 'instanceId',
} as const;
