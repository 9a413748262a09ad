/** The threat model: its table is the one that guards are taken out by, and what is to be taken out is there. */
import { existsSync, readFileSync } from 'node:fs';

interface Guard {
  readonly threat: string;
  readonly door: string;
  readonly test: { readonly file: string; readonly name: string };
  readonly cuts: readonly { readonly file: string; readonly out: string }[];
}

const guards = JSON.parse(readFileSync('test/guards/guards.json', 'utf8')) as readonly Guard[];

describe('the threat model', () => {
  it('stands in SECURITY.md row by row', () => {
    const rows = readFileSync('SECURITY.md', 'utf8').match(/^\|.*`test\/.*\|$/gm);
    expect(rows).toEqual(
      guards.map(({ threat, door, test }) => `| ${threat} | ${door} | \`${test.file}\`: ${test.name} |`),
    );
  });

  it.each(guards.map((guard) => [guard.threat, guard] as const))(
    'names a test that is there, and code that can be taken out: %s',
    (_threat, { test, cuts }) => {
      expect(existsSync(test.file)).toBe(true);
      for (const { file, out } of cuts) expect(readFileSync(file, 'utf8').split(out)).toHaveLength(2);
    },
  );
});
