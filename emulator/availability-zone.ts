/** The zone that an environment says it runs in. */
export interface AvailabilityZones {
  current(): string;
  /** After a restore from a snapshot the environment runs elsewhere, as it may on Lambda. */
  move(): void;
}

export function availabilityZones(region: string): AvailabilityZones {
  const prefix = zonePrefixOf(region);
  let number = 1;
  return {
    current: () => `${prefix}-az${number}`,
    move() {
      number = (number % ZONES) + 1;
    },
  };
}

/** As AWS shortens them: `use1` for us-east-1, `apse2` for ap-southeast-2, `usgw1` for us-gov-west-1. */
export function zonePrefixOf(region: string): string {
  const [area = '', ...others] = region.split('-');
  return area + others.map((word) => COMPOUND.get(word) ?? word.slice(0, 1)).join('');
}

const COMPOUND = new Map([
  ['northeast', 'ne'],
  ['northwest', 'nw'],
  ['southeast', 'se'],
  ['southwest', 'sw'],
]);
const ZONES = 3;
