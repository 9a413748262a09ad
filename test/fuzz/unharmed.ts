/**
 * What must hold after every attack.
 */
import type { BesiegedSystem } from './besieged-system.js';
import type { Witness } from './witness.js';

/** @param talks how many conversations were opened rightfully, the witness's among them. */
export async function expectUnharmed(
  { system, agent }: BesiegedSystem,
  witness: Witness,
  talks: number,
): Promise<void> {
  const { sent, caller, agent: heard, expected } = await witness.testimony();
  expect(sent).toBeGreaterThan(10);
  expect(caller.equals(expected.caller)).toBe(true);
  expect(heard.equals(expected.agent)).toBe(true);
  // Nothing was dialled, and no agent was asked for that nobody had a right to.
  expect(system.twilio.calls).toHaveLength(0);
  expect(agent.talks).toHaveLength(talks);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  expect((await fetch(`${system.url}/health/ready`)).status).toBe(200);
}
