import { createHash, randomBytes, randomUUID } from 'node:crypto';

export const REGION = 'us-east-1';
export const ACCOUNT = '123456789012';

export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}

export function hex(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString('hex')
    .slice(0, digits);
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

export { randomUUID as uuid };

/** What stands for the user's own data. */
export const ORDER = { orderId: '42', items: ['book'] } as const;
