/** `Idempotency-Key`, without HTTP: one answer and one call for all repeats, whichever replica they come to. */
import { jest } from '@jest/globals';
import type { CallDto } from '../../src/calls/call.dto.js';
import { Idempotency } from '../../src/calls/idempotency.js';
import { AS_IT_IS, CLAIM_MS } from '../../src/core/call/idempotency.store.js';
import { CordboardError } from '../../src/core/errors.js';
import { isCallId, type CallId } from '../../src/core/ids.js';
import { settled } from '../support/manual-clock.js';
import { MemoryIdempotencyStore } from '../support/memory.stores.js';
import { CallsRig } from './calls-rig.js';

const HOUR_MS = 3_600_000;

describe('an idempotency key', () => {
  let rig: CallsRig;
  let store: MemoryIdempotencyStore;
  let idempotency: Idempotency;
  let placed: CallId[];
  const place = (id: CallId): Promise<CallDto> => {
    placed.push(id);
    return Promise.resolve({ id } as CallDto);
  };
  const once = (key: string | undefined, body: object = {}, act = place): Promise<CallDto> =>
    idempotency.once(key, 'client', body, act);

  beforeEach(() => {
    rig = new CallsRig();
    store = new MemoryIdempotencyStore(rig.clock);
    idempotency = new Idempotency(store, rig.journal, rig.dialer, rig.clock, rig.views);
    placed = [];
  });

  it('gives the first answer again for a day, and then is forgotten', async () => {
    const first = await once('k', { to: 1 });
    rig.clock.advance(23 * HOUR_MS);
    expect(await once('k', { to: 1 })).toEqual(first);
    expect(placed).toHaveLength(1);
    rig.clock.advance(2 * HOUR_MS);
    expect(await once('k', { to: 1 })).not.toEqual(first);
    expect(placed).toHaveLength(2);
  });

  it('gives the record as it is once what was answered with was erased, and places no second call', async () => {
    const call = await rig.given({ status: 'completed', to: 'anonymous' });
    store.claim = () => Promise.resolve({ state: 'answered', answer: AS_IT_IS, callId: call.id });
    expect(await once('k')).toMatchObject({ id: call.id, to: 'anonymous', status: 'completed' });
    expect(placed).toEqual([]);
  });

  it('places one call for requests that come while the first is under way, to two replicas', async () => {
    const elsewhere = new Idempotency(store, rig.journal, rig.dialer, rig.clock, rig.views);
    let finish: (answer: CallDto) => void = () => undefined;
    const first = once('k', {}, (id) => {
      placed.push(id);
      return new Promise((resolve) => (finish = resolve));
    });
    await settled();
    const others = [once('k'), elsewhere.once('k', 'client', {}, place)];
    await settled();
    const answer = { id: 'call_9' } as CallDto;
    finish(answer);
    await rig.clock.pass(1000);
    expect(await Promise.all([first, ...others])).toEqual([answer, answer, answer]);
    expect(placed).toHaveLength(1);
  });

  it('tells a repeat to come again when the first takes too long', async () => {
    const never = jest.fn(() => new Promise<CallDto>(() => undefined));
    void once('k', {}, never);
    const repeat = once('k').catch((error: unknown) => error);
    await rig.clock.pass(20_000);
    expect(await repeat).toMatchObject({ code: 'idempotency-in-progress', status: 409 });
    expect(placed).toEqual([]);
  });

  it('finds the call of a process that died before it could answer, and places none', async () => {
    const call = await rig.given({});
    await store.claim({ ...(await offerOf()), callId: call.id });
    rig.clock.advance(CLAIM_MS);
    expect(await once('k')).toEqual(rig.views.of(call));
    expect(placed).toEqual([]);
  });

  it('places the call of a process that died before it had one, under the id that was promised', async () => {
    await store.claim({ ...(await offerOf()), callId: 'call_00000000000000000000000000000001' });
    rig.clock.advance(CLAIM_MS);
    await once('k');
    expect(placed).toEqual(['call_00000000000000000000000000000001']);
  });

  it('refuses another body, and a key that is none', async () => {
    await once('k', { to: 1, from: 2 });
    await expect(once('k', { to: 2 })).rejects.toThrow('idempotency-conflict');
    // The order of fields means nothing.
    await expect(once('k', { from: 2, to: 1 })).resolves.toMatchObject({ id: placed[0] });
    for (const key of ['', 'a b', 'ä', 'x'.repeat(256)]) await expect(once(key)).rejects.toThrow('bad-input');
    expect(placed).toHaveLength(1);
  });

  it('belongs to the client that sent it', async () => {
    await idempotency.once('k', 'one', {}, place);
    await idempotency.once('k', 'two', { other: true }, place);
    expect(new Set(placed).size).toBe(2);
  });

  it('may be used again when the request was turned away, but not when a call came of it', async () => {
    const refused = new CordboardError('at-capacity');
    await expect(once('a', {}, () => Promise.reject(refused))).rejects.toBe(refused);
    expect(await once('a')).toEqual({ id: placed[0] });
    const failed = new CordboardError('carrier-unreachable', 'lost', [], { callId: 'call_9' });
    const outcome = { code: failed.code, detail: failed.detail, members: failed.members };
    await expect(once('b', {}, () => Promise.reject(failed))).rejects.toMatchObject(outcome);
    await expect(once('b')).rejects.toMatchObject(outcome);
    expect(placed).toHaveLength(1);
  });

  it('is not asked for', async () => {
    await once(undefined);
    await once(undefined);
    expect(new Set(placed).size).toBe(2);
    expect(placed.every((id) => isCallId(id))).toBe(true);
  });

  /** What this key and an empty body look like to the store. */
  async function offerOf(): Promise<{ key: string; bodyHash: string }> {
    const seen: { key: string; bodyHash: string }[] = [];
    class Spy extends MemoryIdempotencyStore {
      override claim(...[offer]: Parameters<MemoryIdempotencyStore['claim']>) {
        seen.push({ key: offer.key, bodyHash: offer.bodyHash });
        return super.claim(offer);
      }
    }
    await new Idempotency(new Spy(rig.clock), rig.journal, rig.dialer, rig.clock, rig.views).once(
      'k',
      'client',
      {},
      place,
    );
    placed = [];
    const [offer] = seen;
    if (!offer) throw new Error('nothing was claimed');
    return offer;
  }
});
