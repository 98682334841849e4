import type { Attributes, Source } from '../../items/item.ts';
import type { ExporterContext } from '../exporter.ts';

/**
 * What a destination must be told about the source of an item. Of Lambda's own source, which the destination knows already, it is what the
 * owner of the function has set; of any other source it is the whole resource.
 */
export function sourceFields({ source: own, ownerNames = [] }: ExporterContext): (source: Source) => Attributes {
  const ofOwn = attributesNamed(own, ownerNames);
  return (source) => (source === own ? ofOwn : source.resource);
}

export function attributesNamed({ resource }: Source, names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(resource).filter(([name]) => names.includes(name)));
}
