import { expect, it } from 'vitest';
import { addressWithoutName } from './sandbox-address.ts';

it.each(['127.0.0.1:9001', '127.0.0.2:9001', 'localhost:9001', '[::1]:9001', 'localhost'])(
  'is loopback where the Runtime API is, at %s',
  (authority) => {
    expect(addressWithoutName(authority)).toBe('127.0.0.1');
  },
);

it.each(['169.254.100.1:9001', 'localhost.example:9001', '10.127.0.1:9001'])(
  'is all addresses where the Runtime API is not on loopback but at %s',
  (authority) => {
    expect(addressWithoutName(authority)).toBe('0.0.0.0');
  },
);
