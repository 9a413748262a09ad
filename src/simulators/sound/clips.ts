/**
 * The recorded human caller: clips of mu-law under `assets/caller`, whose README names voices, sources and licences.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readWav } from './wav.js';

export interface CallerClip {
  readonly name: string;
  /** What the person says. */
  readonly text: string;
  /** Where the recording is from, in the test data of CMU PocketSphinx. */
  readonly source: string;
}

export const CALLER_CLIPS: readonly CallerClip[] = [
  { name: 'ten-of-clubs', text: 'Ten of clubs.', source: 'cards/001.wav' },
  { name: 'seven-of-clubs', text: 'Seven of clubs.', source: 'cards/003.wav' },
  { name: 'three-cards', text: 'Eight of spades, four of clubs, seven of hearts.', source: 'cards/005.wav' },
  {
    name: 'not-ill-disposed',
    text: 'He was not an ill-disposed young man.',
    source: 'librivox/sense_and_sensibility_01_austen_64kb-0880.wav',
  },
];

/** Built files lie deeper than sources, so the folder is looked for upwards. */
function assetsFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = join(folder, 'assets', 'caller');
    if (existsSync(candidate)) return candidate;
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the folder assets/caller is missing');
    folder = parent;
  }
}

/** The mu-law bytes of a clip. @throws Error when there is none of this name. */
export async function callerClip(name: string): Promise<Buffer> {
  if (!CALLER_CLIPS.some((clip) => clip.name === name)) throw new Error(`there is no clip "${name}"`);
  const { mulaw } = readWav(await readFile(join(assetsFolder(), `${name}.wav`)));
  const bytes = mulaw?.[0];
  if (!bytes) throw new Error(`the clip "${name}" is not mu-law`);
  return bytes;
}

/** What is said in a clip; for an unknown one its name. */
export function clipText(name: string): string {
  return CALLER_CLIPS.find((clip) => clip.name === name)?.text ?? name;
}
