/**
 * The project's own Markdown files, and the few things of them that tests look at. No parser: fences, links, headings and
 * inline code are found by their signs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface Page {
  /** From the project's folder. */
  readonly path: string;
  readonly text: string;
}

const FOLDERS = ['docs', 'examples', 'src/simulators'];

export function pages(): readonly Page[] {
  const files = [
    ...readdirSync('.'),
    ...FOLDERS.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.posix.join(folder, file)),
    ),
  ];
  return files
    .filter((file) => file.endsWith('.md'))
    .map((file) => ({ path: file, text: readFileSync(file, 'utf8') }));
}

/** Without fenced blocks. */
export function proseOf({ text }: Page): string {
  return text.replace(/^```[\s\S]*?^```/gm, '');
}

/** Contents of fenced blocks of a language. */
export function blocksOf({ text }: Page, language: string): readonly string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)]
    .filter(([, named]) => named === language)
    .map(([, , content]) => content ?? '');
}

/** What stands between single backticks. */
export function inlineCodeOf(page: Page): readonly string[] {
  return [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? '');
}

/** Targets of links that point into the project. */
export function linksOf(page: Page): readonly string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Anchors that the headings of a page make, as GitHub makes them. */
export function anchorsOf(page: Page): readonly string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    (title ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
