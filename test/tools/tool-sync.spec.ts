/** Pushing tools to a workspace: once, again, after changes, among tools of others, and when the vendor stumbles. */
import 'reflect-metadata';
import { IsString } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { describedTools, type DescribedTool } from '../../src/tools/described-tools.js';
import { Constant, FromVariable } from '../../src/tools/supplied.decorator.js';
import { ElevenLabsWorkspace } from '../../src/tools/sync/elevenlabs-workspace.js';
import { ToolSync, type SyncRequest } from '../../src/tools/sync/tool-sync.js';
import type { ToolOptions } from '../../src/tools/tool-options.js';
import { CallTool, Tool } from '../../src/tools/tool.decorator.js';
import { environmentWith } from '../support/builders.js';
import { InstantClock } from '../support/instant-clock.js';
import { StandInWorkspace, WORKSPACE_KEY } from './stand-in-workspace.js';

class OrderInput {
  @JSONSchema({ description: 'Number of the order.' })
  @IsString()
  order!: string;
  @FromVariable('customer_id')
  @IsString()
  customer!: string;
  @Constant(['eu'])
  regions!: string[];
}
// A list of a type that the validator cannot tell is told by the rule.
JSONSchema({ type: 'array' })(OrderInput.prototype, 'regions');

function tool(options: Partial<ToolOptions> & { name: string }): DescribedTool {
  @Tool({ description: `Does ${options.name}.`, ...options })
  class SomeTool extends CallTool {
    run(): void {}
  }
  const wrapper = {
    name: 'SomeTool',
    metatype: SomeTool,
    scope: undefined,
    isDependencyTreeStatic: () => true,
  };
  const { tools, faults } = describedTools([wrapper], environmentWith());
  expect(faults).toEqual([]);
  const [described] = tools;
  if (!described) throw new Error('no tool was described');
  return described;
}

const order = tool({ name: 'order_status', input: OrderInput });
const stock = tool({ name: 'stock' });
const ORDER_BY_HAND = {
  type: 'client',
  name: 'order_status',
  description: 'By hand.',
  response_timeout_secs: 5,
};

describe('a sync of tools', () => {
  let workspace: StandInWorkspace;
  beforeEach(async () => {
    workspace = await StandInWorkspace.open('agent_1', 'agent_2');
  });
  afterEach(() => workspace.close());

  const syncOf = (owner = 'calls.example.com', key = WORKSPACE_KEY) =>
    new ToolSync(
      new ElevenLabsWorkspace(
        { ELEVENLABS_API_URL: workspace.url, ELEVENLABS_API_KEY: key },
        new InstantClock(),
      ),
      owner,
    );
  const request = (fields: Partial<SyncRequest> = {}): SyncRequest => ({
    agentIds: ['agent_1'],
    dryRun: false,
    prune: false,
    adopt: false,
    ...fields,
  });

  it('makes the tools, gives them to the agents behind those they have, and does nothing the second time', async () => {
    const foreign = workspace.add({ type: 'webhook', name: 'weather', description: 'Of somebody.' });
    workspace.agents.set('agent_1', { prompt: 'Be kind.', tool_ids: [foreign], tools: [] });
    const both = request({ agentIds: ['agent_1', 'agent_2'] });
    const first = await syncOf().run([order, stock], both);
    expect(first.inStep).toBe(false);
    expect(workspace.namesOf('agent_1')).toEqual(['weather', 'order_status', 'stock']);
    expect(workspace.namesOf('agent_2')).toEqual(['order_status', 'stock']);
    expect(workspace.agents.get('agent_1')).toMatchObject({ prompt: 'Be kind.' });
    expect([...workspace.tools.values()].map(({ description }) => description)).toEqual([
      'Of somebody.',
      'Does order_status. [cordboard:calls.example.com]',
      'Does stock. [cordboard:calls.example.com]',
    ]);
    workspace.writes.length = 0;
    expect(await syncOf().run([order, stock], both)).toMatchObject({ inStep: true, done: [] });
    expect(workspace.writes).toEqual([]);
  });

  it('says what it would do and does nothing of it in a dry run', async () => {
    const report = await syncOf().run([order], request({ dryRun: true }));
    expect(report).toMatchObject({ inStep: false, done: [], plan: { tools: [{ state: 'create' }] } });
    expect(workspace.writes).toEqual([]);
  });

  it('updates what differs, and keeps what is not ours to say', async () => {
    await syncOf().run([stock], request());
    const [id = ''] = workspace.tools.keys();
    const placeholders = { dynamic_variable_placeholders: { name: 'test' } };
    const there = workspace.tools.get(id);
    workspace.tools.set(id, { ...there, dynamic_variables: placeholders, expects_response: false });
    const report = await syncOf().run([stock], request());
    expect(report.done).toEqual([{ act: 'updated', tool: 'stock', agentId: null }]);
    expect(report.plan.tools).toMatchObject([
      { differences: [{ field: 'expects_response', here: 'true', there: 'false' }] },
    ]);
    expect(workspace.tools.get(id)).toMatchObject({
      expects_response: true,
      dynamic_variables: placeholders,
    });
    expect(await syncOf().run([stock], request())).toMatchObject({ inStep: true });
  });

  it('lets two services share a workspace', async () => {
    await syncOf('one').run([stock], request());
    await syncOf('two').run([stock], request({ agentIds: ['agent_2'], prune: true }));
    expect(workspace.tools.size).toBe(2);
    expect(await syncOf('one').run([stock], request())).toMatchObject({ inStep: true });
    const report = await syncOf('two').run([stock], request());
    expect(report.plan.tools).toMatchObject([{ state: 'conflict', note: expect.stringContaining('one') }]);
    expect(workspace.namesOf('agent_1')).toEqual(['stock']);
  });

  it('takes over what was made by hand when told so', async () => {
    const id = workspace.add(ORDER_BY_HAND);
    workspace.agents.set('agent_1', { tool_ids: [id] });
    expect((await syncOf().run([order], request())).done).toEqual([]);
    const report = await syncOf().run([order], request({ adopt: true }));
    expect(report.done).toEqual([{ act: 'updated', tool: 'order_status', agentId: null }]);
    expect(await syncOf().run([order], request())).toMatchObject({ inStep: true });
    expect(workspace.toolIdsOf('agent_1')).toEqual([id]);
  });

  it('removes what is no longer defined only when told so, and not from under other agents', async () => {
    await syncOf().run([order, stock], request({ agentIds: ['agent_1', 'agent_2'] }));
    expect(await syncOf().run([order], request())).toMatchObject({ inStep: false, done: [] });
    const first = await syncOf().run([order], request({ prune: true }));
    expect(first.done.map(({ act, tool: name }) => [act, name])).toEqual([
      ['detached', 'stock'],
      ['kept', 'stock'],
    ]);
    const second = await syncOf().run([order], request({ agentIds: ['agent_2'], prune: true }));
    expect(second.done.map(({ act }) => act)).toEqual(['detached', 'deleted']);
    expect(workspace.tools.size).toBe(1);
    expect(workspace.namesOf('agent_2')).toEqual(['order_status']);
  });

  it('makes a tool once when asked twice at the same time', async () => {
    const sync = syncOf();
    await Promise.all([sync.run([stock], request()), sync.run([stock], request())]);
    expect(workspace.tools.size).toBe(1);
  });

  it('goes on where the vendor stumbles, but makes no tool twice', async () => {
    workspace.stumbles.push(500, 503);
    await syncOf().run([stock], request());
    expect(workspace.tools.size).toBe(1);
    workspace.stumbles.push(500, 500, 500);
    await expect(syncOf().run([stock], request())).rejects.toMatchObject({ code: 'agent-unreachable' });
    workspace.tools.clear();
    const stumblingWorkspace = new ElevenLabsWorkspace(
      { ELEVENLABS_API_URL: workspace.url, ELEVENLABS_API_KEY: WORKSPACE_KEY },
      new InstantClock(),
    );
    workspace.stumbles.push(500);
    await expect(stumblingWorkspace.create({ type: 'client', name: 'x' })).rejects.toMatchObject({
      code: 'agent-unreachable',
    });
    expect(workspace.tools.size).toBe(0);
  });

  it('names what is wrong: the key, the agent, the answer', async () => {
    await expect(syncOf('x', 'wrong-key').run([stock], request())).rejects.toMatchObject({
      code: 'agent-unauthorized',
    });
    await expect(syncOf().run([stock], request({ agentIds: ['nobody'] }))).rejects.toMatchObject({
      code: 'agent-not-found',
    });
    workspace.stumbles.push(422);
    await expect(syncOf().run([stock], request())).rejects.toMatchObject({
      code: 'tools-refused',
      detail: expect.stringContaining('stumbled'),
    });
  });
});
