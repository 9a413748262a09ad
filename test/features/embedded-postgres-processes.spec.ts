/** Several processes with one embedded Postgres: started together, killed, stopped in any order. */
import { readdir } from 'node:fs/promises';
import { EmbeddedRig, query, type LauncherChild, type Report } from './embedded-postgres-rig.js';

const rig = new EmbeddedRig();
let dataDir: string;
beforeAll(async () => {
  dataDir = await rig.newDir();
});
afterAll(() => rig.clean());

async function startTogether(count: number): Promise<{ children: LauncherChild[]; reports: Report[] }> {
  const children = await Promise.all(Array.from({ length: count }, () => rig.startChild(dataDir)));
  return { children, reports: await Promise.all(children.map((child) => child.ready())) };
}

function portsOf(reports: readonly Report[]): Set<string> {
  return new Set(reports.map(({ url }) => new URL(url).port));
}

describe('processes that start together', () => {
  it('make one cluster where there is none, and use one server', async () => {
    const { children, reports } = await startTogether(2);
    expect(portsOf(reports).size).toBe(1);
    expect(reports.filter(({ attached }) => !attached)).toHaveLength(1);
    for (const { url } of reports) await query(url, 'select 1');
    expect((await readdir(dataDir)).toSorted()).toEqual(['postgres', 'postgres.log']);
    for (const child of children) await child.kill();
  });

  it('use one server where the cluster is there', async () => {
    await rig.killServer(dataDir);
    const { children, reports } = await startTogether(3);
    expect(portsOf(reports).size).toBe(1);
    expect(reports.filter(({ attached }) => !attached)).toHaveLength(1);
    for (const child of children) await child.kill();
  });
});

describe('a process that is killed', () => {
  it('leaves the server running, and the next one attaches', async () => {
    await rig.killServer(dataDir);
    const killed = await rig.startChild(dataDir);
    const { url } = await killed.ready();
    await query(url, 'create table kept as select 1 as one');
    await killed.kill();
    const next = await rig.startChild(dataDir);
    const report = await next.ready();
    expect(report.attached).toBe(true);
    expect(await query(report.url, 'select one from kept')).toEqual([{ one: 1 }]);
    await next.stop();
    expect(await rig.pidOf(dataDir)).toBeDefined();
  });
});
