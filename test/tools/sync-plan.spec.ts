/** What is to be done at ElevenLabs, and what is left alone: the plan, the drift, and the mark of the owner. */
import type { ClientToolConfig } from '../../src/tools/client-tool-config.js';
import { defaultOwner, marked, ownerIn, withoutMark } from '../../src/tools/sync/ownership.js';
import { isInStep, planSync, type RemoteTool, type SyncInput } from '../../src/tools/sync/sync-plan.js';
import { planText } from '../../src/tools/sync/sync-text.js';
import { toolDrift } from '../../src/tools/sync/tool-drift.js';

const OWNER = 'calls.example.com';

const order: ClientToolConfig = {
  type: 'client',
  name: 'order_status',
  description: 'Tells where an order is.',
  parameters: {
    type: 'object',
    properties: {
      order: { type: 'string', description: 'Its number.', enum: ['a', 'b'] },
      account: { type: 'integer', dynamic_variable: 'account' },
      list: { type: 'array', constant_value: ['x'] },
      words: { type: 'array', description: 'Words.', items: { type: 'string', description: 'A word.' } },
    },
    required: ['words', 'order'],
  },
  expects_response: true,
  response_timeout_secs: 17,
  execution_mode: 'immediate',
  pre_tool_speech: 'auto',
  tool_call_sound: null,
  tool_call_sound_behavior: 'auto',
  interruption_mode: 'allow',
  tool_error_handling_mode: 'passthrough',
  assignments: [],
};

/** As the vendor answers: every default filled in, and fields of its own. */
const answered = {
  ...order,
  description: marked(order.description, OWNER),
  disable_interruptions: false,
  force_pre_tool_speech: false,
  dynamic_variables: { dynamic_variable_placeholders: { account: 'test' } },
  a_new_field: 'of next year',
  parameters: {
    type: 'object',
    property_kind: 'object',
    description: '',
    dynamic_variable: '',
    constant_value: null,
    is_omitted: false,
    required_constraints: null,
    required: ['order', 'words'],
    properties: {
      words: {
        type: 'array',
        property_kind: 'array',
        description: 'Words.',
        constant_value: null,
        items: { type: 'string', description: 'A word.', enum: null, constant_value: '', is_omitted: false },
      },
      list: {
        type: 'array',
        constant_value: ['x'],
        description: '',
        items: { type: 'string', description: 'Array element', constant_value: '' },
      },
      account: {
        type: 'integer',
        description: '',
        dynamic_variable: 'account',
        allowed_values_dynamic_variable: '',
        is_system_provided: false,
        constant_value: '',
      },
      order: { enum: ['a', 'b'], type: 'string', description: 'Its number.', is_omitted: false },
    },
  },
};

const ours: RemoteTool = { id: 'tool_1', config: answered };
const agent = { id: 'agent_1', toolIds: ['tool_x', 'tool_1'] };
const input: SyncInput = { owner: OWNER, local: [order], remote: [ours], agents: [agent], adopt: false };
const byHand = { ...answered, description: 'Made in the dashboard.' };

describe('the drift of a tool', () => {
  it('is none where the vendor only filled in its defaults, added its own, or ordered otherwise', () => {
    expect(toolDrift(order, answered)).toEqual([]);
  });

  it('is none between no parameters and an object without any', () => {
    const none = { ...order, parameters: { type: 'object', properties: {}, required: [] } };
    expect(toolDrift(none, { ...answered, parameters: null })).toEqual([]);
  });

  it('names each field with both its values', () => {
    const theirs = structuredClone(answered);
    theirs.parameters.properties.order.description = 'Anything.';
    theirs.parameters.required = ['order'];
    const { response_timeout_secs: _omitted, ...rest } = theirs;
    expect(toolDrift(order, { ...rest, expects_response: false })).toEqual([
      { field: 'parameters.properties.order.description', here: '"Its number."', there: '"Anything."' },
      { field: 'parameters.required', here: '["order","words"]', there: '["order"]' },
      { field: 'expects_response', here: 'true', there: 'false' },
      { field: 'response_timeout_secs', here: '17', there: '20' },
    ]);
  });

  it('sees a constant that became false, and a model that may choose what it must not', () => {
    const theirs = structuredClone(answered) as unknown as {
      parameters: { properties: Record<string, object> };
    };
    theirs.parameters.properties['account'] = { type: 'integer', description: 'Any account.' };
    expect(toolDrift(order, { ...theirs }).map(({ field }) => field)).toEqual([
      'parameters.properties.account.dynamic_variable',
      'parameters.properties.account.description',
    ]);
  });
});

describe('the mark of the owner', () => {
  it('is at the end of the description and comes off again', () => {
    const text = marked('Tells [something].', 'host:3000');
    expect(ownerIn(text)).toBe('host:3000');
    expect(withoutMark(text)).toBe('Tells [something].');
    expect(ownerIn('Tells [cordboard:x] in the middle.')).toBeUndefined();
  });

  it('is the public host unless something else is said', () => {
    expect(defaultOwner('https://calls.example.com/base')).toBe('calls.example.com');
    expect(defaultOwner('http://[::1]:3000')).toBe('::1:3000');
  });
});

describe('the plan', () => {
  it('does nothing where nothing differs', () => {
    const plan = planSync(input);
    expect(plan.tools).toMatchObject([{ name: 'order_status', state: 'same', id: 'tool_1' }]);
    expect(plan.agents).toEqual([{ agentId: 'agent_1', attach: [], detach: [] }]);
    expect(isInStep(plan)).toBe(true);
  });

  it('makes what is missing and gives it to the agent', () => {
    const plan = planSync({ ...input, remote: [] });
    expect(plan.tools).toMatchObject([{ state: 'create', id: undefined }]);
    expect(plan.agents[0]?.attach).toEqual(['order_status']);
    expect(isInStep(plan)).toBe(false);
  });

  it('updates what differs, and says in what', () => {
    const remote = [{ ...ours, config: { ...answered, expects_response: false } }];
    const plan = planSync({ ...input, remote });
    expect(plan.tools).toMatchObject([{ state: 'update', id: 'tool_1' }]);
    expect(isInStep(plan)).toBe(false);
    expect(planText(plan)).toBe(
      '~ order_status (tool_1): update\n    expects_response\n      - false\n      + true\n= agent agent_1: has them all\n',
    );
  });

  it('attaches what an agent lacks', () => {
    const plan = planSync({ ...input, agents: [agent, { id: 'agent_2', toolIds: [] }] });
    expect(plan.agents).toMatchObject([{ attach: [] }, { attach: ['order_status'] }]);
    expect(isInStep(plan)).toBe(false);
  });

  it('leaves alone what others have, of the same name too', () => {
    const others: RemoteTool[] = [
      { id: 'tool_a', config: { ...answered, description: marked('x', 'other.example.com') } },
      { id: 'tool_b', config: byHand },
      { id: 'tool_c', config: { type: 'webhook', name: 'order_status', description: 'x' } },
    ];
    const plan = planSync({ ...input, remote: [...others, ours] });
    expect(plan.tools).toMatchObject([{ state: 'same', id: 'tool_1' }]);
  });

  it.each([
    ['made by hand', byHand, /tool_2, made by hand/],
    ['of another service', { ...answered, description: marked('x', 'stage') }, /owned by stage/],
  ])('refuses to give an agent a second tool of one name: %s', (_name, config, note) => {
    const remote = [{ id: 'tool_2', config }];
    const plan = planSync({ ...input, remote, agents: [{ id: 'agent_1', toolIds: ['tool_2'] }] });
    expect(plan.tools).toMatchObject([{ state: 'conflict', note: expect.stringMatching(note) }]);
    expect(plan.agents[0]?.attach).toEqual([]);
    expect(isInStep(plan)).toBe(false);
  });

  it('takes it over when told so, unless it is no client tool', () => {
    const agents = [{ id: 'agent_1', toolIds: ['tool_2'] }];
    const taken = planSync({ ...input, remote: [{ id: 'tool_2', config: byHand }], agents, adopt: true });
    expect(taken.tools).toMatchObject([{ state: 'update', id: 'tool_2' }]);
    const webhook = [{ id: 'tool_2', config: { type: 'webhook', name: 'order_status' } }];
    expect(planSync({ ...input, remote: webhook, agents, adopt: true }).tools).toMatchObject([
      { state: 'conflict' },
    ]);
  });

  it('names what is ours and no longer defined; it is drift where an agent can still call it', () => {
    const old = { id: 'tool_9', config: { ...answered, name: 'old_tool' } };
    const plan = planSync({ ...input, remote: [ours, old] });
    expect(plan.tools).toMatchObject([{ state: 'same' }, { name: 'old_tool', state: 'stale', id: 'tool_9' }]);
    expect(isInStep(plan)).toBe(true);
    const called = planSync({
      ...input,
      remote: [ours, old],
      agents: [{ id: 'agent_1', toolIds: ['tool_1', 'tool_9'] }],
    });
    expect(called.agents[0]?.detach).toEqual(['tool_9']);
    expect(isInStep(called)).toBe(false);
  });

  it('keeps the one of two that an agent has', () => {
    const twin = { id: 'tool_0', config: answered };
    const plan = planSync({ ...input, remote: [twin, ours] });
    expect(plan.tools).toMatchObject([
      { state: 'same', id: 'tool_1' },
      { state: 'stale', id: 'tool_0', note: expect.stringContaining('second tool') },
    ]);
  });
});
