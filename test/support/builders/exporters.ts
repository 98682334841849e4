/** What a test of a destination needs. */
export * from './exporter-items.ts';
export * from './prove-destination.ts';
