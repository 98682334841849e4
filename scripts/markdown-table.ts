/** A table in Markdown, with a line break at its end. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${[row(head), `|${'---|'.repeat(head.length)}`, ...rows.map(row)].join('\n')}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
