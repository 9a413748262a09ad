/** Tools that the agent calls during a conversation. */
import { toolCall } from '../support/builders.js';
import { settled } from '../support/manual-clock.js';
import { BridgeRig } from './bridge-rig.js';

describe('a tool that the agent calls', () => {
  it('runs with the call around it, and its result goes back to the agent', async () => {
    const rig = BridgeRig.talking();
    rig.session.toolCalled(toolCall());
    const context = rig.tools.contextOf('tc_1');
    expect(context).toMatchObject({
      callId: 'call_1',
      agentId: 'agent_1',
      conversationId: 'conv_1',
      direction: 'outbound',
      variables: { name: 'John' },
    });
    rig.tools.finish('tc_1', { text: 'seven in stock' });
    await settled();
    expect(rig.agent.asked.at(-1)).toEqual([
      'tool',
      { id: 'tc_1', result: 'seven in stock', isError: false },
    ]);
    expect(rig.told.slice(-2)).toEqual(['tool-called', 'tool-answered']);
  });

  it.each(['unknown-tool', 'bad-input', 'failed', 'timed-out', 'aborted'] as const)(
    'is answered as an error when its outcome is %s',
    async (outcome) => {
      const rig = BridgeRig.talking();
      rig.session.toolCalled(toolCall());
      rig.tools.finish('tc_1', { text: 'not this time', outcome });
      await settled();
      expect(rig.agent.asked.at(-1)).toEqual([
        'tool',
        { id: 'tc_1', result: 'not this time', isError: true },
      ]);
    },
  );

  it('is not answered when the agent expects nothing, but told', async () => {
    const rig = BridgeRig.talking();
    rig.session.toolCalled(toolCall({ expectsResponse: false }));
    rig.tools.finish('tc_1');
    await settled();
    expect(rig.agent.verbs).not.toContain('tool');
    expect(rig.told.at(-1)).toBe('tool-answered');
  });

  it('runs beside others, each answered when it is done, while audio goes on', async () => {
    const rig = BridgeRig.talking();
    rig.session.toolCalled(toolCall({ id: 'slow' }));
    rig.session.toolCalled(toolCall({ id: 'quick' }));
    rig.session.callerAudio('AAAA', 0);
    rig.tools.finish('quick');
    await settled();
    rig.tools.finish('slow');
    await settled();
    const answered = rig.agent.asked.flatMap((asked) => (asked[0] === 'tool' ? [asked[1].id] : []));
    expect(answered).toEqual(['quick', 'slow']);
    expect(rig.agent.heard).toEqual(['AAAA']);
  });

  it('is told to stop when the call ends, and its result is dropped', async () => {
    const rig = BridgeRig.talking();
    rig.session.toolCalled(toolCall());
    const { signal } = rig.tools.contextOf('tc_1');
    expect(signal.aborted).toBe(false);
    rig.session.lineStopped();
    expect(signal.aborted).toBe(true);
    rig.tools.finish('tc_1', { outcome: 'aborted' });
    await settled();
    expect(rig.agent.verbs).not.toContain('tool');
    expect(rig.told.at(-1)).toBe('ended');
  });

  it('ends the call on request once the last words were heard', async () => {
    const rig = BridgeRig.talking();
    rig.speaks(800);
    rig.session.toolCalled(toolCall());
    rig.tools.contextOf('tc_1').endCall();
    rig.tools.finish('tc_1');
    await settled();
    expect(rig.agent.verbs).toContain('tool');
    expect(rig.isEnded).toBe(false);
    rig.clock.advance(5000);
    rig.echoLastMark();
    expect(rig.ending).toMatchObject({ reason: 'agent-ended' });
  });

  it('tells the agent of its progress, each call under its own context, while both talk', () => {
    const rig = BridgeRig.talking();
    rig.session.toolCalled(toolCall({ id: 'slow' }));
    const { progress } = rig.tools.contextOf('slow');
    progress('Half of it is done.');
    expect(rig.agent.asked.at(-1)).toEqual(['inform', { text: 'Half of it is done.', contextId: 'slow' }]);
    rig.session.agentQueued();
    progress('All of it is done.');
    rig.session.lineStopped();
    progress('Too late.');
    expect(rig.agent.verbs.filter((verb) => verb === 'inform')).toHaveLength(1);
  });

  it('does not start any more after the end', () => {
    const rig = BridgeRig.talking();
    rig.session.lineStopped();
    rig.session.toolCalled(toolCall());
    expect(rig.tools.running).toEqual([]);
  });
});
