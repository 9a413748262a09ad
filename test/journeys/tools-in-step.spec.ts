/** Tools and agents in step: over REST and from the command line, as an operator would. */
import { spawn } from 'node:child_process';
import { Module } from '@nestjs/common';
import { CallTool, Tool } from '../../src/tools/tool.decorator.js';
import { StandInWorkspace, WORKSPACE_KEY } from '../tools/stand-in-workspace.js';
import { AGENT_ID, WholeSystem } from '../support/whole-system.js';

@Tool({ name: 'greet', description: 'Greets.' })
class GreetTool extends CallTool {
  run(): string {
    return 'hello';
  }
}
@Module({ providers: [GreetTool] })
class GreetModule {}

interface Sync {
  readonly inStep: boolean;
  readonly dryRun: boolean;
  readonly tools: readonly { name: string; state: string }[];
  readonly done: readonly { act: string; tool: string }[];
}

describe('tools in step', () => {
  let workspace: StandInWorkspace;
  beforeAll(async () => {
    workspace = await StandInWorkspace.open(AGENT_ID, 'agent_2');
  });
  afterAll(() => workspace.close());

  describe('over REST', () => {
    let system: WholeSystem;
    beforeAll(async () => {
      system = await WholeSystem.start({
        modules: [GreetModule],
        agent: { firstMessage: 'Never asked', steps: [] },
        variables: {
          ELEVENLABS_API_URL: workspace.url,
          ELEVENLABS_API_KEY: WORKSPACE_KEY,
          TOOLS_OWNER: 'rest',
        },
      });
    });
    afterAll(() => system.stop());

    it('show their drift, are pushed, and stay', async () => {
      const drift = await system.request<Sync>('POST', '/tools/sync?dryRun=true', {});
      expect(drift.status).toBe(200);
      expect(drift.body).toMatchObject({ inStep: false, dryRun: true, done: [] });
      expect(workspace.writes).toEqual([]);
      const pushed = await system.request<Sync>('POST', '/tools/sync', {});
      expect(pushed.body.done.filter(({ act }) => act === 'created')).toEqual(
        expect.arrayContaining([{ act: 'created', tool: 'greet', agentId: null }]),
      );
      expect(workspace.namesOf(AGENT_ID)).toContain('greet');
      const again = await system.request<Sync>('POST', '/tools/sync', {});
      expect(again.body).toMatchObject({ inStep: true, done: [] });
    });

    it('refuse what is not understood, and name an agent that is not there', async () => {
      const odd = await system.request('POST', '/tools/sync', { agents: ['x'] });
      expect(odd).toMatchObject({ status: 400, body: { errors: [{ field: 'agents' }] } });
      const query = await system.request('POST', '/tools/sync?dryRun=maybe', {});
      expect(query).toMatchObject({ status: 400, body: { errors: [{ field: 'dryRun' }] } });
      const nobody = await system.request('POST', '/tools/sync', { agentIds: ['nobody'] });
      expect(nobody).toMatchObject({ status: 502, body: { code: 'agent-not-found' } });
    });

    it('are shown with what ElevenLabs is told of them', async () => {
      const { body } = await system.request<{ data: { name: string; definition: object }[] }>(
        'GET',
        '/tools',
      );
      expect(body.data.find(({ name }) => name === 'greet')).toMatchObject({
        needsCall: true,
        definition: { type: 'client', name: 'greet', expects_response: true },
      });
    });
  });

  describe('from the command line', () => {
    const run = (...args: string[]): Promise<{ code: number | null; text: string }> =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, ['dist/commands/tools.js', ...args], {
          env: {
            PATH: process.env['PATH'],
            PUBLIC_URL: 'https://calls.example.com',
            API_KEYS: 'a-key-of-the-tests-0123456789',
            TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
            TWILIO_AUTH_TOKEN: 'none',
            ELEVENLABS_API_URL: workspace.url,
            ELEVENLABS_API_KEY: WORKSPACE_KEY,
            TOOLS_AGENT_IDS: 'agent_2',
            // Never asked: the command builds nothing of the service.
            DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none',
          },
        });
        let text = '';
        child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
        child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
        child.once('close', (code) => resolve({ code, text }));
      });

    it('are printed, found to drift, pushed, found to be right, and pushed again for nothing', async () => {
      const printed = await run();
      expect(JSON.parse(printed.text)).toEqual(
        expect.arrayContaining([expect.objectContaining({ name: 'end_call', type: 'client' })]),
      );
      const drift = await run('--check');
      expect(drift).toMatchObject({ code: 1, text: expect.stringContaining('+ end_call: create') });
      expect(await run('--sync')).toMatchObject({
        code: 0,
        text: expect.stringContaining('attached end_call (agent agent_2)'),
      });
      expect(await run('--check')).toMatchObject({ code: 0, text: expect.stringContaining('end_call') });
      workspace.writes.length = 0;
      expect((await run('--sync')).code).toBe(0);
      expect(workspace.writes).toEqual([]);
    }, 60_000);

    it('say what somebody changed at ElevenLabs', async () => {
      const ids = workspace.toolIdsOf('agent_2') as string[];
      const id = ids.find((of) => workspace.tools.get(of)?.['name'] === 'end_call') ?? '';
      workspace.tools.set(id, { ...workspace.tools.get(id), expects_response: false });
      const { code, text } = await run('--check');
      expect(code).toBe(1);
      expect(text).toContain('    expects_response\n      - false\n      + true\n');
    });

    it('say what is wrong with what was typed', async () => {
      expect(await run('--chek')).toMatchObject({ code: 1, text: expect.stringContaining("'--chek'") });
    });
  });
});
