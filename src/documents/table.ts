/**
 * A table in Markdown. Cells keep their own Markdown; only what would break the table is escaped.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [rowOf(head), rowOf(head.map(() => '---')), ...rows.map((cells) => rowOf(cells))];
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}
