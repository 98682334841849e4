/**
 * What a call that the cache saved would have cost, in US dollars. Secrets Manager: 0.05 for 10,000 calls. Parameter Store:
 * nothing for standard parameters at standard throughput, which is what we count.
 * https://aws.amazon.com/secrets-manager/pricing/, https://aws.amazon.com/systems-manager/pricing/ (us-east-1, 2025)
 */
export const USD_PER_CALL = { secret: 0.05 / 10_000, parameter: 0 };
