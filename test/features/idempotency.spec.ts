import { Idempotency } from '../../src/calls/idempotency.js';
import type { CallDto } from '../../src/calls/call.dto.js';
import { CordboardError } from '../../src/core/errors.js';
import { ManualClock } from '../support/manual-clock.js';

const HOUR_MS = 3_600_000;
const answer = (id: string): CallDto => ({ id }) as CallDto;

describe('an idempotency key', () => {
  const clock = new ManualClock();
  let idempotency: Idempotency;
  let placed = 0;
  const place = (): Promise<CallDto> => {
    placed += 1;
    return Promise.resolve(answer(`call_${placed}`));
  };
  beforeEach(() => {
    idempotency = new Idempotency(clock);
    placed = 0;
  });

  it('gives the first answer again for a day, and then is forgotten', async () => {
    expect(await idempotency.once('k', { to: 1 }, place)).toEqual({ id: 'call_1' });
    clock.advance(23 * HOUR_MS);
    expect(await idempotency.once('k', { to: 1 }, place)).toEqual({ id: 'call_1' });
    clock.advance(2 * HOUR_MS);
    expect(await idempotency.once('k', { to: 1 }, place)).toEqual({ id: 'call_2' });
  });

  it('places one call for requests that come while the first is under way', async () => {
    const both = [idempotency.once('k', {}, place), idempotency.once('k', {}, place)];
    expect(await Promise.all(both)).toEqual([{ id: 'call_1' }, { id: 'call_1' }]);
  });

  it('refuses another body, and a key that is none', async () => {
    await idempotency.once('k', { to: 1 }, place);
    expect(() => idempotency.once('k', { to: 2 }, place)).toThrow('idempotency-conflict');
    for (const key of ['', 'a b', 'ä', 'x'.repeat(256)])
      expect(() => idempotency.once(key, {}, place)).toThrow('bad-input');
    expect(placed).toBe(1);
  });

  it('may be used again when the request was turned away, but not when a call came of it', async () => {
    const refused = new CordboardError('at-capacity');
    await expect(idempotency.once('a', {}, () => Promise.reject(refused))).rejects.toBe(refused);
    expect(await idempotency.once('a', {}, place)).toEqual({ id: 'call_1' });
    const failed = new CordboardError('carrier-unreachable', 'lost', [], { callId: 'call_9' });
    await expect(idempotency.once('b', {}, () => Promise.reject(failed))).rejects.toBe(failed);
    await expect(idempotency.once('b', {}, place)).rejects.toBe(failed);
  });

  it('is not asked for', async () => {
    expect(await idempotency.once(undefined, {}, place)).toEqual({ id: 'call_1' });
    expect(await idempotency.once(undefined, {}, place)).toEqual({ id: 'call_2' });
  });
});
