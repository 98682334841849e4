import type { Comparison, SubjectMeasurement } from './comparison.ts';
import type { SeriesSummary } from './figures/summary.ts';

/** What the figures say for sure, one sentence each. What lies within the noise is said to be that. */
export function inWords({ subjects }: Comparison): string[] {
  const [base, ...others] = subjects;
  if (!base) return [];
  return others.flatMap((subject) => sentences(subject, base.name));
}

function sentences({ name, measurement, processes }: SubjectMeasurement, base: string): string[] {
  if (!measurement) return [`${name}: no invocation ended, so there is nothing to compare.`];
  const figure = (wanted: string) => measurement.figures.find((one) => one.name === wanted);
  const changes = [
    change(figure('first-answer'), `${name}: the first answer`, base),
    change(figure('answer'), `${name}: a warm answer`, base),
    change(figure('private-memory'), `${name}: private memory`, base),
  ].filter((text) => text !== undefined);
  const extensions = processes.filter(({ process }) => process !== 'runtime');
  const heaviest = extensions.toSorted((one, other) => other.privateMB - one.privateMB)[0];
  return extensions.length > 1 && heaviest
    ? [
        ...changes,
        `${name}: of its extensions, ${heaviest.process} has the most memory, ${heaviest.privateMB.toFixed(1)} MB.`,
      ]
    : changes;
}

function change(figure: SeriesSummary | undefined, what: string, base: string): string | undefined {
  const added = figure?.added?.p50;
  if (!figure || !added) return undefined;
  const { value, low, high } = added;
  const amount = (number: number) => `${Math.abs(number).toFixed(1)} ${figure.unit}`;
  const verb = figure.unit === 'MB' ? ['is', 'larger', 'smaller'] : ['comes', 'later', 'earlier'];
  if (!Number.isFinite(low) || !Number.isFinite(high)) return `${what}: there are too few rounds to say anything.`;
  if (low > 0)
    return `${what} ${verb[0]} ${amount(value)} ${verb[1]} than ${base} (${amount(low)} at least, ${amount(high)} at most).`;
  if (high < 0)
    return `${what} ${verb[0]} ${amount(value)} ${verb[2]} than ${base} (${amount(high)} at least, ${amount(low)} at most).`;
  return `${what}: no difference from ${base} was found; it is less than ${amount(Math.max(-low, high))}.`;
}
