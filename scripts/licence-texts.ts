import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The texts that the licences of a package ask to pass on.
 * @param folder of the package, below `root`.
 * @throws Error where a package brings none, and this file knows none.
 */
export function licenceTexts(root: string, folder: string): string[] {
  const read = (file: string) => readFileSync(join(root, folder, file), 'utf8').trim();
  const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  if (files.length > 0) return files.map(read);

  const { name, license, author } = JSON.parse(read('package.json'));
  if (license === 'MIT') return [mitLicence(author?.name ?? author)];
  if (name === '@bufbuild/protobuf') return [apache(root), headOf(read('dist/esm/wire/varint.js'))];
  throw new Error(`${name} has no text of its licence, ${license}: the notices need one.`);
}

/** Our own licence is the same. */
function apache(root: string): string {
  return readFileSync(join(root, 'LICENSE'), 'utf8').trim();
}

/** The comment at the start of a source. */
function headOf(source: string): string {
  const lines = source.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n');
}

/** https://spdx.org/licenses/MIT.html */
function mitLicence(author: string): string {
  return `MIT License

Copyright (c) ${author}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;
}
