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

describe('the benchmark', () => {
  it('measures the built service beside the others, and says so as a table and as JSON', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
    const file = path.join(folder, 'bench.json');
    const args = [
      '--calls',
      '3',
      '--rounds',
      '1',
      '--seconds',
      '1',
      '--profile',
      'conversation',
      '--relays',
      'cordboard,no relay',
      '--soak',
      '2',
      '--json',
      file,
    ];
    const child = spawn(process.execPath, ['dist/bench/main.js', ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let table = '';
    child.stdout.on('data', (chunk: Buffer) => (table += chunk.toString('utf8')));
    expect((await once(child, 'exit'))[0]).toBe(0);
    const { sections, soak } = JSON.parse(await readFile(file, 'utf8')) as {
      sections: { rows: RowJson[] }[];
      soak: object;
    };
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
    await rm(folder, { recursive: true, force: true });
  }, 90_000);
});
