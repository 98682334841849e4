import fc from 'fast-check';
import { expect, it } from 'vitest';
import { localName, parameterNames, secretNames } from './local-names.ts';

const region = fc.constantFrom('eu-central-1', 'us-gov-west-1', 'cn-north-1', '');
const partition = fc.constantFrom('aws', 'aws-us-gov', 'aws-cn', 'aws-iso-b');
const secretName = fc.stringMatching(/^[A-Za-z0-9/_+=.@-]{1,40}$/);
const parameterName = fc.stringMatching(/^(\/[A-Za-z0-9_.-]{1,10}){1,4}$/);

it('knows each secret by its name and by each of its ARNs', () => {
  fc.assert(
    fc.property(partition, region, secretName, fc.stringMatching(/^[A-Za-z0-9]{6}$/), (aws, where, name, end) => {
      const arn = `arn:${aws}:secretsmanager:${where}:123456789012:secret:${name}`;

      expect(secretNames(name)).toEqual([name]);
      expect(secretNames(arn)).toContain(name);
      expect(secretNames(`${arn}-${end}`)).toContain(name);
      expect(localName(`${arn}-${end}`)).toBe(name);
    }),
  );
});

it('knows each parameter by its name and its ARN, with a version or a label', () => {
  const selectors = fc.option(fc.stringMatching(/^(\d{1,3}|[a-z][a-z0-9._-]{0,9})$/), { nil: undefined });

  fc.assert(
    fc.property(partition, region, parameterName, selectors, (aws, where, name, selector) => {
      const arn = `arn:${aws}:ssm:${where}:123456789012:parameter${name}`;
      const end = selector === undefined ? '' : `:${selector}`;

      expect(parameterNames(`${name}${end}`)).toEqual([{ name, selector, arn: undefined }]);
      expect(parameterNames(`${arn}${end}`)[0]).toEqual({ name, selector, arn });
      expect(localName(arn)).toBe(name);
    }),
  );
});
