import { describe, expect, it } from 'vitest';
import { type Cors, corsHeaders, preflightHeaders } from './cors.ts';

const ORIGIN = 'https://shop.example';
const asked = { headers: 'x-one, x-two' };

describe('an answer', () => {
  it.each<[string, Cors, Record<string, string>]>([
    ['for all origins', { allowOrigins: ['*'] }, { 'access-control-allow-origin': '*', vary: 'Origin' }],
    ['for this one', { allowOrigins: [ORIGIN] }, { 'access-control-allow-origin': ORIGIN, vary: 'Origin' }],
    [
      'for all origins, with credentials: browsers refuse a star then',
      { allowOrigins: ['*'], allowCredentials: true },
      { 'access-control-allow-origin': ORIGIN, vary: 'Origin', 'access-control-allow-credentials': 'true' },
    ],
    [
      'that shows headers',
      { allowOrigins: [ORIGIN], exposeHeaders: ['x-one', 'x-two'] },
      { 'access-control-allow-origin': ORIGIN, vary: 'Origin', 'access-control-expose-headers': 'x-one,x-two' },
    ],
    ['for another origin alone', { allowOrigins: ['https://other.example'] }, {}],
    ['for nobody', {}, {}],
  ])('%s', (_, cors, headers) => {
    expect(Object.fromEntries(corsHeaders(cors, ORIGIN))).toEqual(headers);
    expect(corsHeaders(cors, undefined)).toEqual([]);
  });
});

describe('a preflight', () => {
  it.each<[string, Cors, Record<string, string>]>([
    [
      'gets what is listed',
      { allowOrigins: [ORIGIN], allowMethods: ['PUT'], allowHeaders: ['x-one'], maxAge: 0 },
      {
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': 'x-one',
        'access-control-max-age': '0',
      },
    ],
    [
      'gets the headers that it asks for, where all are allowed',
      { allowOrigins: [ORIGIN], allowMethods: ['*'], allowHeaders: ['*'] },
      {
        'access-control-allow-methods': 'GET,PUT,HEAD,POST,PATCH,DELETE,OPTIONS',
        'access-control-allow-headers': 'x-one,x-two',
      },
    ],
  ])('%s', (_, cors, headers) => {
    expect(Object.fromEntries(preflightHeaders(cors, ORIGIN, asked))).toMatchObject(headers);
  });

  it('of another origin gets nothing', () => {
    expect(preflightHeaders({ allowOrigins: [ORIGIN], allowMethods: ['*'] }, 'https://evil.example', asked)).toEqual(
      [],
    );
  });
});
