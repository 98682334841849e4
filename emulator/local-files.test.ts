import { expect, it } from 'vitest';
import { withLocalFiles } from './local-files.ts';

it.each([
  ['../values.json', '/project/values.json'],
  ['./../local/values.json', '/project/local/values.json'],
  ['values.json', 'values.json'],
  ['/etc/values.json', '/etc/values.json'],
])('takes %s for %s where the function is in /project/dist', (path, expected) => {
  const variables = withLocalFiles({ SECRETS_LOCAL_FILE: path, OTHER: path }, '/project/dist');

  expect(variables).toEqual({ SECRETS_LOCAL_FILE: expected, OTHER: path });
});
