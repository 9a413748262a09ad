/** The benchmark itself, as short as it can be: it runs, and no relay loses, crosses or disorders anything. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

interface RowJson {
  readonly target: string;
  readonly lost: number;
  readonly crossed: number;
  readonly disordered: number;
  readonly up: { readonly p50: number };
  readonly down: { readonly p50: number };
  readonly firstAudio: { readonly p50: number };
  readonly clear?: { readonly p50: number };
}

interface DisturbedJson {
  readonly name: string;
  readonly proof: Readonly<Record<string, number>>;
}

/** @returns what it showed, and what it wrote as JSON. */
async function bench<Written>(...options: readonly string[]): Promise<{ shown: string; written: Written }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
  const file = path.join(folder, 'bench.json');
  const args = ['--calls', '3', '--rounds', '1', '--seconds', '1', ...options, '--json', file];
  const child = spawn(process.execPath, ['dist/bench/main.js', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString('utf8')));
  expect((await once(child, 'exit'))[0]).toBe(0);
  const written = JSON.parse(await readFile(file, 'utf8')) as Written;
  await rm(folder, { recursive: true, force: true });
  return { shown, written };
}

describe('the benchmark', () => {
  it('measures the built service beside the others, and says so as a table and as JSON', async () => {
    const { shown: table, written } = await bench<{ sections: { rows: RowJson[] }[]; soak: object }>(
      '--profile',
      'conversation',
      '--relays',
      'cordboard,no relay',
      '--soak',
      '2',
    );
    const { sections, soak } = written;
    expect(soak).toMatchObject({ seconds: 2, lost: 0, crossed: 0, disordered: 0, left: 0 });
    const rows = sections[0]?.rows ?? [];
    const expected = ['cordboard', 'cordboard, recording', 'cordboard, ws', 'naive ws relay', 'no relay'];
    expect(rows.map(({ target }) => target)).toEqual(expected);
    for (const row of rows) {
      expect(table).toContain(row.target);
      expect(row).toMatchObject({ lost: 0, crossed: 0, disordered: 0, left: 0 });
      expect(Math.min(row.up.p50, row.down.p50, row.firstAudio.p50)).toBeGreaterThan(0);
    }
    expect(rows.map(({ clear }) => (clear?.p50 ?? 0) > 0)).toEqual([true, true, true, false, false]);
  }, 90_000);

  it('measures the built service beside trouble, and proves that there was any', async () => {
    const { shown, written } = await bench<{ disturbed: { rows: DisturbedJson[] } }>(
      '--profile',
      'none',
      '--disturb',
      '--only',
      'blocked',
    );
    const { rows } = written.disturbed;
    expect(rows.map(({ name }) => name)).toEqual(['undisturbed', 'database: blocked', 'undisturbed, again']);
    for (const row of rows) {
      expect(shown).toContain(row.name);
      expect(row).toMatchObject({ lost: 0, crossed: 0, disordered: 0, left: 0 });
      expect(row.proof['turns said']).toBeGreaterThan(0);
    }
    expect(rows[1]?.proof['requests never answered']).toBeGreaterThan(0);
  }, 90_000);
});
