/**
 * `NO_PROXY` as Node.js reads it, from how curl, Go and Python do: a domain covers its subdomains, blanks separate, too, and a block of
 * IPv4 addresses (CIDR) becomes a range. No name is looked up, so blocks count for addresses only.
 */
export function noProxy(text: string): string[] {
  return text.split(/[\s,]+/).flatMap((entry) => {
    if (entry === '') return [];
    const [, base, bits] = CIDR.exec(entry) ?? [];
    if (base !== undefined && Number(bits) <= 32) return [rangeOf(base, Number(bits))];
    return DOMAIN.test(entry) ? [entry, `.${entry}`] : [entry];
  });
}

function rangeOf(base: string, bits: number): string {
  const number = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - bits);
  const first = Math.floor(number / size) * size;
  return `${dotted(first)}-${dotted(first + size - 1)}`;
}

function dotted(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

const CIDR = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/;
/** A name that is neither a pattern nor an address. */
const DOMAIN = /^(?!\d+(?:\.\d+){3})[\w-]+(?:\.[\w-]+)*$/;
