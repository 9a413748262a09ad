/**
 * Colours of a terminal, and lines that fit into it. Colours only where a person looks and nobody has asked for none.
 */
export type Paint = (text: string) => string;

export interface Palette {
  readonly dim: Paint;
  readonly agent: Paint;
  readonly caller: Paint;
  readonly tool: Paint;
  readonly good: Paint;
  readonly alarm: Paint;
  readonly strong: Paint;
}

const plain: Paint = (text) => text;

function code(number: number): Paint {
  return (text) => `\u001B[${number}m${text}\u001B[0m`;
}

export const PLAIN: Palette = {
  dim: plain,
  agent: plain,
  caller: plain,
  tool: plain,
  good: plain,
  alarm: plain,
  strong: plain,
};

const COLOURED: Palette = {
  dim: code(2),
  agent: code(36),
  caller: code(33),
  tool: code(35),
  good: code(32),
  alarm: code(31),
  strong: code(1),
};

/** @see https://no-color.org: any value of NO_COLOR but the empty one means no colours */
export function paletteFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Palette {
  return stream.isTTY === true && !environment['NO_COLOR'] ? COLOURED : PLAIN;
}

const USUAL_WIDTH = 110;
const NARROWEST = 60;
const WIDEST = 120;

/** Characters of a line. @param columns of the terminal; without one there are none, and one of unknown size says 0 */
export function lineWidth(columns: number | undefined): number {
  return columns ? Math.min(Math.max(columns, NARROWEST), WIDEST) : USUAL_WIDTH;
}

/** Breaks at spaces; a word longer than `width` characters keeps a line to itself. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
