/** The scenario as data: both halves fit together, and the stock service answers what is expected of it. */
import { startInventory } from '../../../src/simulators/sandbox/inventory-server.js';
import { AGENT, CALLER, EXPECTED, STOCK } from '../../../src/simulators/sandbox/scenario.js';
import { callerClip, clipText } from '../../../src/simulators/sound/clips.js';

describe('the scenario', () => {
  it('reports as said what the recorded clips say, turn by turn', () => {
    const said = CALLER.steps.flatMap((step) =>
      step.step === 'says' && 'clip' in step ? [clipText(step.clip)] : [],
    );
    const reported = AGENT.steps.flatMap((step) => (step.step === 'listens' ? [step.transcript] : []));
    expect(reported).toEqual(said);
  });

  it('has a recording for every clip', async () => {
    const clips = CALLER.steps.flatMap((step) => (step.step === 'says' && 'clip' in step ? [step.clip] : []));
    expect(clips.length).toBeGreaterThan(0);
    for (const clip of clips) expect((await callerClip(clip)).length).toBeGreaterThan(0);
  });

  it('expects texts in which nothing is left to fill in', () => {
    expect(EXPECTED.agentTexts.filter((text) => text.includes('{{'))).toEqual([]);
    expect(EXPECTED.agentTexts[1]).toContain('We have 12 of the ten of clubs');
  });
});

describe('the stock service', () => {
  it('answers from its table, whatever the case, and 404 for the rest', async () => {
    const inventory = await startInventory(STOCK);
    const found = await fetch(`${inventory.url}?item=Ten%20of%20Clubs`);
    expect([found.status, await found.json()]).toEqual([200, STOCK[0]]);
    const missing = await fetch(`${inventory.url}?item=unicorn`);
    expect([missing.status, await missing.json()]).toEqual([404, { item: 'unicorn', inStock: false }]);
    await inventory.stop();
    await expect(fetch(inventory.url)).rejects.toThrow();
  });
});
