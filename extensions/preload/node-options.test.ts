import { describe, expect, it } from 'vitest';
import { takeOutPreload, withoutPreload } from './node-options.ts';

const OURS = '--require /opt/lambda-node-extended/preload.cjs';

describe('withoutPreload', () => {
  it.each([
    { why: 'as the entry point writes it', options: `${OURS} --enable-source-maps`, others: '--enable-source-maps' },
    { why: 'before an empty text', options: `${OURS} `, others: '' },
    { why: 'before blanks', options: `${OURS}   -r x  `, others: '  -r x  ' },
    { why: 'alone', options: OURS, others: undefined },
    { why: 'behind others, as a user may have it', options: `-r x ${OURS}`, others: '-r x' },
    { why: 'between others', options: `-r x ${OURS} -r y`, others: '-r x -r y' },
    { why: 'twice', options: `${OURS} -r x ${OURS}`, others: '-r x' },
    { why: 'with two blanks', options: '--require  /opt/lambda-node-extended/preload.cjs -r x', others: '-r x' },
    { why: 'in short', options: '-r /opt/lambda-node-extended/preload.cjs -r x', others: '-r x' },
    { why: 'with an equals sign', options: '--require=/opt/lambda-node-extended/preload.cjs -r x', others: '-r x' },
    {
      why: 'with a path in quotes',
      options: String.raw`--require "/my \"opt\"/lambda-node-extended/preload.cjs" -r x`,
      others: '-r x',
    },
  ])('takes the preload out $why', ({ options, others }) => {
    expect(withoutPreload(options)).toBe(others);
  });

  it.each([
    '',
    ' ',
    '--require ./x.cjs',
    '--require /opt/lambda-node-extended/preload.cjs.bak',
    '--require /task/preload.cjs',
    '--title=--require /opt/x',
    '--import /opt/lambda-node-extended/preload.cjs',
  ])('leaves "%s" as it is', (options) => {
    expect(withoutPreload(options)).toBe(options);
  });
});

describe('takeOutPreload', () => {
  it.each([
    { before: {}, after: {} },
    { before: { NODE_OPTIONS: OURS }, after: {} },
    { before: { NODE_OPTIONS: `${OURS} ` }, after: { NODE_OPTIONS: '' } },
    { before: { NODE_OPTIONS: `${OURS} -r x` }, after: { NODE_OPTIONS: '-r x' } },
    { before: { NODE_OPTIONS: '-r x' }, after: { NODE_OPTIONS: '-r x' } },
  ])('makes $after of $before', ({ before, after }) => {
    const environment = { ...before };

    takeOutPreload(environment);

    expect(environment).toEqual(after);
  });
});
